// A scenario in JavaScript with no SDK in between: the contract as its generator gives it.
// Its twin is ../python/app.py; both must produce the same counts.
import { send, body } from "wasmswarm:scenario/http@0.1.0";
import { check } from "wasmswarm:scenario/checks@0.1.0";
import { current } from "wasmswarm:scenario/vu@0.1.0";

const scheduled = { next: { tag: "scheduled" }, wait: { tag: "scheduled" } };
let prefix = "";

function get(url, name) {
  return send({
    method: "GET", url, name, headers: [["x-guest", "js"]], body: new Uint8Array(), tags: [],
    timeout: 0n, redirects: { tag: "inherit" }, expected: [[200, 299]], keep: "all",
  });
}

function home() {
  check("home answers", get("/", "home").status === 200);
}

function item() {
  const id = 1 + Number(current().iteration % 10n);
  const found = JSON.parse(new TextDecoder().decode(body(get(`${prefix}${id}`, "/items/{id}").id)));
  check("item is the one asked for", found.id === id);
}

const tasks = [home, item];

export const scenario = {
  describe: () => ({
    about: "JavaScript guest",
    scenarios: [{
      name: "browse", population: { tag: "weight", val: 1 }, order: "sequential", wait: { tag: "none" },
      tasks: tasks.map((task) => ({ name: task.name, weight: 1, tags: [] })),
    }],
    defaults: { users: 2, spawnRate: undefined, runTime: undefined, host: undefined },
  }),
  setup: () => new TextEncoder().encode("/items/"),
  teardown() {},
  onStart(_scenario, data) { prefix = new TextDecoder().decode(data); },
  runTask(_scenario, task) { tasks[task](); return scheduled; },
  onStop() {},
};

// A scenario in JavaScript with no SDK in between: the contract as its generator gives it.
// Its twin is ../python/app.py; both must produce the same counts.
import { send, body } from "wasmswarm:scenario/http@0.1.0";
import { check } from "wasmswarm:scenario/checks@0.1.0";
import { current, enterGroup, leaveGroup } from "wasmswarm:scenario/vu@0.1.0";
import { add, compareAndSet, pop, push, read, total, writeNew } from "wasmswarm:scenario/shared@0.1.0";
import { row } from "wasmswarm:scenario/data@0.1.0";

const scheduled = { next: { tag: "scheduled" }, wait: { tag: "scheduled" } };
let prefix = "";

function get(url, name) {
  return send({
    method: "GET", url, name, headers: [["x-guest", "js"]], body: new Uint8Array(), tags: [],
    timeout: 0n, redirects: { tag: "inherit" }, expected: [[200, 299]], keep: "all",
  });
}

function home() {
  check("home answers", get("/", "home").status === 200, []);
}

function item() {
  enterGroup("item");
  const id = 1 + Number(current().iteration % 10n);
  const found = JSON.parse(new TextDecoder().decode(body(get(`${prefix}${id}`, "/items/{id}").id)));
  check("item is the one asked for", found.id === id, [["kind", "item"]]);
  leaveGroup();
  add("items", 1n);
  if (!writeNew("last", new Uint8Array([id]))) compareAndSet("last", read("last"), new Uint8Array([id]));
  push("ids", new Uint8Array([id]));
  check("takes what was put there", pop("ids").length === 1, []);
  try {
    row("nobody", "per-vu", "wrap");
  } catch (error) {
    check("no data is granted", error === "not-granted" || error.payload === "not-granted", []);
  }
}

const tasks = [home, item];

export const scenario = {
  describe: () => ({
    about: "JavaScript guest",
    scenarios: [{
      name: "browse", population: { tag: "weight", val: 1 }, order: "sequential", wait: { tag: "none" },
      tasks: tasks.map((task) => ({ name: task.name, weight: 1, tags: [] })),
    }],
    options: JSON.stringify({ users: 2 }),
    shape: false,
  }),
  setup: () => new TextEncoder().encode("/items"),
  teardown() {},
  setupScenario: (_scenario, data) => new TextEncoder().encode(`${new TextDecoder().decode(data)}/`),
  teardownScenario() {
    if (total("items") !== 10n || pop("ids") !== undefined) throw "the shared state is wrong";
  },
  shape: () => ({ tag: "stop" }),
  onStart(_scenario, _data, own) { prefix = new TextDecoder().decode(own); },
  runTask(_scenario, task) { tasks[task](); return scheduled; },
  onStop() {},
};

// The scenario of ../README.md in JavaScript.

import {
  check,
  cookies,
  Counter,
  data,
  Gauge,
  group,
  http,
  log,
  next,
  params,
  Rate,
  shared,
  sleep,
  task,
  Trend,
  User,
  vu,
} from "wasmswarm";

export const about = "conformance in JavaScript";
export const options = { users: 4 };

const cartValue = new Trend("cart_value");
const carts = new Counter("carts");
const level = new Gauge("level");
const odd = new Rate("odd");

export function setup() {
  return { text: "from setup" };
}

export function teardown() {
  if (shared.total("starts") <= 0) throw new Error("no VU ever started");
}

/** The number of the item that this iteration is about. */
function item() {
  return Number(data.row("items").item);
}

class Shopper extends User {
  static weight = 3;
  static tasks = [
    task(4, "browse", { tags: ["kind=read"] }),
    task(2, "cart", { tags: ["kind=write"] }),
    "wrong_body",
    "parallel",
    "redirects",
    "fails",
  ];

  onStart(setupData) {
    check("setup data arrives", setupData.text === "from setup");
    shared.add("starts");
    const login = http.post("/login", { json: { user: `shopper-${vu.id}`, password: "secret" } });
    check("logged in", login.status === 200 && login.json().token.length > 0);
  }

  browse() {
    const wanted = item();
    const page = http.get(`/items/${wanted}`, { name: "/items/{id}" });
    check("item is the one asked for", page.json().id === wanted);
  }

  cart() {
    group("purchase", () => {
      const cart = http.post("/cart", { json: { item: item(), quantity: 2 } });
      const cents = cart.json().total_cents;
      check("cart has a total", cart.status === 201 && cents > 0);
      cartValue.add(cents / 100);
      carts.add(1);
    });
  }

  wrong_body() {
    const note = http.get("/api/notes/1?broken=1", { name: "broken note" });
    const { error } = note.json();
    if (error) note.fail(error);
  }

  parallel() {
    const [ten, twenty, missing] = http.all([
      { url: "/bytes/10", name: "/bytes/{n}" },
      { url: "/bytes/20", name: "/bytes/{n}" },
      { url: "/status/404", expect: 404 },
    ]);
    const sizes = [ten, twenty].map((response) => response.bytes().byteLength);
    check("sizes are right", sizes[0] === 10 && sizes[1] === 20 && missing.status === 404);
  }

  redirects() {
    const end = http.get("/redirect/2", { name: "redirect" });
    check("redirects end", end.status === 200 && end.json().redirects === "done");
    const hop = http.get("/redirect/1", { name: "redirect", redirects: false });
    check("redirect is seen", hop.status === 302 && hop.header("location") === "/redirect/0");
  }

  fails() {
    throw new Error("on purpose");
  }
}

class Once extends User {
  static fixed = 1;
  static order = "sequential";
  static tasks = ["hello", "goodbye", task(0, "surroundings")];

  hello() {
    check("parameter arrives", params.get("greeting") === "hello", { part: "params" });
    level.add(7);
    odd.add(vu.iteration % 2 === 1);
    log.info("hello from JavaScript");
    const more = params.get("surroundings") === "yes";
    return next(more ? "surroundings" : "goodbye", { wait: 0.001 });
  }

  surroundings() {
    const drawn = new Set(Array.from({ length: 50 }, () => vu.random()));
    check("random numbers differ", drawn.size === 50);
    this.clocks();
    this.jars();
    const refused = http.get("http://127.0.0.9:1/");
    check("the reason is said", refused.error.includes("127.0.0.9"));
    const body = http.share("x".repeat(50_000));
    for (let i = 0; i < 2; i++) http.post("/upload", { body });
    shared.add("starts");
  }

  clocks() {
    const server = http.get("clock").json().ms;
    check("the wall clock is right", Math.abs(Date.now() - server) < 5_000);
    const own = performance.now();
    const run = vu.now();
    sleep(0.03);
    const passed = vu.now() - run;
    const measured = (performance.now() - own) / 1e3;
    const agree = measured + 0.001 >= passed && measured < passed + 5;
    check("clocks agree", passed >= 0.03 && agree);
  }

  jars() {
    http.get("/set");
    const seen = cookies.matching("/deep/x").map(({ name, value }) => `${name}=${value}`);
    check("cookies are read in order", seen.join("; ") === "b=2; a=1");
    cookies.set("/", "c=3; Path=/base");
    cookies.delete("/", "a");
    http.get("/deep/x");
    const jar = new cookies.Jar();
    jar.set("/", "j=4; Path=/base");
    http.get("/deep/x", { jar });
    http.get("/deep/x", { jar: new cookies.Jar() });
  }

  goodbye() {
    const how = params.get("abort");
    if (how === "yes") vu.abort("asked to");
    if (how === "panic") throw new Error("crash on purpose");
  }
}

export default [Shopper, Once];

// The scenario of ../README.md in JavaScript.

import {
  check,
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
  static tasks = ["hello", "goodbye"];

  hello() {
    check("parameter arrives", params.get("greeting") === "hello", { part: "params" });
    level.add(7);
    odd.add(vu.iteration % 2 === 1);
    log.info("hello from JavaScript");
    return next("goodbye", { wait: 0.001 });
  }

  goodbye() {
    const how = params.get("abort");
    if (how === "yes") vu.abort("asked to");
    if (how === "panic") throw new Error("crash on purpose");
  }
}

export default [Shopper, Once];

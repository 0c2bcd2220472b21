// The scenario of ../README.md in TypeScript.

import {
  check,
  Counter,
  data,
  Gauge,
  group,
  http,
  log,
  next,
  type Next,
  params,
  Rate,
  shared,
  task,
  Trend,
  User,
  vu,
} from "wasmswarm";

interface SetupData {
  text: string;
}

interface Cart {
  total_cents: number;
}

export const about = "conformance in TypeScript";
export const options = { users: 4 };

const cartValue = new Trend("cart_value");
const carts = new Counter("carts");
const level = new Gauge("level");
const odd = new Rate("odd");

export function setup(): SetupData {
  return { text: "from setup" };
}

export function teardown(): void {
  if (shared.total("starts") <= 0) throw new Error("no VU ever started");
}

/** The number of the item that this iteration is about. */
function item(): number {
  return Number(data.row("items").item);
}

class Shopper extends User {
  static weight = 3;
  static tasks = [
    task<Shopper>(4, "browse", { tags: ["kind=read"] }),
    task<Shopper>(2, "cart", { tags: ["kind=write"] }),
    task<Shopper>("wrong_body"),
    task<Shopper>("parallel"),
    task<Shopper>("redirects"),
    task<Shopper>("fails"),
  ];

  onStart(setupData: SetupData): void {
    check("setup data arrives", setupData.text === "from setup");
    shared.add("starts");
    const login = http.post("/login", { json: { user: `shopper-${vu.id}`, password: "secret" } });
    check("logged in", login.status === 200 && login.json<string>("token").length > 0);
  }

  browse(): void {
    const wanted = item();
    const page = http.get(`/items/${wanted}`, { name: "/items/{id}" });
    check("item is the one asked for", page.json<{ id: number }>().id === wanted);
  }

  cart(): void {
    group("purchase", () => {
      const cart = http.post("/cart", { json: { item: item(), quantity: 2 } });
      const cents = cart.json<Cart>().total_cents;
      check("cart has a total", cart.status === 201 && cents > 0);
      cartValue.add(cents / 100);
      carts.add(1);
    });
  }

  wrong_body(): void {
    const note = http.get("/api/notes/1?broken=1", { name: "broken note" });
    const { error } = note.json<{ error?: string }>();
    if (error) note.fail(error);
  }

  parallel(): void {
    const [ten, twenty, missing] = http.all([
      { url: "/bytes/10", name: "/bytes/{n}" },
      { url: "/bytes/20", name: "/bytes/{n}" },
      { url: "/status/404", expect: 404 },
    ]);
    const sizes = [ten, twenty].map((response) => response.bytes().byteLength);
    check("sizes are right", sizes[0] === 10 && sizes[1] === 20 && missing.status === 404);
  }

  redirects(): void {
    const end = http.get("/redirect/2", { name: "redirect" });
    check("redirects end", end.status === 200 && end.json<string>("redirects") === "done");
    const hop = http.get("/redirect/1", { name: "redirect", redirects: false });
    check("redirect is seen", hop.status === 302 && hop.header("location") === "/redirect/0");
  }

  fails(): void {
    throw new Error("on purpose");
  }
}

class Once extends User {
  static fixed = 1;
  static order = "sequential" as const;
  static tasks = ["hello", "goodbye"];

  hello(): Next {
    check("parameter arrives", params.get("greeting") === "hello", { part: "params" });
    level.add(7);
    odd.add(vu.iteration % 2 === 1);
    log.info("hello from TypeScript");
    return next("goodbye", { wait: 0.001 });
  }

  goodbye(): void {
    const how = params.get("abort");
    if (how === "yes") vu.abort("asked to");
    if (how === "panic") throw new Error("crash on purpose");
  }
}

export default [Shopper, Once];

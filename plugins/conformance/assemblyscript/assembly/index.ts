// The scenario that every language implements; see ../../README.md.

import {
  check, cookies, Counter, data, fail, Gauge, http, json, newJar, next, noCookies, params, plugin, Rate, Scenario,
  setupData, shared, Trend, vu,
} from "wasmswarm";

const cartValue = new Trend("cart_value");
const carts = new Counter("carts");
const level = new Gauge("level");
const odd = new Rate("odd");

plugin.about = "conformance in AssemblyScript";
plugin.options = json.object().set("users", 4).toString();
plugin.setup = () => "from setup";
plugin.teardown = () => {
  if (shared.total("starts") <= 0) fail("no VU ever started");
};

class Shopper {
  logIn(): void {
    check("setup data arrives", setupData() == "from setup");
    shared.add("starts");
    const user = json.object().set("user", `shopper-${vu.id()}`).set("password", "secret");
    const answer = http.post("/login").json(user).send();
    check("logged in", answer.status == 200 && answer.json().get("token").text != "");
  }

  browse(): void {
    const item = itemOfIteration();
    const answer = http.get(`/items/${item}`).name("/items/{id}").send();
    check("item is the one asked for", answer.json().get("id").integer == item);
  }

  cart(): void {
    vu.enterGroup("purchase");
    const choice = json.object().set("item", itemOfIteration()).set("quantity", 2);
    const answer = http.post("/cart").json(choice).send();
    const total = answer.json().get("total_cents").number;
    check("cart has a total", answer.status == 201 && total > 0);
    cartValue.add(total / 100);
    carts.add();
    vu.leaveGroup();
  }

  wrongBody(): void {
    const answer = http.get("/api/notes/1?broken=1").name("broken note").send();
    const error = answer.json().get("error");
    if (error.isText) answer.fail(error.text);
  }

  parallel(): void {
    const answers = http.sendAll([
      http.get("/bytes/10").name("/bytes/{n}"),
      http.get("/bytes/20").name("/bytes/{n}"),
      http.get("/status/404").expectStatus(404),
    ]);
    const ten = answers[0].bytes().length, twenty = answers[1].bytes().length;
    check("sizes are right", ten == 10 && twenty == 20 && answers[2].status == 404);
  }

  redirects(): void {
    const end = http.get("/redirect/2").name("redirect").send();
    check("redirects end", end.status == 200 && end.json().get("redirects").text == "done");
    const seen = http.get("/redirect/1").name("redirect").redirects(0).send();
    check("redirect is seen", seen.status == 302 && seen.header("location") == "/redirect/0");
  }
}

function itemOfIteration(): i64 {
  return I64.parseInt(data.sequential("items").get("item"));
}

class Once {
  hello(): void {
    check("parameter arrives", params.get("greeting") == "hello", [["part", "params"]]);
    level.set(7);
    odd.add(vu.iteration() % 2 == 1);
    console.info("hello from AssemblyScript");
    next(params.get("surroundings") == "yes" ? "surroundings" : "goodbye", 0.001);
  }

  // Its own clocks don't exist in this language.
  surroundings(): void {
    const drawn = new Set<u64>();
    for (let i = 0; i < 50; i++) drawn.add(vu.random());
    check("random numbers differ", drawn.size == 50);
    http.get("clock").send();
    const run = vu.now();
    vu.sleep(0.03);
    check("clocks agree", vu.now() - run >= 30_000);
    this.jars();
    const refused = http.get("http://127.0.0.9:1/").send();
    check("the reason is said", refused.error.includes("127.0.0.9"));
    const body = http.share(new Uint8Array(50_000).fill(0x78));
    for (let i = 0; i < 2; i++) http.post("/upload").sharedBody(body).send();
    shared.add("starts");
  }

  jars(): void {
    http.get("/set").send();
    const all = cookies.matching("/deep/x");
    let seen = "";
    for (let i = 0; i < all.length; i++) seen += all[i].name + "=" + all[i].value + ";";
    check("cookies are read in order", seen == "b=2;a=1;");
    cookies.set("/", "c=3; Path=/base");
    cookies.remove("/", "a");
    http.get("/deep/x").send();
    const jar = newJar();
    jar.set("/", "j=4; Path=/base");
    http.get("/deep/x").jar(jar).send();
    http.get("/deep/x").jar(noCookies).send();
  }

  goodbye(): void {
    const abort = params.get("abort");
    if (abort == "yes") vu.abort("asked to");
    if (abort == "panic") throw new Error("crash on purpose");
  }
}

new Scenario<Shopper>("Shopper")
  .weight(3)
  .onStart((user) => user.logIn())
  .task("browse", (user) => user.browse(), 4, ["kind=read"])
  .task("cart", (user) => user.cart(), 2, ["kind=write"])
  .task("wrong_body", (user) => user.wrongBody())
  .task("parallel", (user) => user.parallel())
  .task("redirects", (user) => user.redirects())
  .task("fails", () => fail("on purpose"));

new Scenario<Once>("Once")
  .fixed(1)
  .sequential()
  .task("hello", (user) => user.hello())
  .task("goodbye", (user) => user.goodbye())
  .task("surroundings", (user) => user.surroundings(), 0);

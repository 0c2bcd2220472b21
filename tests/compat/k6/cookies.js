// expect: runs
// title: cookies: the session, cookies of one request, and the jar
// requests: 4
// checks: 5
// iterations: 1
import http from "k6/http";
import { check } from "k6";

function sent(response) {
  return response.json("headers").find(([name]) => name === "cookie")?.[1] ?? "";
}

export default function () {
  const login = http.post("/login", JSON.stringify({ user: "ann", password: "secret" }));
  check(login, {
    "a response sets a cookie": (r) =>
      r.cookies.session[0].http_only && r.cookies.session[0].path === "/",
  });
  check(http.get("/cart"), { "the session goes along": (r) => r.status === 200 });

  const jar = http.cookieJar();
  check(jar.cookiesForURL(login.url), {
    "the jar has the session": (c) => c.session[0] === login.json("token"),
  });
  jar.set("/echo", "theme", "dark");
  check(http.get("/echo"), {
    "the jar's cookies go along": (r) =>
      sent(r).includes("theme=dark") && sent(r).includes("session="),
  });
  check(http.get("/echo", { cookies: { theme: { value: "light", replace: true }, once: "1" } }), {
    "cookies of one request": (r) => sent(r).includes("theme=light") && sent(r).includes("once=1"),
  });
}

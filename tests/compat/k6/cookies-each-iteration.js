// expect: runs
// title: cookies are forgotten after each iteration
// requests: 6
// checks: 6
// iterations: 2
import http from "k6/http";
import { check } from "k6";

export const options = { vus: 1, iterations: 2 };

function sent(response) {
  return response.json("headers").find(([name]) => name === "cookie")?.[1] ?? "";
}

export default function () {
  check(http.get("/echo"), { "there are no cookies yet": (r) => sent(r) === "" });
  check(http.post("/login", JSON.stringify({ user: "ann", password: "secret" })), {
    "logged in": (r) => r.status === 200,
  });
  http.cookieJar().set("/echo", "theme", "dark");
  check(http.get("/echo"), {
    "the session and the jar go along": (r) =>
      sent(r).includes("session=") && sent(r).includes("theme=dark"),
  });
}

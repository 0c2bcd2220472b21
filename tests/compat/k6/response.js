// expect: runs
// title: what a response has: JSON paths, headers, URL, request, address
// requests: 3
// checks: 9
// iterations: 1
import http from "k6/http";
import { check } from "k6";

export default function () {
  const page = http.get("/catalogue?page=2");
  check(page, {
    "a path of JSON": (r) => r.json("page") === 2 && typeof r.json("items.0.id") === "number",
    "how many": (r) => r.json("items.#") === r.json().items.length,
    "one of each": (r) => r.json("items.#.id").length === r.json("items").length,
    "the first of a kind": (r) =>
      r.json(`items.#(id==${r.json("items.1.id")}).id`) === r.json("items.1.id"),
    "nothing there": (r) => r.json("items.0.nothing") === undefined,
    "headers, cookies and status text": (r) =>
      r.headers["Content-Length"] === String(r.body.length) &&
      Object.keys(r.cookies).length === 0 &&
      r.status_text === "200 OK",
    "who answered": (r) =>
      r.remote_ip !== "" && r.remote_port > 0 && r.url.endsWith("/catalogue?page=2"),
    "what was asked": (r) => r.request.method === "GET" && r.request.url === "/catalogue?page=2",
  });
  const moved = http.get("/redirect/1");
  check(moved, { "the URL after redirects": (r) => r.url.endsWith("/redirect/0") });
}

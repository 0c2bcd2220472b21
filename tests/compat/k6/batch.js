// expect: runs
// title: batches of requests, as a list and by name
// requests: 14
// checks: 4
// iterations: 2
import http from "k6/http";
import { check } from "k6";

export const options = { vus: 1, iterations: 2 };

export default function () {
  const [home, item, echo] = http.batch([
    "/",
    ["GET", "/items/3", null, { tags: { name: "/items/{id}" } }],
    ["POST", "/echo", { a: 1 }, { headers: { "X-Own": "yes" } }],
  ]);
  check(echo, {
    "a list comes back in its order": (r) =>
      home.status === 200 && item.json("id") === 3 && r.json("body") === "a=1",
  });

  const named = http.batch({
    front: { method: "GET", url: "/" },
    bytes: { method: "GET", url: "/bytes/10", params: { responseType: "binary" } },
    search: "/search?q=lamp",
    missing: {
      method: "GET",
      url: "/status/404",
      params: { responseCallback: http.expectedStatuses(404) },
    },
  });
  check(named, {
    "an object keeps its names": (n) =>
      n.front.status === 200 &&
      n.bytes.body.byteLength === 10 &&
      n.search.json("query") === "lamp" &&
      n.missing.status === 404,
  });
}

// expect: runs
// title: discardResponseBodies and responseType
// requests: 3
// checks: 3
// iterations: 1
import http from "k6/http";
import { check } from "k6";

export const options = { discardResponseBodies: true };

export default function () {
  check(http.get("/"), {
    "no body": (r) => r.body === null && r.headers["Content-Type"] !== undefined,
  });
  check(http.get("/catalogue", { responseType: "text" }), { text: (r) => r.json("items.#") > 0 });
  check(http.get("/bytes/7", { responseType: "binary" }), {
    bytes: (r) => r.body.byteLength === 7,
  });
}

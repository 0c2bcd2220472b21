// expect: fails: no such item
// title: fail() ends the iteration
// requests: 3
// iterations: 3
import http from "k6/http";
import { check, fail } from "k6";

export const options = { vus: 1, iterations: 3 };

export default function () {
  const response = http.get("/items/999999");
  if (!check(response, { found: (r) => r.status === 200 })) fail("no such item");
  http.get("/");
}

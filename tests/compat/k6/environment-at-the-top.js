// expect: runs
// title: parameters with -e, read at the top level
// args: -e ITEM=7 -e ROUNDS=3
// requests: 3
// checks: 3
// iterations: 3
import http from "k6/http";
import { check } from "k6";

const item = __ENV.ITEM || "1";

export const options = { iterations: Number(__ENV.ROUNDS) };

export default function () {
  const response = http.get(`/items/${item}`);
  check(response, { "is the item": (r) => r.json("id") === 7 });
}

// expect: runs
// title: a script of several files
// requests: 2
// checks: 2
// iterations: 1
import { check } from "k6";
import { home, item } from "./lib/shop.js";

export default function () {
  check(home(), { home: (r) => r.status === 200 });
  check(item(4), { item: (r) => r.json("id") === 4 });
}

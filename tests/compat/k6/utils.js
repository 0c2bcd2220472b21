// expect: runs
// title: helpers of k6-utils
// requests: 1
// checks: 4
// iterations: 1
import http from "k6/http";
import { check, randomSeed } from "k6";
import {
  findBetween,
  randomIntBetween,
  randomItem,
  randomString,
} from "https://jslib.k6.io/k6-utils/1.4.0/index.js";

randomSeed(42);

export default function () {
  const page = http.get("/");
  check(page, {
    "text between two texts": (r) => findBetween(r.body, "<title>", "</title>") === "Shop",
  });
  check(null, {
    numbers: () => {
      const number = randomIntBetween(3, 5);
      return number >= 3 && number <= 5;
    },
    items: () => ["a", "b"].includes(randomItem(["a", "b"])),
    texts: () => /^[xy]{8}$/.test(randomString(8, "xy")),
  });
}

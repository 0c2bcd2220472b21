// expect: runs
// title: async functions, asyncRequest and timers
// requests: 6
// checks: 6
// iterations: 2
import http from "k6/http";
import { check } from "k6";
import { setTimeout } from "k6/timers";

export const options = { vus: 1, iterations: 2 };

export default async function () {
  const first = await http.asyncRequest("GET", "/");
  check(first, { one: (r) => r.status === 200 });

  const both = await Promise.all([
    http.asyncRequest("GET", "/items/1"),
    http.asyncRequest("POST", "/echo", "text"),
  ]);
  check(both, {
    "two at once": ([item, echo]) => item.json("id") === 1 && echo.json("body") === "text",
  });

  const begun = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  check(begun, { "a timer": (t) => Date.now() - t >= 15 });
}

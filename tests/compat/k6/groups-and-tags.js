// expect: runs
// title: groups, tags and names of requests
// requests: 12
// checks: 4
// iterations: 4
import http from "k6/http";
import { check, group } from "k6";
import exec from "k6/execution";

export const options = {
  vus: 2,
  iterations: 4,
  tags: { suite: "compat" },
  thresholds: {
    "http_reqs{name:/items/${}}": ["count==4"],
    "http_reqs{name:/items/{id}}": ["count==4"],
    "group_duration{group:::shop}": ["max<5000"],
  },
};

export default function () {
  exec.vu.metrics.tags.mood = "calm";
  const page = group("shop", () => {
    const home = http.get("/");
    group("items", () => {
      http.get(http.url`/items/${1 + (__ITER % 9)}`);
      http.get(`/items/${1 + (__ITER % 9)}`, { tags: { name: "/items/{id}", kind: "item" } });
    });
    return home;
  });
  check(
    page,
    { "a group returns what its function does": (r) => r.status === 200 },
    { part: "home" },
  );
}

// expect: runs
// title: scenarios with executors, exec, env and tags of their own
// requests: 16
// checks: 16
// iterations: 16
import http from "k6/http";
import { check } from "k6";
import exec from "k6/execution";

export const options = {
  scenarios: {
    readers: {
      executor: "per-vu-iterations",
      exec: "read",
      vus: 2,
      iterations: 5,
      env: { PAGE: "3" },
      tags: { kind: "read" },
    },
    buyers: {
      executor: "shared-iterations",
      exec: "buy",
      vus: 2,
      iterations: 6,
      maxDuration: "10s",
      startTime: "100ms",
    },
  },
};

export function read() {
  const response = http.get(`/catalogue?page=${__ENV.PAGE}`);
  check(response, { "page of the scenario's env": (r) => r.json("page") === 3 });
}

export function buy() {
  const response = http.get("/");
  check(response, {
    "the scenario knows its name": (r) => r.status === 200 && exec.scenario.name === "buyers",
  });
}

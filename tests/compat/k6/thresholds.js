// expect: runs
// title: thresholds on built-in metrics, custom metrics and tags
// requests: 20
// iterations: 20
import http from "k6/http";
import { check } from "k6";
import { Rate } from "k6/metrics";

const errors = new Rate("errors");

export const options = {
  vus: 2,
  iterations: 20,
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<5000", "avg<5000"],
    "http_req_duration{kind:page}": [
      { threshold: "p(99)<5000", abortOnFail: true, delayAbortEval: "1s" },
    ],
    checks: ["rate==1"],
    errors: ["rate<0.1"],
  },
};

export default function () {
  const response = http.get("/", { tags: { kind: "page" } });
  errors.add(!check(response, { "status is 200": (r) => r.status === 200 }));
}

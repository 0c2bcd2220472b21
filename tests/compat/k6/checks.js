// expect: runs
// title: checks on status, body, headers and timings
// requests: 10
// checks: 50
// iterations: 10
import http from "k6/http";
import { check } from "k6";

export const options = { vus: 2, iterations: 10 };

export default function () {
  const response = http.get("/catalogue");
  check(response, {
    "status is 200": (r) => r.status === 200,
    "it is JSON": (r) => r.headers["Content-Type"].includes("application/json"),
    "body isn't empty": (r) => r.body.length > 0,
    "it was quick": (r) => r.timings.duration < 5000 && r.timings.waiting >= 0,
    "there was no error": (r) => r.error === "" && r.error_code === 0,
  });
}

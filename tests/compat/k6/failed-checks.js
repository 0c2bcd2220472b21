// expect: runs
// title: failed checks count and end nothing
// requests: 4
// checks: 8
// failed checks: 4
// iterations: 4
import http from "k6/http";
import { check } from "k6";

export const options = { vus: 2, iterations: 4 };

export default function () {
  const response = http.get("/status/404");
  const all = check(response, {
    "status is 404": (r) => r.status === 404 && r.error_code === 1404,
    "status is 200": (r) => r.status === 200,
  });
  if (all) throw new Error("check() must say that one has failed");
}

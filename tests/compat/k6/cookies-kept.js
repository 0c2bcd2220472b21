// expect: runs
// title: noCookiesReset keeps cookies from one iteration to the next
// requests: 3
// checks: 2
// iterations: 2
import http from "k6/http";
import exec from "k6/execution";
import { check } from "k6";

export const options = { vus: 1, iterations: 2, noCookiesReset: true };

export default function () {
  if (exec.vu.iterationInInstance === 0) {
    check(http.post("/login", JSON.stringify({ user: "ann", password: "secret" })), {
      "logged in": (r) => r.status === 200,
    });
  } else {
    http.get("/");
    check(http.get("/cart"), { "still logged in": (r) => r.status === 200 });
  }
}

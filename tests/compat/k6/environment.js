// expect: runs
// title: parameters with -e, read in functions
// args: -e GREETING=hello -e COUNT=3
// requests: 3
// checks: 3
// iterations: 1
import http from "k6/http";
import { check } from "k6";

export default function () {
  for (let i = 0; i < Number(__ENV.COUNT); i++) {
    const response = http.post("/echo", __ENV.GREETING);
    check(response, {
      "what was passed": (r) => r.json("body") === "hello" && __ENV.OTHER === undefined,
    });
  }
}

// expect: aborts: the shop is closed
// title: exec.test.abort ends the run
import http from "k6/http";
import exec from "k6/execution";

export const options = { vus: 1, iterations: 1000 };

export default function () {
  const response = http.get("/");
  if (__ITER === 2 && response.status === 200) exec.test.abort("the shop is closed");
}

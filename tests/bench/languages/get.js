// One GET and a check, for wasmswarm and k6 alike.
import http from "k6/http";
import { check } from "k6";

const target = __ENV.TARGET || "/";

export default function () {
  const response = http.get(target);
  check(response, { "status is 200": (r) => r.status === 200 });
}

// expect: runs
// title: stages, a ramp of virtual users
import http from "k6/http";
import { check, sleep } from "k6";

export const options = {
  stages: [
    { duration: "500ms", target: 3 },
    { duration: "500ms", target: 3 },
    { duration: "200ms", target: 0 },
  ],
};

export default function () {
  const response = http.get("/");
  check(response, { "status is 200": (r) => r.status === 200 });
  sleep(0.1);
}

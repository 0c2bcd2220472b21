// expect: runs
// title: a default function without options runs once
// requests: 1
// iterations: 1
import http from "k6/http";
import { sleep } from "k6";

export default function () {
  http.get("/");
  sleep(0.01);
}

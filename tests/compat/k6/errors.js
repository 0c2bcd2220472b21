// expect: runs
// title: requests without a response
// checks: 3
// exit code: 77
// iterations: 1
import http from "k6/http";
import { check } from "k6";

export default function () {
  const elsewhere = http.get("http://elsewhere.test/");
  check(elsewhere, {
    "status 0 and a code": (r) => r.status === 0 && r.error_code === 1111 && r.error !== "",
    "no body": (r) => r.body === null,
  });
  let thrown = "";
  try {
    http.get("http://elsewhere.test/", { throw: true });
  } catch (error) {
    thrown = error.message;
  }
  check(thrown, { "or an exception": (text) => text.includes("host-not-allowed") });
}

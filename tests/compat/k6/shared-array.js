// expect: runs
// title: test data: SharedArray with JSON, and CSV with papaparse
// requests: 6
// checks: 12
// iterations: 6
import http from "k6/http";
import { check } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import papaparse from "https://jslib.k6.io/papaparse/5.1.1/index.js";

const users = new SharedArray("users", () => JSON.parse(open("./data/users.json")).users);
const accounts = new SharedArray(
  "accounts",
  () => papaparse.parse(open("./data/users.csv"), { header: true, skipEmptyLines: true }).data,
);

export const options = { vus: 3, iterations: 6 };

export default function () {
  const account = accounts[exec.scenario.iterationInTest % accounts.length];
  const response = http.post("/login", JSON.stringify(account));
  check(response, { "the account is known": (r) => r.status === 200 });
  check(users, {
    "JSON data": (u) => u.length === 3 && u.map((one) => one.user).join() === "ann,ben,cid",
  });
}

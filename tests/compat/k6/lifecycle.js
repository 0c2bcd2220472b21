// expect: runs
// title: setup and teardown, with data for all virtual users
// requests: 6
// checks: 6
// iterations: 6
import http from "k6/http";
import { check } from "k6";

export const options = { vus: 3, iterations: 6 };

export function setup() {
  const response = http.post("/login", JSON.stringify({ user: "ann", password: "secret" }));
  return { token: response.json("token"), list: [1, 2, 3] };
}

export default function (data) {
  const response = http.get("/cart", { headers: { Authorization: `Bearer ${data.token}` } });
  check(response, {
    "the token of setup is valid": (r) => r.status === 200 && data.list.length === 3,
  });
}

export function teardown(data) {
  if (data.token === "") throw new Error("setup's data didn't arrive");
}

// expect: runs: handleSummary isn't called
// requests: 1
// title: handleSummary isn't called, and a warning says so
import http from "k6/http";

export default function () {
  http.get("/");
}

export function handleSummary(data) {
  return { "summary.json": JSON.stringify(data) };
}

// expect: refused: handleSummary isn't supported
// title: handleSummary
import http from "k6/http";

export default function () {
  http.get("/");
}

export function handleSummary(data) {
  return { "summary.json": JSON.stringify(data) };
}

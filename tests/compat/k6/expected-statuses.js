// expect: runs
// title: which statuses count as success
// requests: 4
// iterations: 1
import http from "k6/http";

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }, 404));

export const options = {
  thresholds: { http_req_failed: ["rate==0.25"] },
};

export default function () {
  http.get("/");
  http.get("/status/404");
  http.get("/status/500", { responseCallback: http.expectedStatuses(500) });
  http.get("/status/503");
}

// expect: runs
// title: counters, gauges, rates and trends
// requests: 8
// iterations: 8
import http from "k6/http";
import { Counter, Gauge, Rate, Trend } from "k6/metrics";

const orders = new Counter("orders");
const size = new Gauge("page_size");
const found = new Rate("found");
const waiting = new Trend("waiting", true);

export const options = {
  vus: 2,
  iterations: 8,
  thresholds: { orders: ["count==16"], found: ["rate==1"], waiting: ["max<5000"] },
};

export default function () {
  const response = http.get("/catalogue");
  orders.add(2, { shop: "north" });
  size.add(response.body.length);
  found.add(response.status === 200);
  waiting.add(response.timings.waiting);
}

// expect: runs
// title: constant and ramping arrival rates
import http from "k6/http";

export const options = {
  scenarios: {
    steady: {
      executor: "constant-arrival-rate",
      rate: 20,
      timeUnit: "1s",
      duration: "1s",
      preAllocatedVUs: 5,
      maxVUs: 10,
    },
    rising: {
      executor: "ramping-arrival-rate",
      startRate: 0,
      timeUnit: "1s",
      stages: [
        { duration: "500ms", target: 20 },
        { duration: "500ms", target: 20 },
      ],
      preAllocatedVUs: 5,
      gracefulStop: "2s",
    },
  },
};

export default function () {
  http.get("/");
}

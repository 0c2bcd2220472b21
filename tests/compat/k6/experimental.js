// expect: refused: "k6/experimental/redis" isn't supported
// title: experimental modules (k6/experimental/…)
import redis from "k6/experimental/redis";

export default function () {}

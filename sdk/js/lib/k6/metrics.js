// `k6/metrics`: metrics of a script's own. Whether a trend is a time (its second argument) changes nothing here.

import { Counter, Gauge, Rate, Trend } from "../internal/metrics.js";

export { Counter, Gauge, Rate, Trend };

export default { Counter, Gauge, Rate, Trend };

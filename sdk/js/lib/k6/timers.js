// `k6/timers`. An iteration ends when all of its timers have fired.

import { clearInterval, clearTimeout, setInterval, setTimeout } from "../internal/loop.js";

export { clearInterval, clearTimeout, setInterval, setTimeout };

export default { clearInterval, clearTimeout, setInterval, setTimeout };

// `k6/execution`: who is running, and how to end the run.

import { abort, markFailed, now, progressOfRun, setTag } from "wasmswarm:native";
import { script } from "../internal/k6-script.js";
import { Aborted, identity, onlyInFunctions } from "../internal/state.js";
import { microseconds } from "../internal/text.js";

function refuse(what, instead) {
  throw new Error(`exec.${what} isn't supported: ${instead}`);
}

/** Who is running; there is nobody at the top level. */
function current(what) {
  onlyInFunctions(`exec.${what}`);
  return identity();
}

const iterationOfVu = (what) => Math.max(0, current(what).iteration - 1);

/** Tags that the script has set, for all that the VU records. */
const tags = new Proxy(
  {},
  {
    get: (own, key) => (key === "scenario" ? current("vu.metrics.tags").scenario : own[key]),
    set(own, key, value) {
      onlyInFunctions("exec.vu.metrics.tags");
      if (!["string", "number", "boolean"].includes(typeof value)) {
        throw new TypeError(`exec.vu.metrics.tags.${key}: a string, number or boolean is needed`);
      }
      own[key] = String(value);
      setTag(key, own[key]);
      return true;
    },
    deleteProperty(own, key) {
      delete own[key];
      setTag(key, "");
      return true;
    },
  },
);

const metadata = new Proxy(
  {},
  {
    set: () => refuse("vu.metrics.metadata", "set a tag, if it has few values"),
  },
);

export const vu = {
  get idInTest() {
    return current("vu.idInTest").id;
  },
  get idInInstance() {
    return current("vu.idInInstance").id;
  },
  get iterationInInstance() {
    return iterationOfVu("vu.iterationInInstance");
  },
  get iterationInScenario() {
    return iterationOfVu("vu.iterationInScenario");
  },
  tags,
  metrics: { tags, metadata },
};

export const scenario = {
  get name() {
    return current("scenario.name").scenario;
  },
  /** As in the script's options. */
  get executor() {
    return executorOf(current("scenario.executor").scenario);
  },
  get iterationInTest() {
    return current("scenario.iterationInTest").iterationIndex;
  },
  get iterationInInstance() {
    return current("scenario.iterationInInstance").iterationIndex;
  },
  /** When it began, in milliseconds since 1970. */
  get startTime() {
    const { scenario } = current("scenario.startTime");
    return Math.round(Date.now() - now() / 1000 + startOf(scenario));
  },
  /** How much of it is over, from 0 to 1, by the script's own options. */
  get progress() {
    const { scenario, iterationIndex } = current("scenario.progress");
    return progressOf(scenario, iterationIndex);
  },
};

const ms = (time, what) => (time === undefined ? 0 : microseconds(time, what) / 1000);

/** When a scenario begins, in milliseconds since the run's beginning. */
function startOf(name) {
  return ms(script.options.scenarios?.[name]?.startTime, "startTime");
}

function progressOf(name, iterationIndex) {
  const own = script.options.scenarios?.[name] ?? script.options;
  const elapsed = now() / 1000 - startOf(name);
  const stages = (own.stages ?? []).map((stage) => ms(stage.duration, "duration"));
  const whole = stages.reduce((sum, stage) => sum + stage, ms(own.duration, "duration"));
  if (whole > 0) return Math.max(0, Math.min(1, elapsed / whole));
  const each = executorOf(name) === "per-vu-iterations" ? (own.vus ?? 1) : 1;
  const all = (own.iterations ?? own.vus ?? 1) * each;
  return Math.max(0, Math.min(1, iterationIndex / all));
}

function executorOf(name) {
  const { scenarios, stages, iterations, duration } = script.options;
  const own = scenarios?.[name]?.executor;
  if (own !== undefined) return own;
  if (stages !== undefined) return "ramping-vus";
  return duration !== undefined && iterations === undefined ? "constant-vus" : "shared-iterations";
}

function progress(what) {
  onlyInFunctions(`exec.instance.${what}`);
  return progressOfRun();
}

export const instance = {
  /** Milliseconds since the run began. */
  get currentTestRunDuration() {
    onlyInFunctions("exec.instance.currentTestRunDuration");
    return now() / 1000;
  },
  /** Figures of all virtual users are those of the last full second. */
  get vusActive() {
    return progress("vusActive")[0];
  },
  get vusInitialized() {
    return progress("vusInitialized")[1];
  },
  get iterationsCompleted() {
    return progress("iterationsCompleted")[2];
  },
  get iterationsInterrupted() {
    return progress("iterationsInterrupted")[3];
  },
};

export const test = {
  /** Ends the run for this reason. */
  abort(reason = "test.abort() was called") {
    onlyInFunctions("exec.test.abort()");
    abort(String(reason));
    throw new Aborted(String(reason));
  },
  /** Goes on, but the run ends as a failure, with the exit code 110. */
  fail(reason = "test.fail() was called") {
    onlyInFunctions("exec.test.fail()");
    markFailed(String(reason));
  },
  /** The script's own options. */
  get options() {
    return script.options;
  },
};

export default { vu, scenario, instance, test };

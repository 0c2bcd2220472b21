// `k6/execution`: who is running, and how to end the run.

import { abort, now, setTag } from "wasmswarm:native";
import { script } from "../internal/k6-script.js";
import { Aborted, identity, onlyInFunctions } from "../internal/state.js";

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
  get startTime() {
    return refuse(
      "scenario.startTime",
      "exec.instance.currentTestRunDuration counts from the run's beginning",
    );
  },
  get progress() {
    return refuse(
      "scenario.progress",
      "exec.instance.currentTestRunDuration counts from the run's beginning",
    );
  },
};

function executorOf(name) {
  const { scenarios, stages, iterations, duration } = script.options;
  const own = scenarios?.[name]?.executor;
  if (own !== undefined) return own;
  if (stages !== undefined) return "ramping-vus";
  return duration !== undefined && iterations === undefined ? "constant-vus" : "shared-iterations";
}

export const instance = {
  /** Milliseconds since the run began. */
  get currentTestRunDuration() {
    onlyInFunctions("exec.instance.currentTestRunDuration");
    return now() / 1000;
  },
  get vusActive() {
    return refuse("instance.vusActive", "a script sees its own virtual user only");
  },
  get vusInitialized() {
    return refuse("instance.vusInitialized", "a script sees its own virtual user only");
  },
  get iterationsCompleted() {
    return refuse(
      "instance.iterationsCompleted",
      "exec.scenario.iterationInTest numbers the iterations",
    );
  },
  get iterationsInterrupted() {
    return refuse("instance.iterationsInterrupted", "the summary counts them");
  },
};

export const test = {
  /** Ends the run for this reason. */
  abort(reason = "test.abort() was called") {
    onlyInFunctions("exec.test.abort()");
    abort(String(reason));
    throw new Aborted(String(reason));
  },
  fail() {
    refuse("test.fail()", "count a failed check, and let a threshold on `checks` decide");
  },
  /** The script's own options. */
  get options() {
    return script.options;
  },
};

export default { vu, scenario, instance, test };

// Scripts in k6's shape: each exported function is a scenario with one task.

import { setScenarioParams } from "./env.js";
import { setScript } from "./k6-script.js";
import { applySettings } from "./settings.js";
import { refusal } from "./state.js";
import { microseconds } from "./text.js";

/** Exports that are functions and no scenarios. */
const OTHERS = ["setup", "teardown", "handleSummary"];

const NAME = /^[A-Za-z0-9_-]{1,200}$/;

export function readFunctions(namespace) {
  const options = namespace.options ?? {};
  if (typeof options !== "object") throw refusal("`options` must be an object");
  const scenarios = options.scenarios ?? {};
  const names = namesOf(namespace, scenarios);
  setScenarioParams(paramsOf(scenarios));
  setScript(options);
  applySettings(options);
  const pace = options.minIterationDuration;
  const wait = pace
    ? { tag: "pacing", val: microseconds(pace, "minIterationDuration") }
    : { tag: "none" };
  const isMain = (name) =>
    names.includes("default") ? name === "default" : isUsed(name, scenarios);
  return {
    scenarios: names.map((name) => {
      const run = (data) => namespace[name](data);
      return scenario(name, run, isMain(name) ? 1 : 0, wait);
    }),
    options: { ...withLoad(options), reset_cookies: !options.noCookiesReset },
  };
}

/** The functions that a load may name: those that are exported, and that scenarios ask for. */
function namesOf(namespace, scenarios) {
  for (const key in scenarios) {
    const exec = execOf(scenarios[key]);
    if (typeof namespace[exec] !== "function") {
      throw refusal(
        `the scenario "${key}" runs the function "${exec}", which the script doesn't export`,
      );
    }
  }
  const all = Object.keys(namespace);
  const names = all.filter(
    (name) => typeof namespace[name] === "function" && !OTHERS.includes(name),
  );
  if (names.length === 0) {
    throw refusal(
      "the script exports nothing to run: `export default function () { … }`, or a class that extends User of `wasmswarm`",
    );
  }
  if (!names.includes("default") && !names.some((name) => isUsed(name, scenarios))) {
    throw refusal(
      "the script has no default function, and no scenario in its options names another one",
    );
  }
  const odd = names.find((name) => !NAME.test(name) && isUsed(name, scenarios));
  if (odd !== undefined) {
    throw refusal(`the function "${odd}": only letters, digits, _ and - can be in its name`);
  }
  return names.filter((name) => NAME.test(name));
}

const execOf = (scenario) => scenario?.exec ?? "default";

const isUsed = (name, scenarios) => Object.values(scenarios).some((one) => execOf(one) === name);

/** The parameters that k6's scenarios have in `env`, by the scenario's name. */
function paramsOf(scenarios) {
  const found = {};
  for (const key in scenarios) if (scenarios[key]?.env) found[key] = scenarios[key].env;
  return found;
}

function scenario(name, run, weight, wait) {
  let data;
  return {
    info: {
      name,
      population: { tag: "weight", val: weight },
      order: 0,
      wait,
      tasks: [{ name, weight: 1, tags: [] }],
    },
    start(setupData) {
      data = setupData;
    },
    run: () => run(data),
  };
}

/** The options with k6's defaults, where they differ from the host's. */
function withLoad(options) {
  const { vus, duration, iterations, stages, scenarios } = options;
  if (scenarios !== undefined) return { ...options, scenarios: withExec(scenarios) };
  if (stages !== undefined) return rampingFrom(options);
  if (duration !== undefined || iterations !== undefined) return options;
  // As many iterations as virtual users.
  return { ...options, vus: vus ?? 1, iterations: vus ?? 1 };
}

function withExec(scenarios) {
  const all = {};
  for (const key in scenarios) all[key] = { ...scenarios[key], exec: execOf(scenarios[key]) };
  return all;
}

/** In k6 stages begin with `vus`. */
function rampingFrom({ vus, ...options }) {
  return vus === undefined ? options : { startVUs: vus, ...options };
}

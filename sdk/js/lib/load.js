// What the runtime imports: installs the globals, and turns a script's exports into a plugin.

import { refuseLateParams } from "./internal/env.js";
import { installGlobals } from "./internal/globals.js";
import { log, writeEarly } from "./internal/log.js";
import { idle, reset, settle } from "./internal/loop.js";
import { hasClasses, readClasses } from "./internal/classes.js";
import { readFunctions } from "./internal/functions.js";
import { suggested } from "./internal/options.js";
import { Aborted, begin } from "./internal/state.js";
import { forgetGathered } from "./k6/http.js";

installGlobals();

/** The plugin that a module's exports make; see the runtime for who calls what. */
export function load(namespace) {
  warnOfUnsupported(namespace);
  const script = hasClasses(namespace) ? readClasses(namespace) : readFunctions(namespace);
  return plugin(namespace, script);
}

/** What a script exports and nobody calls. It runs all the same: its load doesn't depend on that. */
function warnOfUnsupported(namespace) {
  if (namespace.handleSummary !== undefined) {
    log.warn("handleSummary isn't called: --summary-json FILE writes all results");
  }
}

/** `script`: `{ scenarios, options, shape }`, where each scenario has the functions of its life. */
function plugin(namespace, script) {
  const { scenarios, shape } = script;
  const made = {
    description: {
      about: typeof namespace.about === "string" ? namespace.about : "",
      scenarios: scenarios.map((scenario) => scenario.info),
      options: suggested(script.options, log.warn),
      shape: shape !== undefined,
    },
    idle,
    setup: () => call(() => setup(namespace), toText),
    onStart: (index, setupText, ownText) => start(scenarios[index], setupText, ownText),
    runTask: (index, task) => call(() => scenarios[index].run(task), scenarios[index].outcome),
    onStop: (index) => call(() => scenarios[index].stop?.()),
  };
  if (typeof namespace.teardown === "function") {
    made.teardown = (text) => call(() => namespace.teardown(fromText(text)));
  }
  if (scenarios.some((scenario) => scenario.setup)) {
    made.setupScenario = (index, text) =>
      call(() => scenarios[index].setup?.(fromText(text)), toText);
  }
  if (scenarios.some((scenario) => scenario.teardown)) {
    made.teardownScenario = (index, text) =>
      call(() => scenarios[index].teardown?.(fromText(text)));
  }
  if (shape !== undefined) {
    made.shape = (elapsed, users) =>
      call(
        () => shape(elapsed / 1e6, users),
        (target) => target,
      );
  }
  return made;
}

function setup(namespace) {
  // Only in a run somebody reads them.
  writeEarly();
  refuseLateParams();
  return namespace.setup?.();
}

function start(scenario, setupText, ownText) {
  return call(() => {
    refuseLateParams();
    return scenario.start(fromText(setupText), fromText(ownText));
  });
}

/** One call of the host. `then` makes its answer of what the script returned. */
function call(run, then = ignore) {
  begin();
  reset();
  forgetGathered();
  let result;
  try {
    result = settle(run());
  } catch (error) {
    return ended(error);
  }
  if (typeof result?.then === "function") return result.then(then).catch(ended);
  return then(result);
}

/** A script that has ended the run has not failed. */
function ended(error) {
  if (error instanceof Aborted) return undefined;
  throw error;
}

function ignore() {}

function toText(value) {
  return value === undefined ? undefined : JSON.stringify(value);
}

function fromText(text) {
  return text === undefined || text === "" ? undefined : JSON.parse(text);
}

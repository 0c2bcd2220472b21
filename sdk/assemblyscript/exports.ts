// The functions that the host calls; transform.mjs gives them the names of the contract.

import { begin, liftText, lowered, lowerText, micros, put, reserve } from "wasmswarm/memory";
import { AnyScenario, data, decided, lowerScenarios, Moment, plugin, scenarios, Target } from "wasmswarm/scenario";

/// Where results are left: the largest is that of `shape`.
const result: usize = memory.data(40, 8);

export function wasmswarm_describe(): usize {
  begin();
  store<u8>(result, 0);
  put(result + 4, lowerText(plugin.about));
  put(result + 12, lowerScenarios());
  put(result + 20, lowerText(plugin.options));
  store<bool>(result, plugin.shape !== null, 28);
  return result;
}

export function wasmswarm_setup(): usize {
  return text(made(plugin.setup));
}

export function wasmswarm_teardown(address: usize, size: usize): usize {
  data.ofRun = lift(address, size);
  return cleaned(plugin.teardown);
}

export function wasmswarm_setup_scenario(scenario: u32, address: usize, size: usize): usize {
  data.ofRun = lift(address, size);
  return text(made(scenarios[scenario].make));
}

export function wasmswarm_teardown_scenario(scenario: u32, address: usize, size: usize): usize {
  data.ofScenario = lift(address, size);
  return cleaned(scenarios[scenario].clean);
}

export function wasmswarm_shape(elapsed: u64, users: u32): usize {
  decided.nothing();
  const shape = plugin.shape;
  const target = shape === null ? Target.stop() : shape(new Moment(elapsed, users));
  if (hasFailed(8)) return result;
  store<u8>(result, 0);
  target.lowerInto(result + 8);
  return result;
}

export function wasmswarm_on_start(
  scenario: u32, address: usize, size: usize, ownAddress: usize, ownSize: usize,
): usize {
  data.ofRun = lift(address, size);
  data.ofScenario = lift(ownAddress, ownSize);
  decided.nothing();
  scenarios[scenario].start();
  return done();
}

export function wasmswarm_run_task(scenario: u32, task: u32): usize {
  decided.nothing();
  scenarios[scenario].run(task);
  return outcome(scenarios[scenario]);
}

export function wasmswarm_on_stop(scenario: u32): usize {
  decided.nothing();
  scenarios[scenario].stop();
  return done();
}

/// Memory for what the host passes.
export function wasmswarm_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  const place = reserve(size);
  if (oldSize != 0) memory.copy(place, old, min(oldSize, size));
  return place;
}

/// Memory for the adapter of WASI, which keeps it.
export function wasmswarm_realloc_for_good(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return heap.alloc(size);
}

function lift(address: usize, size: usize): string {
  return String.UTF8.decodeUnsafe(address, size);
}

function made(make: (() => string) | null): string {
  decided.nothing();
  return make === null ? "" : make();
}

function cleaned(clean: (() => void) | null): usize {
  decided.nothing();
  if (clean !== null) clean();
  return done();
}

/// `result<list<u8>, string>`.
function text(made: string): usize {
  if (hasFailed(4)) return result;
  store<u8>(result, 0);
  put(result + 4, lowerText(made));
  return result;
}

/// `result<_, string>`.
function done(): usize {
  if (!hasFailed(4)) store<u8>(result, 0);
  return result;
}

/// `result<outcome, string>`.
function outcome(scenario: AnyScenario): usize {
  const task = decided.next == "" ? -1 : scenario.indexOf(decided.next);
  if (decided.next != "" && task < 0 && decided.failure === null) {
    decided.failure = `next("${decided.next}"): the scenario has no task of this name`;
  }
  if (hasFailed(8)) return result;
  store<u8>(result, 0);
  store<u8>(result, decided.stop ? 2 : task >= 0 ? 1 : 0, 8);
  store<u32>(result, task, 12);
  store<u8>(result, decided.wait >= 0 ? 1 : 0, 16);
  store<u64>(result, micros(decided.wait), 24);
  return result;
}

/// Leaves the failure's text at this offset of the result, if there is a failure.
function hasFailed(offset: usize): bool {
  begin();
  const failure = decided.failure;
  if (failure === null) return false;
  store<u8>(result, 1);
  put(result + offset, lowerText(failure));
  return true;
}

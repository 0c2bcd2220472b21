// What the library knows about the running call of the host.

import { vu } from "wasmswarm:native";

/** One object, so that all modules see the same and reading it stays cheap. */
export const state = {
  /** Until the host calls for the first time: the script's top level, evaluated at build time. */
  building: true,
  /** Number of the running call. Responses of earlier ones are gone. */
  call: 0,
  /** Responses that the running call has made. */
  responses: 0,
  identity: undefined,
};

/** Begins a call: what the last one knew doesn't hold any more. */
export function begin() {
  state.building = false;
  state.call++;
  state.responses = 0;
  state.identity = undefined;
}

/** Who is running. Asked of the host once per call. */
export function identity() {
  return (state.identity ??= vu());
}

/** An error that is about the script as a whole: a trace of the library's functions would say nothing. */
export function refusal(message) {
  const error = new Error(message);
  error.stack = "";
  return error;
}

/** Thrown through a script that has ended the run. It isn't an error of the script. */
export class Aborted extends Error {
  constructor(reason) {
    super(reason);
    this.name = "Aborted";
  }
}

/** Why a function may not be used where it was used. */
export function onlyInFunctions(what) {
  if (state.building) {
    throw new Error(
      `${what} can't be used at the top level: that is evaluated once, at build time; use it in a function that the run calls`,
    );
  }
}

/** Why something must be done at the top level. */
export function onlyAtTopLevel(what) {
  if (!state.building) {
    throw new Error(
      `${what} can only be used at the top level of a script, which is evaluated at build time`,
    );
  }
}

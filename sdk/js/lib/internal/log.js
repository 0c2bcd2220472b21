// Lines for the operator. What the top level says at build time waits until there is a host to read it.

import { log as nativeLog } from "wasmswarm:native";
import { state } from "./state.js";

const DEBUG = 0;
const INFO = 1;
const WARN = 2;
const ERROR = 3;

/** What was said at build time: `[level, text]`. */
const early = [];

function write(level, parts) {
  const text =
    parts.length === 1 && typeof parts[0] === "string" ? parts[0] : parts.map(shown).join(" ");
  if (state.building) early.push([level, text]);
  else nativeLog(level, text);
}

/** Hands over what was said at build time. */
export function writeEarly() {
  for (const [level, text] of early) nativeLog(level, text);
}

/** A value as people read it: texts as they are, objects as JSON. */
function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error)
    return value.stack ? `${value}\n${value.stack}`.trimEnd() : String(value);
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return String(value);
    }
  }
  return String(value);
}

export const log = {
  debug: (...parts) => write(DEBUG, parts),
  info: (...parts) => write(INFO, parts),
  warn: (...parts) => write(WARN, parts),
  error: (...parts) => write(ERROR, parts),
};

export const console = { log: log.info, ...log, trace: log.debug };

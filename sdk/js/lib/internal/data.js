// `data`: rows of the files that the operator granted with `--data NAME=FILE`.

import { dataCount, dataGet, dataRow } from "wasmswarm:native";

const PICKS = ["sequential", "shuffled", "random", "per-vu"];
const SEQUENTIAL = 0;
const PER_VU = 3;
const WRAP = 0;
const STOP = 1;

/** Why there is no row. `code` is `not-granted` or `exhausted`. */
export class DataError extends Error {
  constructor(name, code) {
    super(
      code === "not-granted"
        ? `the data set "${name}" wasn't granted: pass \`--data ${name}=FILE\``
        : `the data set "${name}" has no row left`,
    );
    this.name = "DataError";
    this.code = code;
  }
}

function answer(name, found) {
  if (typeof found === "string") throw new DataError(name, found);
  return found;
}

function toRow(name, found) {
  const list = answer(name, found);
  const row = {};
  for (let i = 0; i < list.length; i++) row[list[i][0]] = list[i][1];
  return row;
}

export const data = {
  /** The row of this iteration; begins again after the last. `pick` says which one else. */
  row(name, { pick = "sequential" } = {}) {
    const at = PICKS.indexOf(pick);
    if (at < 0) throw new TypeError(`data.row: "${pick}" must be one of ${PICKS.join(", ")}`);
    return toRow(name, dataRow(name, at, WRAP));
  },
  /** The row of this iteration, which no other iteration of the scenario gets. */
  unique: (name) => toRow(name, dataRow(name, SEQUENTIAL, STOP)),
  /** The row of this virtual user, which no other one gets. */
  uniquePerVu: (name) => toRow(name, dataRow(name, PER_VU, STOP)),
  /** The row of this number, from 0. */
  get: (name, index) => toRow(name, dataGet(name, index)),
  /** How many rows there are. */
  count: (name) => answer(name, dataCount(name)),
};

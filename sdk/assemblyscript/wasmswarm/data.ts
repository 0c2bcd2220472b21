// Rows of the CSV, JSON and JSON Lines files that the operator granted with `--data NAME=FILE`.

import * as host from "./imports";
import { area, at, begin, liftPairs, lowerText, Pair, size } from "./memory";

/// One row, or why there is none.
export class Row {
  constructor(
    /// Columns and their values, in the order of the file; none if there is no row.
    public fields: Pair[],
    /// Why there is no row: empty if there is one.
    public error: string = "",
  ) {}

  /// The text of a column; empty if there is no such column.
  get(column: string): string {
    for (let i = 0; i < this.fields.length; i++) {
      if (this.fields[i][0] == column) return this.fields[i][1];
    }
    return "";
  }
}

export namespace data {
  /// The row of this iteration, in the order of the file; begins again after the last.
  export function sequential(name: string): Row {
    return row(name, 0, 0);
  }

  /// The row of this iteration, in an order that the run's seed shuffles.
  export function shuffled(name: string): Row {
    return row(name, 1, 0);
  }

  /// Any row, from the VU's seeded generator; another one with each call.
  export function random(name: string): Row {
    return row(name, 2, 0);
  }

  /// The row of this VU, always the same.
  export function perVu(name: string): Row {
    return row(name, 3, 0);
  }

  /// The row of this iteration, which no other iteration of the scenario gets.
  export function unique(name: string): Row {
    return row(name, 0, 1);
  }

  /// The row of this VU, which no other VU gets.
  export function uniquePerVu(name: string): Row {
    return row(name, 3, 1);
  }

  /// The row of this number, from 0.
  export function get(name: string, index: u64): Row {
    begin();
    const n = lowerText(name);
    host.dataGet(at(n), size(n), index, area);
    return lift(name, `data set ${name} has no row ${index}`);
  }

  /// How many rows there are; -1 if the data set wasn't granted.
  export function count(name: string): i64 {
    begin();
    const n = lowerText(name);
    host.dataCount(at(n), size(n), area);
    return load<u8>(area) == 0 ? load<i64>(area, 8) : -1;
  }

  function row(name: string, pick: i32, atEnd: i32): Row {
    begin();
    const n = lowerText(name);
    host.dataRow(at(n), size(n), pick, atEnd, area);
    return lift(name, `data set ${name}: every row has been taken`);
  }

  /// `result<list<tuple<string, string>>, error>`.
  function lift(name: string, exhausted: string): Row {
    if (load<u8>(area) == 0) return new Row(liftPairs(area + 4));
    if (load<u8>(area, 4) == 0) return new Row([], `data set ${name} isn't granted: pass --data ${name}=FILE`);
    return new Row([], exhausted);
  }
}

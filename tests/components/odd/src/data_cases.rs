//! Rows of a data set called `rows`, which has one column `n`. Each iteration tells in a
//! counter of the shared state which row it got.

use crate::exports::wasmswarm::scenario::scenario::NextTask;
use crate::scheduled;
use crate::wasmswarm::scenario::checks::check;
use crate::wasmswarm::scenario::data::{self, AtEnd, Error, Pick};
use crate::wasmswarm::scenario::metrics::{self, MetricType};
use crate::wasmswarm::scenario::vu;

/// The row's number, which is also what its only column says.
fn number(pick: Pick, at_end: AtEnd) -> Result<String, String> {
    let row = data::row("rows", pick, at_end).map_err(|e| e.name().to_owned())?;
    match &row[..] {
        [(column, n)] if column == "n" => Ok(n.clone()),
        other => Err(format!("odd row {other:?}")),
    }
}

fn took(row: &str) {
    metrics::add("taken", MetricType::Counter, 1.0, &[("row".into(), row.into())]);
}

/// Unique per iteration, whatever is asked in between.
pub fn rows(_: u32) -> Result<NextTask, String> {
    let row = number(Pick::Sequential, AtEnd::Stop)?;
    check(
        "random ends never",
        number(Pick::Random, AtEnd::Stop).is_ok(),
        &[],
    );
    check(
        "one row per iteration",
        number(Pick::Sequential, AtEnd::Stop).as_ref() == Ok(&row),
        &[],
    );
    let same = data::get("rows", vu::current().iteration_index).map(|r| r[0].1.clone());
    check("the row of the iteration", same.as_ref() == Ok(&row), &[]);
    took(&row);
    Ok(scheduled())
}

pub fn shuffled(_: u32) -> Result<NextTask, String> {
    took(&number(Pick::Shuffled, AtEnd::Wrap)?);
    Ok(scheduled())
}

pub fn per_vu(_: u32) -> Result<NextTask, String> {
    let row = number(Pick::PerVu, AtEnd::Stop)?;
    check(
        "the row of the VU",
        row == (vu::current().id - 1).to_string(),
        &[],
    );
    took(&row);
    Ok(scheduled())
}

pub fn random(_: u32) -> Result<NextTask, String> {
    took(&number(Pick::Random, AtEnd::Wrap)?);
    Ok(scheduled())
}

pub fn missing(_: u32) -> Result<NextTask, String> {
    let row = data::row("nobody", Pick::Random, AtEnd::Wrap);
    check("not granted", row == Err(Error::NotGranted), &[]);
    check(
        "not granted",
        data::count("nobody") == Err(Error::NotGranted),
        &[],
    );
    check(
        "no such row",
        data::get("rows", u64::MAX) == Err(Error::Exhausted),
        &[],
    );
    Ok(scheduled())
}

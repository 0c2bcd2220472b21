//! Rows of the files that the operator granted.

use crate::bindings::wasmswarm::scenario::data::{self, AtEnd, Error, Pick};
use crate::value::{self, Answer, Call};

type Row = Vec<(String, String)>;

pub(super) fn row(call: &Call<'_>) -> Answer {
    let pick = match call.count(1)? {
        0 => Pick::Sequential,
        1 => Pick::Shuffled,
        2 => Pick::Random,
        _ => Pick::PerVu,
    };
    let at_end = if call.count(2)? == 0 {
        AtEnd::Wrap
    } else {
        AtEnd::Stop
    };
    answer(call, data::row(&call.text(0)?, pick, at_end))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    answer(call, data::get(&call.text(0)?, call.count(1)?))
}

pub(super) fn count(call: &Call<'_>) -> Answer {
    match data::count(&call.text(0)?) {
        Ok(rows) => Ok(value::count(rows)),
        Err(error) => failure(call, error),
    }
}

fn answer(call: &Call<'_>, row: Result<Row, Error>) -> Answer {
    match row {
        Ok(row) => call.js.pairs(&row),
        Err(error) => failure(call, error),
    }
}

fn failure(call: &Call<'_>, error: Error) -> Answer {
    call.js.text(match error {
        Error::NotGranted => "not-granted",
        Error::Exhausted => "exhausted",
    })
}

//! The host's cookies.

use super::nothing;
use crate::bindings::wasmswarm::scenario::cookies::{self, Cookie};
use crate::value::{Answer, Call, Elements, Js, bool, count, number};
use rquickjs::{Ctx, qjs};
use std::cell::Cell;

thread_local! {
    static NAMES: Cell<[qjs::JSAtom; 7]> = const { Cell::new([0; 7]) };
}

/// Makes the names that results need.
pub(super) fn prepare(context: &Ctx<'_>) {
    // SAFETY: the context lives on after this call.
    let js = unsafe { Js::new(context.as_raw()) };
    let names = [
        "name",
        "value",
        "domain",
        "path",
        "expires",
        "secure",
        "http_only",
    ];
    NAMES.set(names.map(|name| js.atom(name)));
}

pub(super) fn matching(call: &Call<'_>) -> Answer {
    list(call, &cookies::matching(call.count(0)?, &call.text(1)?))
}

pub(super) fn all(call: &Call<'_>) -> Answer {
    list(call, &cookies::all(call.count(0)?))
}

pub(super) fn set(call: &Call<'_>) -> Answer {
    Ok(bool(cookies::set(call.count(0)?, &call.text(1)?, &call.text(2)?)))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let deleted = cookies::delete(call.count(0)?, &call.text(1)?, &call.text(2)?);
    Ok(count(u64::from(deleted)))
}

pub(super) fn clear(call: &Call<'_>) -> Answer {
    cookies::clear(call.count(0)?);
    nothing()
}

pub(super) fn new_jar(_: &Call<'_>) -> Answer {
    Ok(count(cookies::new_jar()))
}

/// One number for all requests, or a list with one for each of the next batch.
pub(super) fn use_jar(call: &Call<'_>) -> Answer {
    cookies::use_jar(call.count(0)?);
    nothing()
}

pub(super) fn use_jars(call: &Call<'_>) -> Answer {
    let elements = Elements::of(call.js, call.at(0))?;
    let numbers = elements.as_call();
    let jars: Result<Vec<u64>, _> = (0..elements.values().len()).map(|at| numbers.count(at)).collect();
    cookies::use_jars(&jars?);
    nothing()
}

fn list(call: &Call<'_>, cookies: &[Cookie]) -> Answer {
    let mut objects = Vec::with_capacity(cookies.len());
    for cookie in cookies {
        let values = [
            call.js.text(&cookie.name)?,
            call.js.text(&cookie.value)?,
            call.js.text(&cookie.domain)?,
            call.js.text(&cookie.path)?,
            number(cookie.expires as f64),
            bool(cookie.secure),
            bool(cookie.http_only),
        ];
        objects.push(call.js.object(&NAMES.get(), values)?);
    }
    call.js.array(&objects)
}

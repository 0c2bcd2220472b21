//! Guests that print, and give up with and without words of their own.

use crate::exports::wasmswarm::scenario::scenario::NextTask;
use crate::scheduled;
use crate::wasmswarm::scenario::{http, params, vu};
use std::io::Write;

/// A line of each kind, in an iteration that is fine.
pub fn prints(_: u32) -> Result<NextTask, String> {
    println!("to standard output\u{1b}[31m");
    eprintln!("to standard error");
    print!("without an end");
    // Or else it waits in the guest for the rest of its line.
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    Ok(scheduled())
}

/// Three different messages.
pub fn panics(_: u32) -> Result<NextTask, String> {
    eprintln!("looking around");
    panic!("gave up on {}", vu::current().iteration % 3);
}

/// A message of its own for each iteration.
pub fn panics_differently(_: u32) -> Result<NextTask, String> {
    panic!("gave up on {}", vu::current().iteration);
}

/// What is printed isn't why it traps.
pub fn misuses(_: u32) -> Result<NextTask, String> {
    eprintln!("all is well");
    Ok(http::body(987_654).len()).map(|_| scheduled())
}

/// As a runtime in another language would do it.
pub fn last_words(_: u32) -> Result<NextTask, String> {
    eprint!("{}", params::get("WORDS").unwrap_or_default());
    std::process::abort()
}

/// The same with an exit in the place of a trap.
pub fn exits(_: u32) -> Result<NextTask, String> {
    eprintln!("leaving early");
    std::process::exit(3)
}

pub fn floods(_: u32) -> Result<NextTask, String> {
    for number in 0..20_000 {
        println!("flood {number}");
        eprintln!("flood {number}");
    }
    eprint!("{}", "x".repeat(1 << 20));
    panic!("drowned");
}

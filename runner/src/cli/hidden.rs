//! Commands that this program gives itself: the child's side of `confine`. They are in no help text, and nobody else
//! gains anything by them.

use crate::engine::plugin;
use crate::exit_code::ExitCode;
use crate::system::confine;
use crate::terminal;
use std::ffi::OsString;

/// Runs the command that the process was started with, if it is a hidden one.
pub(super) fn answer() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    match command.to_str()? {
        plugin::COMPILE => Some(compile(&arguments)),
        confine::TOOL => {
            let error = confine::become_tool(&arguments);
            terminal::print_error(&format!("it can't be started: {error}"));
            Some(ExitCode::Internal)
        }
        _ => None,
    }
}

fn compile(arguments: &[OsString]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().filter_map(|text| text.to_str()).collect();
    let (code, output) = plugin::compile_here(&arguments, terminal::read_all);
    match terminal::print_bytes(&output) {
        Ok(()) if code == 0 => ExitCode::Ok,
        Ok(()) => ExitCode::Failures(code),
        Err(_) => ExitCode::Internal,
    }
}

//! Command lines that can't be read, and the texts of `--help` and `--version`.

use super::{elsewhere, report};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::terminal;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Shows help where it was asked for; else says what is wrong with the line.
pub(super) fn explain(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that went away has no use for help.
            let _ = terminal::print(error.render().to_string().trim_end());
            ExitCode::Ok
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal::print_error(error.render().to_string().trim_end());
            ExitCode::Usage
        }
        _ => report(refusal(error)),
    }
}

/// With the way there is, where the flag is one that Locust or k6 has.
fn refusal(error: &clap::Error) -> Failure {
    let failure = failure(&error.render().to_string());
    let flag = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) if error.kind() == ErrorKind::UnknownArgument => flag,
        _ => return failure,
    };
    match elsewhere::instead_of(flag) {
        Some(instead) => Failure {
            what: format!("{flag} doesn't exist here"),
            hint: Some(instead.to_owned()),
            ..failure
        },
        None => failure,
    }
}

/// From the parser's own text: its first paragraph is the error, a line `tip:` the hint.
fn failure(text: &str) -> Failure {
    let what = text.split("\n\n").next().unwrap_or(text).trim();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let hint = tip.map_or_else(
        || "`wasmswarm COMMAND --help` lists the options".to_owned(),
        str::to_owned,
    );
    Failure {
        exit: ExitCode::Usage,
        ..Failure::invalid(what).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Line;
    use clap::Parser;

    fn refused(line: &str) -> Failure {
        let error = Line::try_parse_from(line.split(' ')).unwrap_err();
        super::refusal(&error)
    }

    #[test]
    fn flags_of_other_tools_have_a_way_out() {
        let failure = refused("wasmswarm run p --headless --json");
        assert_eq!(failure.what, "--json doesn't exist here");
        assert_eq!(failure.hint.unwrap(), "--summary-json FILE writes all results");
        assert_eq!(refused("wasmswarm run p -P 80").what, "-P doesn't exist here");
    }

    #[test]
    fn says_which_value_is_wrong_and_why() {
        let failure = refused("wasmswarm run p -t -5s");
        assert_eq!(
            failure.what,
            "invalid value '-5s' for '--run-time <TIME>': it must not be negative"
        );
        assert_eq!(failure.exit, ExitCode::Usage);
        assert!(failure.hint.is_some());
        assert!(
            refused("wasmswarm run p -u 0")
                .what
                .starts_with("invalid value '0' for '--users <N>'")
        );
    }

    #[test]
    fn passes_the_tip_on() {
        let hint = refused("wasmswarm run p --user 3").hint.unwrap();
        assert_eq!(hint, "a similar argument exists: '--users'");
    }
}

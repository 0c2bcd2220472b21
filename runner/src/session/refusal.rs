//! Why a run doesn't begin, in words for the operator.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{NotGranted, Refused};
use crate::terminal;

/// The error for options of which nothing comes. `plugin` is how the operator named it.
pub(super) fn of_plan(refused: Refused, plugin: &str) -> Failure {
    match refused {
        Refused::Misfit(problems) => {
            let failure = Failure {
                causes: problems,
                ..Failure::invalid("the options don't fit the plugin")
            };
            failure.hint(format!("`wasmswarm inspect {plugin}` shows what it offers"))
        }
        Refused::TooManyUsers(users) => {
            let failure = Failure::invalid(format!("the plan has more than --max-users {users}"));
            failure.hint("raise it, or use fewer users (-u)")
        }
        Refused::Machine { vus, problems } => {
            let failure = Failure {
                causes: problems,
                ..Failure::invalid(format!(
                    "this machine's limits are too low for {vus} virtual users"
                ))
            };
            failure.hint("raise them as said, or use fewer users (-u, --max-users)")
        }
    }
}

/// Refuses what the plugin asks for beyond the operator's grants.
pub(super) fn of_grants(not_granted: &[NotGranted]) -> Result<(), Failure> {
    if not_granted.is_empty() {
        return Ok(());
    }
    let causes = not_granted
        .iter()
        .map(|one| terminal::escape(&one.what).into_owned());
    let failure = Failure {
        exit: ExitCode::NotGranted,
        causes: causes.collect(),
        ..Failure::invalid("the plugin's options ask for what wasn't granted")
    };
    let flags: Vec<_> = not_granted.iter().map(|one| one.flags.as_str()).collect();
    Err(failure.hint(format!(
        "if you agree: {}; or take them out of the script's options",
        terminal::escape(&flags.join(" "))
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_granted_is_named_with_its_flag() {
        let one = |what: &str, flags: &str| NotGranted {
            what: what.to_owned(),
            flags: flags.to_owned(),
        };
        let failure = of_grants(&[one("a", "--a"), one("b\u{1b}", "--b")]).unwrap_err();
        assert_eq!((failure.exit, failure.causes.len()), (ExitCode::NotGranted, 2));
        assert!(!failure.causes[1].contains('\u{1b}'));
        assert!(failure.hint.unwrap().contains("--a --b"));
        assert!(of_grants(&[]).is_ok());
    }
}

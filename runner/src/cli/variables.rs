//! Variables that look as if they were meant for this program, and that nothing reads: most are misspelt.

use crate::options;
use crate::terminal::{self, Paint};

const PREFIX: &str = "WASMSWARM_";

/// Those that no option of a run stands behind.
const OTHERS: [&str; 5] = ["API_TOKEN", "CONFIG", "JS_RUNTIME", "LOG", "YES"];

/// How similar a name must be to be suggested, from 0 to 1.
const SIMILAR: f64 = 0.8;

/// Warns of each.
pub(super) fn warn_of_unknown() {
    let known: Vec<_> = options::variables()
        .chain(OTHERS.map(|name| format!("{PREFIX}{name}")))
        .collect();
    let given = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in given.filter(|name| name.starts_with(PREFIX)) {
        if let Some(warning) = warning(&name, &known) {
            terminal::print_error(&terminal::warning_text(&warning, Paint::for_stderr()));
        }
    }
}

fn warning(name: &str, known: &[String]) -> Option<String> {
    if known.iter().any(|known| known == name) || is_kubernetes(name) {
        return None;
    }
    let similar = known.iter().map(|known| {
        (
            strsim::jaro_winkler(&known[PREFIX.len()..], &name[PREFIX.len()..]),
            known,
        )
    });
    let best = similar.max_by(|(one, _), (other, _)| one.total_cmp(other));
    Some(match best.filter(|(similarity, _)| *similarity >= SIMILAR) {
        Some((_, known)) => format!("the variable {name} means nothing; did you mean {known}?"),
        None => format!("the variable {name} means nothing"),
    })
}

/// Kubernetes makes such variables in each container for each of its services; one of them may be called wasmswarm.
fn is_kubernetes(name: &str) -> bool {
    let is_number = |text: &str| text.starts_with(|char: char| char.is_ascii_digit());
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.split_once("_PORT_").is_some_and(|(_, port)| is_number(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_variables_are_told_and_those_of_kubernetes_are_not() {
        let known = ["WASMSWARM_RUN_TIME".to_owned(), "WASMSWARM_USERS".to_owned()];
        let said = |name| warning(name, &known);
        assert_eq!(said("WASMSWARM_USERS"), None);
        assert_eq!(
            said("WASMSWARM_RUNTIME").unwrap(),
            "the variable WASMSWARM_RUNTIME means nothing; did you mean WASMSWARM_RUN_TIME?"
        );
        assert_eq!(
            said("WASMSWARM_ZZ").unwrap(),
            "the variable WASMSWARM_ZZ means nothing"
        );
        for name in [
            "WASMSWARM_SERVICE_HOST",
            "WASMSWARM_PORT",
            "WASMSWARM_PORT_80_TCP_ADDR",
        ] {
            assert_eq!(said(name), None, "{name}");
        }
    }
}

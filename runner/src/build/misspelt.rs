//! What a misspelt module of a script may mean.

/// The modules that scripts import, each with the hint.
const MODULES: [(&str, &str); 9] = [
    ("k6", "did you mean \"k6\"?"),
    ("k6/crypto", "did you mean \"k6/crypto\"?"),
    ("k6/data", "did you mean \"k6/data\"?"),
    ("k6/encoding", "did you mean \"k6/encoding\"?"),
    ("k6/execution", "did you mean \"k6/execution\"?"),
    ("k6/http", "did you mean \"k6/http\"?"),
    ("k6/metrics", "did you mean \"k6/metrics\"?"),
    ("k6/timers", "did you mean \"k6/timers\"?"),
    ("wasmswarm", "did you mean \"wasmswarm\"?"),
];

/// What to do about an error of the engine's that a module isn't there, if a name that is there is near.
pub(super) fn hint(message: &str) -> Option<&'static str> {
    let (_, rest) = message.split_once("the module \"")?;
    let (request, _) = rest.split_once("\" isn't supported")?;
    let near = MODULES
        .iter()
        .map(|(name, hint)| (strsim::damerau_levenshtein(name, request), *hint));
    let (distance, hint) = near.min_by_key(|(distance, _)| *distance)?;
    (distance == 1).then_some(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_nearly_one_is_named() {
        let said = |name: &str| {
            hint(&format!(
                "Error: the module \"{name}\" isn't supported: it isn't there"
            ))
        };
        assert_eq!(said("k6/htp"), Some("did you mean \"k6/http\"?"));
        assert_eq!(said("k6/metric"), Some("did you mean \"k6/metrics\"?"));
        for other in ["k6/html", "k6/ws", "k6/browser", "faker"] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}

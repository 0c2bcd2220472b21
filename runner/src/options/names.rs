//! Names of keys: the forms in which they may be written, what was probably meant, and the
//! options of k6 that don't exist here.

/// A key in the form in which keys are compared: `pre_allocated_vus`, `preAllocatedVUs` and
/// `pre-allocated-vus` are one.
pub(super) fn folded(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .collect::<String>()
        .to_ascii_lowercase()
}

/// ` (did you mean "stages"?)`, if something is near enough.
pub(super) fn did_you_mean(wrong: &str, known: &[&str]) -> String {
    let wrong = folded(wrong);
    // Long texts aren't slips of the finger, and comparing them takes long.
    if wrong.chars().count() > 40 {
        return String::new();
    }
    let near = known
        .iter()
        .map(|name| (strsim::jaro_winkler(&wrong, &folded(name)), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    near.map_or_else(String::new, |(_, name)| format!(" (did you mean {name:?}?)"))
}

/// What to do instead of an option of k6 that doesn't exist here, by its folded name.
const K6_ELSEWHERE: &[(&str, &str)] = &[
    ("batch", "the plugin decides how many requests it batches"),
    ("blacklistips", "`block_ip` excludes ranges of addresses"),
    ("cloud", "there is no cloud; remove it"),
    ("compatibilitymode", "plugins are compiled beforehand; remove it"),
    ("dns", "`dns_ttl` and `dns_policy` say how names are looked up"),
    ("executionsegment", "one machine runs the whole plan"),
    ("executionsegmentsequence", "one machine runs the whole plan"),
    ("ext", "remove it"),
    ("features", "remove it"),
    ("handlesummarytimeout", "`--summary-json FILE` writes all results"),
    ("linger", "remove it"),
    (
        "localips",
        "`source_address = [\"ADDRESS\", …]` takes single addresses",
    ),
    ("minduration", "give a `run_time`"),
    (
        "miniterationduration",
        "the plugin's wait time paces its tasks (`pacing`)",
    ),
    (
        "nocookiesreset",
        "`reset_cookies` says whether cookies are forgotten before each iteration",
    ),
    (
        "nosetup",
        "pass the plugin a parameter that makes its setup do nothing",
    ),
    (
        "noteardown",
        "pass the plugin a parameter that makes its teardown do nothing",
    ),
    ("options", "remove it"),
    ("paused", "remove it"),
    ("summarytimeunit", "times are shown in the unit that fits them"),
    (
        "summarytrendstats",
        "the summary has avg, min, p50, p90, p95, p99, p99.9 and max",
    ),
    (
        "systemtags",
        "series are always kept by name, method, status and scenario",
    ),
    ("throw", "a failed request is data; the plugin may fail its task"),
    ("tlsauth", "`cert` and `key` give a client certificate"),
    ("tlsciphersuites", "cipher suites are chosen by the TLS library"),
    ("userreporting", "remove it"),
];

/// Keys of k6 that ask for what is always so here.
const K6_ALWAYS: &[&str] = &["discardresponsebodies"];

/// What to do instead, if this is an option of k6 that doesn't exist here.
pub(super) fn instead_of_k6(folded: &str) -> Option<&'static str> {
    let found = K6_ELSEWHERE.iter().find(|(name, _)| *name == folded);
    found.map(|(_, instead)| *instead)
}

/// Whether a key of k6 changes nothing: bodies stay outside of the guest until it asks for them.
pub(super) fn is_always_so(folded: &str) -> bool {
    K6_ALWAYS.contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_in_three_forms() {
        let forms = ["pre_allocated_vus", "preAllocatedVUs", "pre-allocated-vus"];
        assert!(forms.iter().all(|form| folded(form) == "preallocatedvus"));
    }

    #[test]
    fn near_names_are_suggested() {
        let known = ["stages", "scenarios", "start_vus"];
        assert_eq!(did_you_mean("stagse", &known), " (did you mean \"stages\"?)");
        assert_eq!(did_you_mean("startVu", &known), " (did you mean \"start_vus\"?)");
        assert_eq!(did_you_mean("colour", &known), "");
        assert_eq!(did_you_mean(&"s".repeat(1_000_000), &known), "");
    }
}

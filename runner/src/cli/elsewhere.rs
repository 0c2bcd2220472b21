//! Flags of Locust and k6 that don't exist here, and what to do instead.

use clap::error::ContextValue;

/// Flags, with the way there is.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "--address",
        "--api ADDR:PORT serves an API to watch and steer the run",
    ),
    ("--autoquit", "a run ends by itself; remove it"),
    ("--autostart", "a run begins by itself; remove it"),
    ("--class-picker", "name the scenarios to run behind the plugin"),
    (
        "--config-users",
        "give scenarios their load in a file: --config FILE",
    ),
    ("--console-output", "redirect the output: > FILE"),
    ("--execution-segment", "one machine runs the whole plan"),
    (
        "--expect-workers",
        "one machine runs the whole plan, on all of its cores",
    ),
    ("--json", "--summary-json FILE writes all results"),
    ("--json-file", "--summary-json FILE writes all results"),
    ("--local-ips", "--source-address ADDR, once for each address"),
    ("--log-output", "log lines go to standard error: 2> FILE"),
    ("--logfile", "log lines go to standard error: 2> FILE"),
    ("--master", "one machine runs the whole plan, on all of its cores"),
    ("--no-color", "set the variable NO_COLOR"),
    (
        "--no-cookies-reset",
        "cookies live as long as their virtual user; remove it, or --no-cookies",
    ),
    ("--no-reset-stats", "statistics are never reset; remove it"),
    ("--no-usage-report", "nothing is ever reported; remove it"),
    ("--once", "--iterations 1"),
    ("--paused", "a run begins at once; remove it"),
    ("--print-stats", "the summary is always printed; remove it"),
    ("--processes", "all cores are used; --threads N changes that"),
    (
        "--reset-stats",
        "a scenario with `warm_up = true` is reported apart from the rest: --config FILE",
    ),
    ("--scenario", "name the scenarios to run behind the plugin"),
    (
        "--show-task-ratio-json",
        "--dry-run=json has the weights of all tasks",
    ),
    ("--skip-log-setup", "remove it"),
    ("--summary-export", "--summary-json FILE writes all results"),
    (
        "--summary-trend-stats",
        "the summary has avg, min, p50, p90, p95, p99, p99.9 and max; remove it",
    ),
    (
        "--system-tags",
        "series are kept by name, method, status and scenario; remove it",
    ),
    ("--throw", "the plugin decides what fails its task; remove it"),
    ("--user-agent", "--header 'user-agent: NAME'"),
    ("--web-host", "there is no web interface yet; remove it"),
    ("--web-port", "there is no web interface yet; remove it"),
    ("--worker", "one machine runs the whole plan, on all of its cores"),
    ("-P", "there is no web interface yet; remove it"),
    ("-p", "a run begins at once; remove it"),
];

/// Values that are right for the flag that another tool has by this name: the beginning of the flag as it is named in errors,
/// what the value looks like there, and what to do instead.
type Habit = (&'static str, fn(&str) -> bool, &'static str);

const HABITS: &[Habit] = &[(
    "--graceful-stop",
    is_stage,
    "for a stage as with k6's -s: --stage",
)];

fn is_stage(value: &str) -> bool {
    value.contains(':')
}

/// What was meant by a value that this flag can't have.
pub(super) fn meant_by(flag: &str, value: Option<&ContextValue>) -> Option<String> {
    let Some(ContextValue::String(value)) = value else {
        return None;
    };
    let habit = HABITS
        .iter()
        .find(|(known, is_theirs, _)| flag.starts_with(known) && is_theirs(value));
    habit.map(|(_, _, instead)| format!("{instead} {value}"))
}

/// What to do instead of a flag, if it is one of theirs.
pub(super) fn instead_of(flag: &str) -> Option<&'static str> {
    let name = flag.split('=').next().unwrap_or(flag);
    let found = ELSEWHERE.iter().find(|(known, _)| *known == name);
    found.map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Line;
    use clap::CommandFactory as _;

    #[test]
    fn no_flag_is_listed_that_exists_here() {
        let line = Line::command();
        let run = line.find_subcommand("run").unwrap();
        for arg in run.get_arguments() {
            let long = arg.get_long_and_visible_aliases().unwrap_or_default();
            let short = arg.get_short_and_visible_aliases().unwrap_or_default();
            let long = long.iter().map(|name| format!("--{name}"));
            for flag in long.chain(short.iter().map(|name| format!("-{name}"))) {
                assert_eq!(instead_of(&flag), None, "{flag}");
            }
        }
    }
}

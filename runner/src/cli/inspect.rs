//! `wasmswarm inspect`: what a plugin offers and what it needs. Runs `describe` and nothing else.

use crate::engine::plugin::{Description, WORLD_PACKAGE};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{BuildOptions, LimitOptions};
use crate::plan::{LimitsPlan, Population, ScenarioPlan, TaskOrder, TaskPlan, WaitTime};
use crate::session::{self, Order, Read};
use crate::terminal::{escape, units};
use std::path::PathBuf;
use std::time::Duration;

/// Characters of the plugin's own texts that are shown.
const LONGEST_TEXT: usize = 1_000;

/// Scenarios, imports, and tasks of a scenario that are shown.
const MOST_ITEMS: usize = 200;

/// What `inspect` can be asked for.
#[derive(Debug, clap::Args)]
pub(super) struct InspectOptions {
    /// A component (.wasm), its http(s) URL, or sources that are built first
    #[arg(value_name = "PLUGIN")]
    plugin: String,

    /// Refuse the plugin unless its SHA-256 is this one
    #[arg(long, value_name = "SHA256")]
    digest: Option<String>,

    /// Folder of compiled plugins; it must be writable for you alone [default: your cache folder]
    #[arg(long, value_name = "DIR", env = "WASMSWARM_CACHE_DIR")]
    cache_dir: Option<PathBuf>,

    #[command(flatten)]
    build: BuildOptions,
}

pub(super) fn run(options: &InspectOptions) -> Result<ExitCode, Failure> {
    let read = session::read(&Order {
        name: &options.plugin,
        requests: &[],
        digest: options.digest.as_deref(),
        cache_dir: options.cache_dir.as_deref(),
        quiet: false,
        verbose: false,
        parameters: &[],
        data: &[],
        build: &options.build,
    })?;
    let limits = LimitOptions::default().resolve();
    let description = session::describe(&read, &limits, options.cache_dir.as_deref())?;
    super::show(&render(&read, &description, &limits))?;
    Ok(ExitCode::Ok)
}

fn render(read: &Read, description: &Description, limits: &LimitsPlan) -> String {
    let mut lines = vec![
        format!("plugin   {}", escape(&read.source.name)),
        format!(
            "kind     component, {}",
            units::bytes(read.source.bytes.len() as u64)
        ),
        format!("sha256   {}", read.source.sha256),
        format!("world    {WORLD_PACKAGE}"),
    ];
    if !description.about.is_empty() {
        lines.push(format!("about    {}", short_text(&description.about)));
    }
    if !description.options.trim().is_empty() {
        lines.push(format!("suggests {}", short_text(description.options.trim())));
    }
    if description.shape {
        lines.push("shape    decides itself how much load there is".to_owned());
    }
    lines.push("\nscenarios".to_owned());
    lines.extend(most(&description.scenarios, "scenarios", scenario));
    lines.push("\nimports".to_owned());
    lines.extend(most(&read.inspection.imports, "imports", |name| {
        vec![import(name)]
    }));
    if !read.files.is_empty() {
        lines.push("\nfiles that its build read".to_owned());
        lines.extend(most(&read.files, "files", |file| {
            vec![format!("  {}", short_text(&file.to_string_lossy()))]
        }));
    }
    lines.push("\nlimits (the options of `run` change them)".to_owned());
    lines.extend(limit_lines(limits));
    lines.join("\n")
}

/// The plugin's own text, made harmless and no longer than anybody reads.
fn short_text(text: &str) -> String {
    let mut rest = text.chars();
    let short: String = rest.by_ref().take(LONGEST_TEXT).collect();
    let dots = if rest.next().is_some() { "…" } else { "" };
    format!("{}{dots}", escape(&short))
}

/// Lines for each of these, up to a number that anybody reads.
fn most<T>(items: &[T], what: &str, lines: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    let mut all: Vec<_> = items.iter().take(MOST_ITEMS).flat_map(lines).collect();
    let more = items.len().saturating_sub(MOST_ITEMS);
    if more > 0 {
        all.push(format!("    … and {more} more {what}"));
    }
    all
}

fn scenario(plan: &ScenarioPlan) -> Vec<String> {
    let share = match plan.population {
        Population::Weight(weight) => format!("weight {weight}"),
        Population::Fixed(count) => format!("always {count} VUs"),
    };
    let order = match plan.order {
        TaskOrder::Random => "tasks at random by weight",
        TaskOrder::Sequential => "tasks in order",
    };
    let head = format!(
        "  {}: {share}, {order}, {}",
        short_text(&plan.name),
        wait(plan.wait)
    );
    let tasks = most(&plan.tasks, "tasks", |plan| vec![task(plan)]);
    std::iter::once(head).chain(tasks).collect()
}

fn task(plan: &TaskPlan) -> String {
    let tags = if plan.tags.is_empty() {
        String::new()
    } else {
        format!("  [{}]", short_text(&plan.tags.join(", ")))
    };
    format!("    {:>5} x {}{tags}", plan.weight, short_text(&plan.name))
}

fn wait(wait: WaitTime) -> String {
    match wait {
        WaitTime::None => "no pause".to_owned(),
        WaitTime::Constant(time) => format!("pause of {}", short(time)),
        WaitTime::Uniform(low, high) => format!("pause of {} to {}", short(low), short(high)),
        WaitTime::Pacing(time) => format!("one task every {}", short(time)),
        WaitTime::Exponential(mean) => format!("exponential pause of {} on average", short(mean)),
    }
}

/// Interfaces of our own package do something, and so does a standard client's; the rest is there
/// because toolchains ask for it.
fn import(name: &str) -> String {
    const OURS: [&str; 2] = ["wasmswarm:", "wasi:http/outgoing-handler@"];
    let state = if OURS.iter().any(|ours| name.starts_with(ours)) {
        "granted"
    } else {
        "inert"
    };
    format!("  {state:<8} {}", short_text(name))
}

fn limit_lines(limits: &LimitsPlan) -> [String; 5] {
    let ms = Duration::from_millis;
    [
        format!(
            "  memory of a VU    {}",
            units::bytes(limits.vu_memory_bytes as u64)
        ),
        format!("  CPU of a task     {}", short(ms(limits.task_cpu_ms))),
        format!("  CPU of starting   {}", short(ms(limits.start_cpu_ms))),
        format!("  time of setup     {}", short(ms(limits.setup_wall_ms))),
        format!("  traps of a run    {}", units::count(limits.max_traps)),
    ]
}

fn short(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_shows_all_that_decides_its_load() {
        let plan = ScenarioPlan {
            name: "shop".to_owned(),
            exec: 0,
            tags: Default::default(),
            params: Default::default(),
            population: Population::Weight(3),
            order: TaskOrder::Random,
            wait: WaitTime::Uniform(Duration::from_millis(500), Duration::from_secs(2)),
            tasks: vec![TaskPlan {
                name: "home".to_owned(),
                weight: 10,
                tags: vec!["browse".to_owned()],
            }],
        };
        assert_eq!(
            scenario(&plan),
            [
                "  shop: weight 3, tasks at random by weight, pause of 500ms to 2s",
                "       10 x home  [browse]"
            ]
        );
    }

    #[test]
    fn what_does_nothing_is_called_inert() {
        assert_eq!(
            import("wasi:sockets/tcp@0.2.6"),
            "  inert    wasi:sockets/tcp@0.2.6"
        );
        assert_eq!(
            import("wasmswarm:scenario/http@0.1.0"),
            "  granted  wasmswarm:scenario/http@0.1.0"
        );
    }
}

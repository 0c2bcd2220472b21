//! What the program says of itself on its way, for whoever looks for what went wrong: `--verbose`, or for more the variable
//! `WASMSWARM_LOG`. Events are few, at the borders of phases and where something rare happens; none is on the way of a
//! request. Without either of the two, nothing listens, and an event costs the reading of one number.

use super::escape::escape;
use super::print_error;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The variable that says what is told: a level, or levels of parts.
pub const VARIABLE: &str = "WASMSWARM_LOG";

/// Lines that wait at most while a live view is on the screen, which takes them four times a second.
const MOST_HELD: usize = 200;

/// While a live view is on the screen, lines wait for it: printed beside it, they would tear it.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Begins to tell what `asked` says, the text of [`VARIABLE`]: a level (`info`, `debug`) for all parts of this program, or
/// levels of its parts, such as `wasmswarm::engine::load=debug`. Without it, what `--verbose` tells, if that was asked for.
///
/// # Errors
/// What is wrong with the text.
pub fn start(asked: Option<&str>, verbose: bool) -> Result<(), String> {
    let targets = match asked {
        Some(text) => parse(text)?,
        None if verbose => of_this_program(LevelFilter::INFO),
        None => return Ok(()),
    };
    let lines = Lines {
        begun: Instant::now(),
    };
    // A second call, such as a test's, changes nothing.
    let _ = tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init();
    Ok(())
}

fn parse(text: &str) -> Result<Targets, String> {
    // A level alone is that of this program: what its libraries tell is rarely asked for, and much.
    match text.parse() {
        Ok(level) => Ok(of_this_program(level)),
        Err(_) => text.parse().map_err(|error| format!("{error}")),
    }
}

fn of_this_program(level: LevelFilter) -> Targets {
    Targets::new().with_target("wasmswarm", level)
}

/// Lets lines wait from now on, and gives those that do.
pub(super) fn hold() -> Vec<String> {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.replace(Vec::new()).unwrap_or_default()
}

/// Prints what waits, and from now on all at once.
pub(super) fn release() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    for line in held.into_iter().flatten() {
        print_error(&line);
    }
}

fn say(line: String) {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    match held.as_mut() {
        None => {
            drop(held);
            print_error(&line);
        }
        Some(held) if held.len() < MOST_HELD => held.push(line),
        // Where so much happens, the first lines say why.
        Some(_) => {}
    }
}

struct Lines {
    begun: Instant,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        say(line(event, self.begun.elapsed().as_secs_f64()));
    }
}

fn line(event: &Event<'_>, seconds: f64) -> String {
    let mut text = Text::default();
    event.record(&mut text);
    let metadata = event.metadata();
    let level = metadata.level().as_str().to_lowercase();
    let part = metadata.target().trim_start_matches("wasmswarm::");
    format!(
        "{seconds:8.3}s {level:<5} {part}: {}{}",
        text.message, text.fields
    )
}

/// An event's message, and its values after it. Texts may be a guest's.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}");
        let value = escape(&value);
        if field.name() == "message" {
            self.message = value.into_owned();
        } else {
            let _ = write!(self.fields, " {}={value}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_that_of_this_program_alone() {
        let targets = parse("debug").unwrap();
        assert!(targets.would_enable("wasmswarm::engine::load", &tracing::Level::DEBUG));
        assert!(!targets.would_enable("wasmswarm::engine::load", &tracing::Level::TRACE));
        assert!(!targets.would_enable("hyper", &tracing::Level::ERROR));
        let targets = parse("wasmswarm::net=trace,h2=info").unwrap();
        assert!(targets.would_enable("wasmswarm::net::dns", &tracing::Level::TRACE));
        assert!(!targets.would_enable("wasmswarm::engine::load", &tracing::Level::ERROR));
        assert!(parse("loud=very").is_err());
    }

    #[test]
    fn a_line_says_when_where_and_what() {
        struct Told(std::sync::Arc<Mutex<Vec<String>>>);
        impl<S: Subscriber> Layer<S> for Told {
            fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
                self.0.lock().unwrap().push(line(event, 1.5));
            }
        }
        let told = std::sync::Arc::default();
        let subscriber = tracing_subscriber::registry().with(Told(std::sync::Arc::clone(&told)));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "wasmswarm::engine::load::run", threads = 2, why = "a\u{1b}b", "the load begins");
        });
        let told = told.lock().unwrap().join("\n");
        assert!(
            told.starts_with("   1.500s info  engine::load::run: the load begins threads=2 why="),
            "{told}"
        );
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}

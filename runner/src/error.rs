//! The one error that ends a command: what failed, why, what to do, and the exit code.
//!
//! Failed requests, checks and iterations are data, not errors: they never become one of these.

use crate::exit_code::ExitCode;

/// Ends a command. Printed once, by `cli`.
#[derive(Debug)]
pub struct Failure {
    /// What the process exits with.
    pub exit: ExitCode,
    /// What failed, in one line.
    pub what: String,
    /// Why, from the outermost to the innermost cause; several problems of one kind stand side by side.
    pub causes: Vec<String>,
    /// The next step.
    pub hint: Option<String>,
}

impl Failure {
    /// Options, plugin or target can't be used.
    pub fn invalid(what: impl Into<String>) -> Failure {
        Failure {
            exit: ExitCode::Invalid,
            what: what.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The operating system refused something that should work.
    pub fn internal(what: impl Into<String>) -> Failure {
        Failure {
            exit: ExitCode::Internal,
            ..Failure::invalid(what)
        }
    }

    /// Adds a cause.
    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Failure {
        self.causes.push(cause.to_string());
        self
    }

    /// Sets the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }
}

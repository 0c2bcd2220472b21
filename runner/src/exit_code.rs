//! The exit codes: a contract that scripts branch on.

/// Why the process ended, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Everything asked for was done.
    Ok,
    /// Requests or iterations failed, and `--exit-code-on-error` gave this code for that.
    Failures(u8),
    /// The command line can't be read.
    Usage,
    /// The generator, not the server, was slow for too long, and `--fail-on-saturation` asks for this code then.
    Saturated,
    /// A defect of this program, such as a panic or figures that contradict each other; or the operating system refused
    /// what should work.
    Internal,
    /// The plugin needs something that the operator didn't grant.
    NotGranted,
    /// A threshold failed.
    Threshold,
    /// Options or plugin can't be used, or the system under test can't be reached at all.
    Invalid,
    /// The operator interrupted the run.
    Interrupted,
    /// The guest failed in `setup` or `teardown`, or trapped too often.
    Guest,
    /// A scenario aborted the run.
    StoppedByScenario,
    /// A scenario called the run a failure.
    MarkedFailed,
    /// Memory was nearly used up.
    Memory,
}

impl ExitCode {
    /// The number that the operating system gets.
    pub fn number(self) -> u8 {
        match self {
            ExitCode::Ok => 0,
            ExitCode::Failures(code) => code,
            ExitCode::Usage => 2,
            ExitCode::Saturated => 3,
            ExitCode::Internal => 70,
            ExitCode::NotGranted => 77,
            ExitCode::Threshold => 99,
            ExitCode::Invalid => 104,
            ExitCode::Interrupted => 105,
            ExitCode::Guest => 107,
            ExitCode::StoppedByScenario => 108,
            ExitCode::MarkedFailed => 110,
            ExitCode::Memory => 111,
        }
    }
}

//! What a plugin may use before it is stopped.

use super::row::{OPERATOR, PLUGIN, options};
use super::values;
use crate::plan::LimitsPlan;
use std::time::Duration;

options! {
    /// What a plugin may use before it is stopped.
    #[command(next_help_heading = "Limits")]
    pub struct LimitOptions {
        /// Memory of one virtual user [default: 64MiB]
        #[arg(long, value_name = "SIZE", value_parser = values::memory)]
        pub vu_memory: Option<usize> = OPERATOR,

        /// Memory that the host may hold for one virtual user: bodies, responses, headers, cookies [default: as
        /// --vu-memory]
        #[arg(long, value_name = "SIZE", value_parser = values::host_memory)]
        pub vu_host_memory: Option<usize> = OPERATOR,

        /// Memory that the host may hold for all virtual users [default: half of the machine's]
        #[arg(long, value_name = "SIZE", value_parser = values::host_memory)]
        pub host_memory: Option<usize> = OPERATOR,

        /// Memory of the whole run, which ends with its results when that is nearly used up [default: the machine's]
        #[arg(long, value_name = "SIZE", value_parser = values::host_memory)]
        pub max_memory: Option<usize> = OPERATOR,

        /// Largest body of a request [default: 16MiB]
        #[arg(long, value_name = "SIZE", value_parser = values::size)]
        pub max_request_body: Option<usize> = OPERATOR,

        /// CPU time of one task [default: 1s]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        pub task_cpu: Option<Duration> = OPERATOR,

        /// CPU time of `describe`, `setup`, `teardown`, `on-start` and `on-stop` [default: 5s]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        pub start_cpu: Option<Duration> = OPERATOR,

        /// Time of `describe`, and of each answer of `shape`, waiting included [default: 10s]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        pub describe_timeout: Option<Duration> = OPERATOR,

        /// Time of `setup` and of all `setup-scenario` together, waiting included [default: 60s]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        pub setup_timeout: Option<Duration> = PLUGIN,

        /// Time of `teardown` and of all `teardown-scenario` together, waiting included [default: 60s]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        pub teardown_timeout: Option<Duration> = PLUGIN,

        /// End the run when guests have trapped this often [default: 1000]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        pub max_traps: Option<u64> = OPERATOR,

        /// Memory for the distributions of all measured times; beyond it they are folded into one series, and the
        /// summary says so [default: 256MiB]
        #[arg(long, value_name = "SIZE", value_parser = values::memory)]
        pub metrics_memory: Option<usize> = OPERATOR,
    }
}

impl LimitOptions {
    /// With the defaults filled in.
    pub fn resolve(&self) -> LimitsPlan {
        let ms = |time: Option<Duration>, default: u64| {
            time.map_or(default, |t| u64::try_from(t.as_millis()).unwrap_or(u64::MAX))
        };
        let vu_memory_bytes = self.vu_memory.unwrap_or(64 << 20);
        LimitsPlan {
            vu_memory_bytes,
            vu_host_memory_bytes: self.vu_host_memory.unwrap_or(vu_memory_bytes),
            host_memory_bytes: self.host_memory,
            max_memory_bytes: self.max_memory,
            max_request_body_bytes: self.max_request_body.unwrap_or(16 << 20),
            task_cpu_ms: ms(self.task_cpu, 1_000),
            start_cpu_ms: ms(self.start_cpu, 5_000),
            describe_wall_ms: ms(self.describe_timeout, 10_000),
            setup_wall_ms: ms(self.setup_timeout, 60_000),
            teardown_wall_ms: ms(self.teardown_timeout, 60_000),
            max_traps: self.max_traps.unwrap_or(1_000),
            metrics_bytes: self.metrics_memory.unwrap_or(256 << 20),
            // Part of the contract: see wit/log.wit.
            log_lines_per_second: 100,
        }
    }
}

//! The `wasmswarm` binary: runs the library's command line and exits with its answer.

fn main() {
    std::process::exit(i32::from(wasmswarm::cli::start().number()));
}

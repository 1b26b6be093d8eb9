//! The command line of assetproof: flags, wiring and exit codes. There is no logic in here; every
//! rule that decides something lives in the crates below.

mod admin_command;
mod announce;
mod certificates;
pub mod cli;
mod conformance_command;
mod contracts;
mod contracts_command;
mod credential_arg;
mod error;
mod fault_arg;
mod interrupt;
mod listing;
mod log;
mod merge_command;
mod progress;
mod reports;
mod serve_command;
mod snapshots;
mod state_file;
mod suite;
mod targets;
mod trials;

pub use error::{Error, Result};
pub use suite::{Suite, suites};

use std::process::ExitCode;

/// Judged and conformant.
pub const CONFORMANT: u8 = 0;
/// A promise was broken.
pub const NOT_CONFORMANT: u8 = 1;
/// Nothing could be judged, or not all of it; also a wrong use of the command line.
pub const NOT_JUDGED: u8 = 2;
/// Stopped by Ctrl-C or SIGTERM.
pub const INTERRUPTED: u8 = 130;

/// Runs a parsed command and returns the process's exit code. Errors are printed on standard
/// error.
pub fn run(command: cli::Command) -> ExitCode {
    let code = match command {
        cli::Command::Conformance(args) => conformance_command::run(&args),
        cli::Command::Serve(args) => serve_command::run(&args),
        cli::Command::Contracts(args) => contracts_command::run(&args),
        cli::Command::Merge(args) => merge_command::run(&args),
    };
    ExitCode::from(code.unwrap_or_else(|error| {
        announce::error(&error);
        NOT_JUDGED
    }))
}

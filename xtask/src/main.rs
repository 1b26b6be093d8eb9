//! The chores of the workspace: `cargo xtask conformance`, the program's own command with the same
//! flags.

use std::process::ExitCode;

use assetproof::cli::{Command, ConformanceArgs};
use clap::{Parser, Subcommand};

/// The chores of the assetproof workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// What to do.
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Judge an implementation by what its documentation says; without a target, the fake server.
    Conformance(Box<ConformanceArgs>),
}

fn main() -> ExitCode {
    match Cli::parse().chore {
        Chore::Conformance(args) => assetproof::run(Command::Conformance(args)),
    }
}

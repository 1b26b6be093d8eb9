//! The chores of the workspace: `cargo xtask conformance`, the program's own command with the same
//! flags, and those that only this repository needs.

mod bench;
mod fuzz;
mod interop;
mod mutants;
mod tidy;

use std::ffi::OsString;
use std::path::Path;
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
    /// Check what holds of the repository as a whole: every promise has a case, every fixture a
    /// contract, every file its place.
    Tidy,
    /// Drive the fake server by the vendor's own clients, installed from Python's package index into
    /// cargo's folder; exit code 2 where that cannot be done.
    Interop {
        /// The Python to make their environment with.
        #[arg(long, value_name = "PROGRAM", default_value = "python3")]
        python: OsString,
    },
    /// Prove the suite: run every case against each mutant of the fake, a server with one realistic
    /// defect, and against servers that are correct. Exit code 1 when a mutant survives or a
    /// correct server is accused.
    Mutants(mutants::MutantsArgs),
    /// Feed the parsers of what comes from outside with inputs that no one thought of; exit code 2
    /// where they cannot be built.
    Fuzz {
        /// How long each target runs.
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
        /// What the inputs are drawn from: of the same programs and inputs, the same seed makes the
        /// same inputs again. Another one each time unless said.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        seed: Option<u32>,
        /// Add the inputs that reach something new to `fuzz/corpus`.
        #[arg(long)]
        keep: bool,
        /// The targets, by the names of their files in `fuzz/fuzz_targets`; all unless any is named.
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Measure release builds, on a machine that does nothing else.
    Bench {
        /// What to measure.
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// A whole run against `assetproof serve`, beside a plain loop of the same requests.
    Conformance {
        /// How many cases, and how many requests of the loop, run at once.
        #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
        jobs: u16,
    },
    /// `assetproof serve` beside a bare server that does the same, its memory and its start.
    Serve {
        /// After how many requests the memory is to be what it was after a tenth of them.
        #[arg(long, value_name = "N", default_value_t = 1_000_000)]
        requests: usize,
    },
    /// The bare server that `serve` is measured by.
    #[command(hide = true)]
    Yardstick,
}

/// What a chore fails with is only told.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The root of the workspace.
fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

fn main() -> ExitCode {
    match Cli::parse().chore {
        Chore::Conformance(args) => assetproof::run(Command::Conformance(args)),
        Chore::Tidy => tidy::run(),
        Chore::Interop { python } => interop::run(&python),
        Chore::Mutants(args) => mutants::run(&args),
        Chore::Fuzz {
            seconds,
            seed,
            keep,
            targets,
        } => fuzz::run(seconds, seed, &targets, keep),
        Chore::Bench {
            what: Bench::Conformance { jobs },
        } => bench::conformance(jobs),
        Chore::Bench {
            what: Bench::Serve { requests },
        } => bench::serve(requests),
        Chore::Bench {
            what: Bench::Yardstick,
        } => bench::yardstick(),
    }
}

//! The program `assetproof`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    assetproof::run(assetproof::cli::Cli::parse().command)
}

//! Building the targets. What `cargo fuzz` does for a nightly compiler with `--sanitizer none`,
//! stable does, too: LLVM's own pass counts the edges, and libFuzzer is compiled from source.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::folder;
use crate::Result;

/// Lets LLVM count edges, tell libFuzzer what is compared with what, and leave each crate in one
/// piece.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing -Ccodegen-units=1";

/// The programs, one for each target.
pub(super) struct Built {
    /// Where they lie.
    pub(super) programs: PathBuf,
    /// Where everything else of the targets goes: logs, what they found.
    pub(super) found: PathBuf,
}

/// Builds all targets.
pub(super) fn build() -> Result<Built> {
    let host = host()?;
    // This program lies two folders below the one that cargo builds into.
    let this = std::env::current_exe()?;
    let target = this.ancestors().nth(2).map(Path::to_owned);
    let found = target.ok_or("cargo's folder is not found")?.join("fuzz");
    println!("building the fuzz targets");
    let built = cargo()
        .args(["build", "--quiet", "--release", "--locked"])
        // With a target of its own, cargo leaves build scripts and macros as they are.
        .args(["--target", &host])
        .arg("--manifest-path")
        .arg(folder().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&found)
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()?;
    if !built.success() {
        return Err("failed to build the fuzz targets".into());
    }
    Ok(Built {
        programs: found.join(host).join("release"),
        found,
    })
}

/// What the compiler builds for when it is told nothing.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = Command::new(rustc).arg("-vV").output()?;
    let told = String::from_utf8(told.stdout)?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not tell its host")?.to_owned())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

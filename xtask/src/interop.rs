//! `cargo xtask interop`: the vendor's own clients, in versions that are pinned, drive the fake
//! server through whole lives. They are the independent judge of how faithful it is.
//!
//! `interop/driver.py` is what they are made to do. It runs against `assetproof serve` and against
//! the front that tests use in process, each in the revision of roma that the clients speak, and
//! once against the older one; and they and curl see each fault of `interop/faults.json`. Without Python this fails: a check that is left out would look like
//! one that passed.

mod environment;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use fake_server::FakeServer;

use self::environment::Environment;
use crate::Result;
use crate::bench::Serving;

/// The revision of roma that the clients speak.
const SPOKEN: &str = "roma=2025-10";

/// Fails when a client is not answered as the documents say, and with 2 when there is no telling.
pub(crate) fn run(python: &OsStr) -> ExitCode {
    match drive(python) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn drive(python: &OsStr) -> Result<bool> {
    let environment = Environment::prepare(python, &target_folder()?)?;
    let program = build()?;
    let standalone = Serving::start_with(&program, &["--revision", SPOKEN])?;
    let older = Serving::start(&program)?;
    let faults = concat!("@", env!("CARGO_MANIFEST_DIR"), "/src/interop/faults.json");
    let misbehaving = Serving::start_with(&program, &["--revision", SPOKEN, "--fault", faults])?;
    println!("== the vendor's clients and assetproof serve");
    let bases = [&standalone.base, &older.base, &misbehaving.base].map(String::as_str);
    if !environment.run(driver(), &bases)? {
        return Ok(false);
    }
    println!("== the vendor's clients and the front in process");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let fake = runtime.block_on(in_process())?;
    environment.run(driver(), &[&fake.uri()])
}

async fn in_process() -> Result<FakeServer> {
    let (api, revision) = SPOKEN.split_once('=').unwrap_or((SPOKEN, ""));
    let builder = FakeServer::builder().revision(api, revision);
    Ok(builder.start().await?)
}

fn driver() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/src/interop/driver.py")
}

/// Where cargo builds: this program lies two folders below.
fn target_folder() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.ancestors().nth(2).map(Path::to_owned);
    folder.ok_or_else(|| "this program lies in no folder of cargo's".into())
}

/// Builds the program and returns its path: it lies beside this one.
fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let built = cargo
        .current_dir(crate::root())
        .args(["build", "--quiet", "--package", "assetproof", "--locked"])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .status()?;
    if !built.success() {
        return Err("the program cannot be built".into());
    }
    let this = std::env::current_exe()?;
    Ok(this.with_file_name(format!("assetproof{}", std::env::consts::EXE_SUFFIX)))
}

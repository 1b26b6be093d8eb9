//! Each conformance case as a test of its own, so that `cargo test` and `cargo nextest run` filter,
//! partition, retry and report them by their own means.
//!
//! Without more they are played against the built-in fake server, of both revisions of roma, and a
//! missed SHOULD fails. With `ASSETPROOF_TARGET` (and the other variables of
//! `assetproof conformance`) they are played against that target. A test's name is the case's id
//! and the revision: `smh/batch-delete/documented/done-at-once@2026-01`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use assetproof::Suite;
use assetproof::cli::{Cli, Command, ConformanceArgs};
use clap::Parser;
use conformance::Planned;
use conformance::run::{CaseRecord, Verdict};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::{Handle, Runtime};

fn main() -> ExitCode {
    // Where a target file lies, and not in the folder of this package.
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    if let Err(problem) = std::env::set_current_dir(root) {
        eprintln!("error: failed to enter {root}: {problem}");
    }
    let arguments = Arguments::from_args();
    match trials(&arguments) {
        Ok((trials, _runtime)) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

/// All tests, with the runtime that they need.
fn trials(arguments: &Arguments) -> Result<(Vec<Trial>, Runtime), Box<dyn std::error::Error>> {
    let runtime = Runtime::new()?;
    let mut suites = Vec::new();
    for args in commands(arguments)? {
        suites.extend(runtime.block_on(assetproof::suites(&args))?);
    }
    let several = suites.len() > 1 && suites.iter().any(|suite| suite.target != suites[0].target);
    let mut trials = Vec::new();
    for suite in suites {
        let suite = Arc::new(suite);
        for planned in &suite.plan.cases {
            trials.push(trial(planned, &suite, several, runtime.handle()));
        }
    }
    Ok((trials, runtime))
}

/// The commands whose cases are the tests: one as the environment says, and for the fake server
/// one more, because it plays one revision of an API at a time.
fn commands(arguments: &Arguments) -> Result<Vec<ConformanceArgs>, clap::Error> {
    let mut command = vec!["assetproof", "conformance"];
    let api = arguments.filter.as_deref().filter(|_| arguments.exact);
    let api = api
        .and_then(|name| name.split_once('/'))
        .map(|(api, _)| api);
    if let Some(api) = api {
        // A runner that starts a process for each test does not wait for the other contracts.
        command.extend(["--api", api]);
    }
    let args = conformance(&command)?;
    if !args.target.is_empty() {
        return Ok(vec![args]);
    }
    command.push("--strict");
    let mut commands = vec![conformance(&command)?];
    if api.is_none_or(|api| api == "roma") {
        commands.push(conformance(&[
            "assetproof",
            "conformance",
            "--strict",
            "--api",
            "roma",
            "--revision",
            "roma=2025-10",
        ])?);
    }
    Ok(commands)
}

fn conformance(command: &[&str]) -> Result<ConformanceArgs, clap::Error> {
    match Cli::try_parse_from(command)?.command {
        Command::Conformance(args) => Ok(*args),
        _ => unreachable!("the command is conformance"),
    }
}

fn trial(planned: &Arc<Planned>, suite: &Arc<Suite>, several: bool, runtime: &Handle) -> Trial {
    let case = &planned.case;
    let mut name = format!("{}@{}", case.id, case.revision);
    if several {
        let _infallible = write!(name, " [{}]", suite.target);
    }
    let (planned, suite, runtime) = (Arc::clone(planned), Arc::clone(suite), runtime.clone());
    Trial::ignorable_test(name, move || {
        let record = runtime.block_on(suite.player.play(&planned));
        match record.verdict {
            Verdict::Pass | Verdict::Warning => Ok(Completion::Completed),
            Verdict::Skipped => Ok(Completion::ignored_with(
                record.reason.as_deref().unwrap_or("skipped"),
            )),
            Verdict::Fail | Verdict::Error => Err(Failed::from(shown(&record))),
        }
    })
}

/// What a failed test prints.
fn shown(record: &CaseRecord) -> String {
    let mut text = record.title.clone();
    if let Some(reason) = &record.reason {
        let _infallible = write!(text, "\n{reason}");
    }
    for found in &record.findings {
        let finding = &found.finding;
        let _infallible = write!(
            text,
            "\n{} {} {} at {}\n  expected  {}\n  actual    {}",
            finding.level,
            finding.requirement.as_deref().unwrap_or(""),
            finding.check,
            finding.location,
            finding.expected,
            finding.actual,
        );
    }
    if let Some(script) = &record.reproduction {
        let _infallible = write!(text, "\n\n{script}");
    }
    text
}

//! `cargo xtask bench`: release builds, measured.
//!
//! `serve` is described in the module `serve`. `conformance`: how long a whole run takes against
//! `assetproof serve`, and how its rate of requests compares with that of a plain loop that sends the
//! same requests, as many at once, to the same server. Everything is a release build; the figures
//! mean something on a machine that does nothing else.

mod plain_loop;
mod serve;
mod served;
mod yardstick;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use conformance::run::{Run, Verdict};

pub(crate) use self::served::Serving;
use crate::Result;

/// An odd number of rounds, of which the median counts; run and loop take turns in each.
const ROUNDS: usize = 9;

/// What is asked of a run: shorter than this, as a process, reports included …
const WALL: Duration = Duration::from_secs(1);

/// … and at least this share of the loop's rate, in percent.
const SHARE: f64 = 60.0;

/// Prints the figures of `jobs` cases at once; fails when they miss what is asked, or when there
/// are none.
pub(crate) fn conformance(jobs: u16) -> ExitCode {
    told(if cfg!(debug_assertions) {
        as_release(&["conformance", "--jobs", &jobs.to_string()])
    } else {
        measure(jobs)
    })
}

/// Prints the figures of `assetproof serve`, `requests` of them for its memory; fails when they
/// miss what is asked.
pub(crate) fn serve(requests: usize) -> ExitCode {
    told(if cfg!(debug_assertions) {
        as_release(&["serve", "--requests", &requests.to_string()])
    } else {
        build().and_then(|program| serve::measure(&program, requests))
    })
}

/// Serves as the server that `serve` is measured by.
pub(crate) fn yardstick() -> ExitCode {
    yardstick::run()
}

fn told(measured: Result<bool>) -> ExitCode {
    match measured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Starts the same command once more, as a release build: the loops are part of this program.
fn as_release(what: &[&str]) -> Result<bool> {
    let again = ["run", "--quiet", "--release", "--package", "xtask", "--"];
    let ended = cargo().args(again).arg("bench").args(what).status()?;
    Ok(ended.success())
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(crate::root());
    cargo
}

/// One whole run.
struct Round {
    /// From the start of the process to its end.
    wall: Duration,
    /// From the first connection to the end of the last case.
    run: Duration,
    /// Everything that was sent: requests, set-ups and teardowns.
    requests: usize,
    /// What was judged.
    cases: usize,
    /// All that was written down of it.
    record: Run,
}

fn measure(jobs: u16) -> Result<bool> {
    let program = build()?;
    let folder = std::env::temp_dir().join(format!("assetproof-bench-{}", std::process::id()));
    let (mut rounds, mut loops) = (Vec::new(), Vec::new());
    // One server for all of them: the first round of a new one would be measured cold, and the loops
    // behind it warm.
    let serving = Serving::start(&program)?;
    for seed in 0..ROUNDS {
        let round = whole_run(&program, &serving, jobs, seed, &folder)?;
        let took = plain_loop::run(&serving, jobs.into(), &round.record)?;
        loops.push(rate(round.requests, took));
        rounds.push(round);
    }
    // A folder that stays behind in the system's place for such is no reason to fail.
    let _left = std::fs::remove_dir_all(&folder);
    let wall = median(rounds.iter().map(|round| round.wall.as_secs_f64()));
    let of_run = median(rounds.iter().map(|round| rate(round.requests, round.run)));
    let of_loop = median(loops.into_iter());
    let share = of_run / of_loop * 100.0;
    let Round {
        requests, cases, ..
    } = rounds[0];
    println!("{cases} cases, {requests} requests, {jobs} at once, median of {ROUNDS}");
    println!("whole process   {:>9.0} ms", wall * 1e3);
    for (what, rate) in [("run", of_run), ("plain loop", of_loop)] {
        let took = count(requests) / rate * 1e3;
        println!("{what:<15} {took:>9.0} ms {rate:>9.0} requests/s");
    }
    println!("share of it     {share:>9.0} %");
    let kept = wall < WALL.as_secs_f64() && share >= SHARE;
    if !kept {
        println!(
            "asked for: less than {} ms, at least {SHARE} %",
            WALL.as_millis()
        );
    }
    Ok(kept)
}

/// Builds the program and returns its path: it lies beside this one.
fn build() -> Result<PathBuf> {
    let args = ["build", "--quiet", "--release", "--package", "assetproof"];
    if !cargo().args(args).status()?.success() {
        return Err("failed to build assetproof".into());
    }
    let name = format!("assetproof{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}

fn whole_run(
    program: &PathBuf,
    serving: &Serving,
    jobs: u16,
    seed: usize,
    folder: &PathBuf,
) -> Result<Round> {
    let started = Instant::now();
    let ended = serving
        .as_target(Command::new(program).arg("conformance"))
        .args(["--jobs", &jobs.to_string(), "--seed", &seed.to_string()])
        .arg("--report-dir")
        .arg(folder)
        .output()?;
    let wall = started.elapsed();
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stdout);
        return Err(format!("the run was not conformant: {said}").into());
    }
    let run = Run::read(&folder.join("run.ndjson"))?;
    let footer = run.footer.as_ref().ok_or("the run has no footer")?;
    let took = Duration::from_micros(footer.duration_us);
    let requests = run
        .cases
        .iter()
        .map(|case| case.steps.len() + 2 * case.states.len())
        .sum();
    let judged = run
        .cases
        .iter()
        .filter(|case| case.verdict != Verdict::Skipped);
    Ok(Round {
        wall,
        run: took,
        requests,
        cases: judged.count(),
        record: run,
    })
}

fn rate(requests: usize, took: Duration) -> f64 {
    count(requests) / took.as_secs_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody counts that far in a bench"
)]
fn count(requests: usize) -> f64 {
    requests as f64
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

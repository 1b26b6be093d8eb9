//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, built by the stable compiler and run for a while
//! each, as many at once as there are processors.
//!
//! Nothing in the repository changes: what is found goes to folders below cargo's. With `--keep`, the
//! inputs that reach something new are added to `fuzz/corpus`. What is done with an input is not
//! known here, but in the crate `fuzz-targets`.

mod build;
mod log;
mod session;

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use self::build::Built;
use self::session::{Crash, Ended, Length, Session};
use crate::{Result, root};

/// Fails when a target finds something, and with 2 when there is no telling.
pub(crate) fn run(seconds: u32, seed: Option<u32>, asked: &[String], keep: bool) -> ExitCode {
    let length = Length {
        seconds,
        seed: seed.unwrap_or_else(another_seed),
    };
    match fuzz(length, asked, keep) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// How many targets found something.
fn fuzz(length: Length, asked: &[String], keep: bool) -> Result<usize> {
    let targets = chosen(asked)?;
    let built = build::build()?;
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{} targets, {} s each, {} at once, seed {}",
        targets.len(),
        length.seconds,
        at_once.min(targets.len()),
        length.seed,
    );
    let crashed = side_by_side(&built, &targets, length, at_once)?;
    if keep {
        for target in &targets {
            let kept = Session::new(&built, target)?.keep()?;
            println!("{target:<16} {kept} inputs kept in fuzz/corpus/{target}");
        }
    }
    if crashed > 0 {
        println!("{crashed} of {} targets found something", targets.len());
    }
    Ok(crashed)
}

/// Runs them, and tells of each when it has ended.
fn side_by_side(
    built: &Built,
    targets: &[String],
    length: Length,
    at_once: usize,
) -> Result<usize> {
    let sessions: Result<VecDeque<Session>> = targets
        .iter()
        .map(|target| Session::new(built, target))
        .collect();
    let waiting = Mutex::new(sessions?);
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    };
    let work = || -> std::result::Result<usize, String> {
        let mut crashed = 0;
        while let Some(session) = next() {
            println!("{:<16} begins", session.target);
            let ended = session.run(length).map_err(|error| error.to_string())?;
            tell(&session.target, &ended);
            crashed += usize::from(ended.crash.is_some());
        }
        Ok(crashed)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        let mut crashed = 0;
        for worker in workers {
            crashed += worker.join().map_err(|_| "a worker panicked")??;
        }
        Ok(crashed)
    })
}

fn tell(target: &str, ended: &Ended) {
    let figures = &ended.figures;
    println!(
        "{target:<16} {:>10} runs {:>7} edges {:>6} new inputs {:>5} MB  {}",
        figures.runs,
        figures.edges,
        figures.new,
        figures.megabytes,
        if ended.crash.is_some() { "CRASH" } else { "ok" }
    );
    let Some(Crash {
        said,
        input,
        reproduce,
        log,
    }) = &ended.crash
    else {
        return;
    };
    for line in said {
        println!("  {line}");
    }
    if let Some((artifact, shown)) = input {
        println!("  input     {}", artifact.display());
        println!("            \"{shown}\"");
    }
    println!("  see again {reproduce}");
    println!("  log       {}", log.display());
    println!(
        "  When it is mended, put the input into fuzz/regressions/{target}, named for what it is."
    );
}

/// The targets that were asked for, all unless any was.
fn chosen(asked: &[String]) -> Result<Vec<String>> {
    let known = known()?;
    if asked.is_empty() {
        return Ok(known);
    }
    match asked.iter().find(|name| !known.contains(name)) {
        None => Ok(asked.to_vec()),
        Some(name) => Err(format!("no target is named {name}: {}", known.join(", ")).into()),
    }
}

/// The names of the files in `fuzz/fuzz_targets`, sorted.
fn known() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder().join("fuzz_targets"))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A seed that is another one each time; not 0, which libFuzzer takes for none.
fn another_seed() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(1, |since| since.subsec_nanos().max(1))
}

/// Where the targets and their inputs lie.
fn folder() -> PathBuf {
    root().join("fuzz")
}

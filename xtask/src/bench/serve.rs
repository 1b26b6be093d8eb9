//! `cargo xtask bench serve`: how much `assetproof serve` costs beyond what any server would that
//! does the same: its rate beside that of a yardstick (the module `yardstick`), the time that the
//! slowest of a hundred requests takes, the memory after a hundred thousand requests and after a
//! million, and the time from the start of the process to its first answer.
//!
//! Rates are measured by wrk with one thread and 32 connections where it is installed, else by the
//! loop of this program, which costs more of the machine.

mod load;
mod process;
mod wrk;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use self::load::Load;
use self::process::Process;
use super::{Result, median};

/// Rounds in which all servers take turns; an odd number, of which the median counts.
const ROUNDS: usize = 3;

/// How many connections ask at once.
const WIDTH: usize = 32;

/// At least this share of the yardstick's rate …
const SHARE: f64 = 0.85;

/// … with the slowest of a hundred requests below this …
const SLOWEST: Duration = Duration::from_millis(5);

/// … no more growth of memory between a hundred thousand requests and a million than this …
const GROWTH: f64 = 1.05;

/// … and the first answer so soon after the start of the process.
const COLD: Duration = Duration::from_millis(20);

/// What a round of one server is measured by.
#[derive(Debug, Clone, Copy)]
struct Figures {
    /// Requests in a second.
    rate: f64,
    /// The slowest of a hundred requests, in seconds.
    slowest: f64,
}

/// A server that takes part.
struct Entry {
    name: &'static str,
    command: fn(&Path) -> Result<Command>,
}

const ENTRIES: [Entry; 3] = [
    Entry {
        name: "yardstick",
        command: |_| {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["bench", "yardstick"]);
            Ok(command)
        },
    },
    Entry {
        name: "serve",
        command: |program| {
            let mut command = Command::new(program);
            command.arg("serve");
            Ok(command)
        },
    },
    Entry {
        name: "serve --quiet",
        command: |program| {
            let mut command = Command::new(program);
            command.args(["serve", "--quiet"]);
            Ok(command)
        },
    },
];

/// Measures everything; false when a figure misses what is asked.
pub(super) fn measure(program: &Path, requests: usize) -> Result<bool> {
    let mut figures = [const { Vec::new() }; ENTRIES.len()];
    for _ in 0..ROUNDS {
        for (entry, figures) in ENTRIES.iter().zip(&mut figures) {
            figures.push(round(&mut (entry.command)(program)?)?);
        }
    }
    let medians = figures.map(|figures: Vec<Figures>| Figures {
        rate: median(figures.iter().map(|it| it.rate)),
        slowest: median(figures.iter().map(|it| it.slowest)),
    });
    let by = if wrk::is_there() { "wrk" } else { "own loop" };
    println!("{WIDTH} connections, by {by}, median of {ROUNDS}");
    let yardstick = medians[0].rate;
    for (entry, median) in ENTRIES.iter().zip(medians) {
        println!(
            "{:14} {:>9.0} requests/s {:>6.2} of the yardstick   p99 {:>6.2} ms",
            entry.name,
            median.rate,
            median.rate / yardstick,
            median.slowest * 1e3
        );
    }
    let grown = memory(&mut (ENTRIES[1].command)(program)?, requests)?;
    let cold = cold(program)?;
    println!("first answer   {:>9.1} ms", cold * 1e3);
    let kept = medians[1].rate / yardstick >= SHARE
        && medians[1].slowest < SLOWEST.as_secs_f64()
        && grown.is_none_or(|grown| grown <= GROWTH)
        && cold < COLD.as_secs_f64();
    if !kept {
        println!(
            "asked for: {SHARE} of the yardstick, p99 below {} ms, memory within {GROWTH}, first \
             answer below {} ms",
            SLOWEST.as_millis(),
            COLD.as_millis()
        );
    }
    Ok(kept)
}

fn round(command: &mut Command) -> Result<Figures> {
    let process = start(command)?;
    // What is slow only once is no part of a rate.
    load::run(process.address, WIDTH, 2_000)?;
    if wrk::is_there() {
        return wrk::run(process.address, WIDTH);
    }
    let Load { took, slowest } = load::run(process.address, WIDTH, 100_000)?;
    Ok(Figures {
        rate: 100_000.0 / took.as_secs_f64(),
        slowest: slowest.as_secs_f64(),
    })
}

/// Starts a server whose log nobody reads, with the assets that the requests name.
fn start(command: &mut Command) -> Result<Process> {
    let process = Process::start(command.stderr(Stdio::null()))?;
    load::set_up(process.address)?;
    Ok(process)
}

/// By what factor a server has grown between a tenth of the requests and all of them; none where
/// the system does not tell.
fn memory(command: &mut Command, requests: usize) -> Result<Option<f64>> {
    let process = start(command)?;
    let early = requests / 10;
    load::run(process.address, WIDTH, early)?;
    let before = process.resident();
    load::run(process.address, WIDTH, requests - early)?;
    let (Some(before), Some(after)) = (before, process.resident()) else {
        println!("memory         not told by this system");
        return Ok(None);
    };
    let grown = super::count(after) / super::count(before);
    println!(
        "memory         {before:>9} KiB after {early} requests, {after} KiB after {requests}: {grown:.3}"
    );
    Ok(Some(grown))
}

/// From the start of the process to its first answer, in seconds.
fn cold(program: &Path) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS * 3 {
        let started = Instant::now();
        let process = Process::start(Command::new(program).arg("serve").stderr(Stdio::null()))?;
        load::one(process.address)?;
        times.push(started.elapsed().as_secs_f64());
    }
    Ok(median(times.into_iter()))
}

/// The request that everything is measured by: a valid batch of four assets that exist.
fn request(address: SocketAddr) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nX-Auth-Token: {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
}

const TOKEN: &str = super::served::TOKEN;
pub(super) const PATH: &str = "/v1/bench/digital-assets/batch-action";
const BODY: &str = r#"{"action":"SHARE","asset_ids":["xxxxx1","xxxxx2","xxxxx3","xxxxx4"]}"#;
pub(super) const ASSETS: [&str; 4] = ["xxxxx1", "xxxxx2", "xxxxx3", "xxxxx4"];

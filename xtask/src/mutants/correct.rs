//! Servers that are correct: the fake as it is, perturbed, and the second implementation. Whatever
//! counts against one of them is a false alarm.

use std::collections::BTreeSet;
use std::time::Duration;

use conformance::run::{Run, Verdict};
use conformance::{Credentials, Target};
use contract::Level;
use foreign_server::{DEFAULT_ACCESS_TOKEN, DEFAULT_KEY_PAIR, DEFAULT_TOKEN, Server, Summaries};
use futures_util::stream::{self, StreamExt as _};
use indicatif::ProgressBar;

use super::suite::{self, Served, Suites};
use crate::Result;

/// What was found of the correct servers.
#[derive(Debug, Default)]
pub(super) struct Correct {
    /// Under how many seeds.
    pub(super) seeds: u64,
    /// How many runs there were.
    pub(super) runs: usize,
    /// How many verdicts, one for each case of each run.
    pub(super) verdicts: usize,
    /// Every accusation, each with its server and seed.
    pub(super) accusations: BTreeSet<String>,
}

/// One of the correct servers.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// The fake, everything that is free perturbed.
    Fake,
    /// The second implementation.
    Foreign,
}

/// Judges each of them under each seed, shuffled.
pub(super) async fn run(suites: &Suites, seeds: u64, jobs: usize) -> Result<Correct> {
    let all: Vec<(Which, &str, u64)> = (1..=seeds)
        .flat_map(|seed| {
            let revisions: Vec<&str> = suites.revisions().collect();
            revisions.into_iter().flat_map(move |roma| {
                [Which::Fake, Which::Foreign].map(|which| (which, roma, seed))
            })
        })
        .collect();
    let mut correct = Correct {
        seeds,
        runs: all.len(),
        ..Correct::default()
    };
    let bar = super::report::bar(all.len(), "correct servers");
    let judged = stream::iter(all)
        .map(|(which, roma, seed)| one(suites, which, roma, seed, &bar))
        .buffer_unordered(jobs)
        .collect::<Vec<_>>()
        .await;
    bar.finish_and_clear();
    for judged in judged {
        let (verdicts, accusations) = judged?;
        correct.verdicts += verdicts;
        correct.accusations.extend(accusations);
    }
    Ok(correct)
}

async fn one(
    suites: &Suites,
    which: Which,
    roma: &str,
    seed: u64,
    bar: &ProgressBar,
) -> Result<(usize, Vec<String>)> {
    let mut options = suite::options(seed);
    options.shuffle = true;
    options.case_limit = Duration::from_secs(30);
    let run = match which {
        Which::Fake => {
            let served = Served::start(suites.fake(roma).perturb(seed).build()?)?;
            suites.run(roma, &served.target()?, &options).await?
        }
        Which::Foreign => {
            let server = Server::start(foreign_server::Options {
                // What a summary leaves out would be warned of, and rightly.
                summaries: Summaries::AsShown,
                roma_2025_10: roma == "2025-10",
                ..foreign_server::Options::default()
            });
            let server = server.await?;
            suites.run(roma, &target(&server)?, &options).await?
        }
    };
    bar.inc(1);
    let name = match which {
        Which::Fake => "perturbed fake",
        Which::Foreign => "second implementation",
    };
    let accusations = accusations(&run).into_iter();
    let accusations = accusations.map(|what| format!("{name}, roma {roma}, seed {seed}: {what}"));
    Ok((run.cases.len(), accusations.collect()))
}

/// Every MUST or SHOULD that counts against the server, and every case that could not be run.
fn accusations(run: &Run) -> Vec<String> {
    let mut accusations = Vec::new();
    for case in run.cases.iter().filter(|case| case.counted) {
        let findings = case.findings.iter().map(|found| &found.finding);
        for finding in findings.filter(|finding| finding.level > Level::May) {
            let requirement = finding.requirement.as_deref().unwrap_or("no requirement");
            accusations.push(format!(
                "{}: {requirement} at {}: expected {}, got {}",
                case.id, finding.location, finding.expected, finding.actual
            ));
        }
        if case.findings.is_empty() && matches!(case.verdict, Verdict::Fail | Verdict::Error) {
            let reason = case.reason.as_deref().unwrap_or_default();
            accusations.push(format!("{}: {reason}", case.id));
        }
    }
    accusations
}

/// The second implementation as a target: its state set-up is elsewhere, and so are its
/// credentials.
fn target(server: &Server) -> Result<Target> {
    let mut target = Target::new(&server.url())?;
    target.state_url = Some(Target::parse_url(&server.state_url())?);
    target.credentials = Credentials::from_lookup(|name| {
        let value = match name {
            "ASSETPROOF_TOKEN" => DEFAULT_TOKEN,
            "ASSETPROOF_ACCESS_KEY" => DEFAULT_KEY_PAIR.0,
            "ASSETPROOF_SECRET_KEY" => DEFAULT_KEY_PAIR.1,
            "ASSETPROOF_ACCESS_TOKEN" => DEFAULT_ACCESS_TOKEN,
            _ => return None,
        };
        Some(value.to_owned())
    });
    Ok(target)
}

//! Every case against every mutant, several mutants at once in one process.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use conformance::run::{CaseRecord, Run, Verdict};
use fake_server::mutants::Mutant;
use futures_util::stream::{self, StreamExt as _};
use indicatif::ProgressBar;
use validator::Severity;

use super::suite::{self, CREDENTIALS, Served, Suites};
use crate::Result;

/// The seed of every run of the matrix: the same mutant is always seen the same way.
const SEED: u64 = 1;

/// What came of a mutant in one of its revisions.
#[derive(Debug)]
pub(super) struct Judged {
    /// The mutant's id.
    pub(super) mutant: String,
    /// The revision of its API.
    pub(super) revision: String,
    /// The cases that killed it: a case with a finding against the requirement that it breaks, by
    /// that finding as a user reads it.
    pub(super) killed_by: BTreeMap<String, String>,
    /// The other cases that failed or warned, by the requirements that they name.
    pub(super) also: BTreeMap<String, String>,
    /// How many cases were run.
    pub(super) cases: usize,
}

/// Runs the whole suite against each mutant in each of its revisions.
pub(super) async fn run(
    suites: &Suites,
    mutants: &[Arc<Mutant>],
    jobs: usize,
) -> Result<Vec<Judged>> {
    let pairs: Vec<(&Arc<Mutant>, &str)> = mutants
        .iter()
        .flat_map(|mutant| {
            mutant
                .revisions
                .iter()
                .map(move |revision| (mutant, &**revision))
        })
        .collect();
    let bar = super::report::bar(pairs.len(), "mutants");
    let judged = stream::iter(pairs)
        .map(|(mutant, revision)| one(suites, mutant, revision, &bar))
        .buffer_unordered(jobs)
        .collect::<Vec<_>>()
        .await;
    bar.finish_and_clear();
    let mut judged = judged.into_iter().collect::<Result<Vec<_>>>()?;
    judged.sort_by(|a, b| (&a.mutant, &a.revision).cmp(&(&b.mutant, &b.revision)));
    Ok(judged)
}

async fn one(
    suites: &Suites,
    mutant: &Arc<Mutant>,
    revision: &str,
    bar: &ProgressBar,
) -> Result<Judged> {
    let roma = roma(suites, mutant, revision);
    let served = Served::start(suites.fake(&roma).mutant(Arc::clone(mutant)).build()?)?;
    let run = suites
        .run(&roma, &served.target()?, &suite::options(SEED))
        .await;
    let run = run.map_err(|error| format!("the mutant {} cannot be judged: {error}", mutant.id))?;
    bar.inc(1);
    Ok(judged(mutant, revision, &run))
}

/// The revision of roma that is served along.
fn roma(suites: &Suites, mutant: &Mutant, revision: &str) -> String {
    let own = suites
        .revisions()
        .find(|roma| mutant.api.name() == "roma" && *roma == revision);
    let any = || suites.revisions().next().unwrap_or_default();
    own.unwrap_or_else(any).to_owned()
}

fn judged(mutant: &Arc<Mutant>, revision: &str, run: &Run) -> Judged {
    let (mut killed_by, mut also) = (BTreeMap::new(), BTreeMap::new());
    for case in &run.cases {
        if !case.counted || !matches!(case.verdict, Verdict::Fail | Verdict::Warning) {
            continue;
        }
        match killing(mutant, case) {
            Some(finding) => killed_by.insert(case.id.clone(), finding),
            None => also.insert(case.id.clone(), accused(case)),
        };
    }
    Judged {
        mutant: mutant.id.clone(),
        revision: revision.to_owned(),
        killed_by,
        also,
        cases: run.cases.len(),
    }
}

/// The finding against the requirement that the mutant breaks, if the case has one that counts.
fn killing(mutant: &Mutant, case: &CaseRecord) -> Option<String> {
    let mut findings = case.findings.iter().map(|found| &found.finding);
    let finding = findings.find(|finding| {
        finding.severity() > Severity::Observation
            && finding.requirement.as_deref() == Some(&*mutant.breaks)
    })?;
    let (expected, actual) = (&finding.expected, &finding.actual);
    Some(format!(
        "{} at {}: expected {expected}, got {actual}",
        finding.level, finding.location
    ))
}

/// The requirements that a case accuses a server of breaking.
fn accused(case: &CaseRecord) -> String {
    let findings = case.findings.iter().map(|found| &found.finding);
    let counted = findings.filter(|finding| finding.severity() > Severity::Observation);
    let mut names: Vec<&str> = counted
        .map(|finding| finding.requirement.as_deref().unwrap_or("-"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Judges the mutant as a user would, by the program's own command, and lets it print and write
/// what it finds.
pub(super) async fn show(mutant: &Arc<Mutant>, folder: &Path) -> Result<()> {
    for revision in &mutant.revisions {
        let api = mutant.api.name();
        let engine = fake_server::Engine::builder()
            .revision(api, revision)
            .mutant(Arc::clone(mutant));
        let served = Served::start(engine.build()?)?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["conformance", "--target", &served.url])
            .args(["--state-url", &format!("{}/_states", served.url)])
            .args(["--api", api, "--revision", &format!("{api}={revision}")])
            .arg("--report-dir")
            .arg(folder.join(&mutant.id).join(revision))
            .envs(CREDENTIALS);
        println!("\n{} in {api}/{revision}: {}", mutant.id, mutant.does);
        // It waits for the process on a thread that the server does not need.
        tokio::task::spawn_blocking(move || command.status()).await??;
    }
    Ok(())
}

//! Every case against every mutant, several mutants at once in one process.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use conformance::report::place;
use conformance::run::{CaseRecord, Run, Summary, Verdict};
use contract::Level;
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
    /// What a run that asks for this contract alone comes to.
    pub(super) outcome: Outcome,
    /// The cases that killed it: a case with a finding against the requirement that it breaks, by
    /// that finding.
    pub(super) killed_by: BTreeMap<String, Kill>,
    /// The other cases that failed or warned, by the requirements that they name.
    pub(super) also: BTreeMap<String, String>,
    /// Whether any request or answer was changed by its defect; none where that cannot be seen.
    pub(super) met: Option<bool>,
    /// How many cases of its contract were run.
    pub(super) cases: usize,
}

/// What the owner of a server reads at the top of a report, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Nothing counts against it.
    Conformant,
    /// Nothing but SHOULD does: it fails a run with `--strict`.
    Warnings,
    /// Too little could be told, e.g. because it accepts nothing.
    NotJudged,
    /// A MUST is missed.
    NotConformant,
}

impl Outcome {
    /// From bad to good, as they are counted in a table.
    pub(super) const ALL: [Self; 4] = [
        Self::NotConformant,
        Self::NotJudged,
        Self::Warnings,
        Self::Conformant,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Conformant => "conformant",
            Self::Warnings => "conformant with warnings",
            Self::NotJudged => "could not judge",
            Self::NotConformant => "not conformant",
        }
    }

    fn of(run: &Run) -> Self {
        let summary = Summary::of(run);
        match summary.exit_code {
            1 => Self::NotConformant,
            0 if summary.counts.warning > 0 => Self::Warnings,
            0 => Self::Conformant,
            _ => Self::NotJudged,
        }
    }
}

/// The finding by which a case kills a mutant.
#[derive(Debug)]
pub(super) struct Kill {
    /// The level at which it counts.
    pub(super) level: Level,
    /// Where it is, and what was expected and came.
    pub(super) finding: String,
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
    let met = served.engine.met_its_defect();
    Ok(judged(mutant, revision, run, met))
}

/// The revision of roma that is served along.
fn roma(suites: &Suites, mutant: &Mutant, revision: &str) -> String {
    let own = suites
        .revisions()
        .find(|roma| mutant.api.name() == "roma" && *roma == revision);
    let any = || suites.revisions().next().unwrap_or_default();
    own.unwrap_or_else(any).to_owned()
}

/// Of the run, what is about the mutant's contract: the other APIs of the fake have no defect.
fn judged(mutant: &Arc<Mutant>, revision: &str, mut run: Run, met: Option<bool>) -> Judged {
    let api = mutant.api.name();
    let contracts = &mut run.header.contracts;
    contracts.retain(|one| one.api == api && one.revision == revision);
    run.cases
        .retain(|case| case.api == api && case.revision == revision);
    run.header.selected = run.cases.len();
    let (mut killed_by, mut also) = (BTreeMap::new(), BTreeMap::new());
    for case in &run.cases {
        if !case.counted || !matches!(case.verdict, Verdict::Fail | Verdict::Warning) {
            continue;
        }
        match killing(mutant, case) {
            Some(kill) => {
                killed_by.insert(case.id.clone(), kill);
            }
            None => {
                also.insert(case.id.clone(), accused(case));
            }
        }
    }
    Judged {
        mutant: mutant.id.clone(),
        revision: revision.to_owned(),
        outcome: Outcome::of(&run),
        met,
        killed_by,
        also,
        cases: run.cases.len(),
    }
}

/// The gravest finding against the requirement that the mutant breaks, if the case has one that
/// counts.
fn killing(mutant: &Mutant, case: &CaseRecord) -> Option<Kill> {
    let findings = case.findings.iter().map(|found| &found.finding);
    let against = findings.filter(|finding| {
        finding.severity() > Severity::Observation
            && finding.requirement.as_deref() == Some(&*mutant.breaks)
    });
    // Of findings of one level, the first.
    let finding = against.reduce(|worst, next| {
        if next.level > worst.level {
            next
        } else {
            worst
        }
    })?;
    let place = place(finding.message, &finding.location);
    let (expected, actual) = (&finding.expected, &finding.actual);
    Some(Kill {
        level: finding.level,
        finding: format!("{place}: expected {expected}, got {actual}"),
    })
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
            .args(["--seed", &SEED.to_string()])
            .arg("--report-dir")
            .arg(folder.join(&mutant.id).join(revision))
            .envs(CREDENTIALS);
        super::print(format_args!(
            "\n{} in {api}/{revision}: {}\n",
            mutant.id, mutant.does
        ))?;
        // It waits for the process on a thread that the server does not need.
        tokio::task::spawn_blocking(move || command.status()).await??;
        super::print(format_args!(
            "The mutant at {} ends here: what is said to reproduce a failure needs a server, and \
             shows without one what was sent.\n",
            served.url
        ))?;
    }
    Ok(())
}

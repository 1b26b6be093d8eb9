//! The runner against servers: the fake, wrong ones, and such that hardly are servers at all.

mod against_the_fake;
mod against_the_foreign;
mod against_the_perturbed;
mod at_once;
mod baseline;
mod histories;
mod known_states;
mod lacks;
mod levels;
mod misbehaving;
mod one_defect;
mod parts;
mod reproduction;
mod result_file;
mod runs;
mod scenarios;
mod second_runs;
mod servers;
mod shell;
mod signatures;
mod snapshots;
mod target_file;
mod toml_json;
mod wrong;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use conformance::run::{CaseRecord, Run, RunWriter};
use conformance::{Credentials, Event, Options, Plan, RunError, Selection, Target};
use contract::Contract;
use validator::Validator;

/// A run that hangs fails its test after this time; none of them comes near it.
const HUNG: Duration = Duration::from_mins(1);

/// The embedded contracts, compiled once for all tests.
static COMPILED: LazyLock<Vec<Arc<Validator>>> = LazyLock::new(|| {
    let contracts = Contract::embedded().expect("the embedded contracts are sound");
    let compiled = contracts.into_iter();
    compiled
        .map(|contract| Validator::new(Arc::new(contract)).map(Arc::new))
        .collect::<Result<_, _>>()
        .expect("the embedded schemas compile")
});

/// A plan of the embedded contracts' cases that match the globs, of roma's older revision.
fn plan(globs: &[&str]) -> Plan {
    plan_of("2022-12", globs)
}

/// The same with the revision of roma that is named, since a server can serve only one of them.
fn plan_of(roma: &str, globs: &[&str]) -> Plan {
    let compiled = COMPILED
        .iter()
        .filter(|validator| {
            let contract = validator.contract();
            contract.api != "roma" || contract.revision == roma
        })
        .cloned()
        .collect();
    let globs: Vec<String> = globs.iter().map(|&glob| glob.to_owned()).collect();
    let selection = Selection::new(Vec::new(), &globs, Vec::new()).expect("sound globs");
    Plan::new(compiled, &selection).expect("the globs match cases")
}

/// A target at that address, with the fake's credentials and states at `/_states`.
fn target(uri: &str) -> Target {
    let mut target = Target::new(uri).expect("a base URL");
    target.state_url = Some(Target::parse_url(&format!("{uri}/_states")).expect("a URL"));
    target.credentials = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some("assetproof-token".to_owned()),
        "ASSETPROOF_ACCESS_TOKEN" => Some("assetproof-access".to_owned()),
        _ => None,
    });
    target
}

/// A file of this test run's own.
fn result_file() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("run-{}.ndjson", NEXT.fetch_add(1, Ordering::Relaxed));
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

async fn try_run(plan: &Plan, target: &Target, options: &Options) -> Result<Run, RunError> {
    run_with(plan, target, options, |_| {}).await
}

async fn run_with(
    plan: &Plan,
    target: &Target,
    options: &Options,
    events: impl Fn(Event<'_>),
) -> Result<Run, RunError> {
    let mut out = RunWriter::create(&result_file()).expect("a file");
    let run = conformance::run(
        plan,
        target,
        options,
        &mut out,
        events,
        std::future::pending(),
    );
    tokio::time::timeout(HUNG, run).await.expect("the run ends")
}

/// Runs the one case that the id names.
async fn run_case(id: &str, target: &Target, options: &Options) -> CaseRecord {
    let run = try_run(&plan(&[id]), target, options)
        .await
        .expect("the target is there");
    assert_eq!(run.cases.len(), 1);
    run.cases.into_iter().next().expect("one case")
}

//! Runs on any number of threads.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use contract::Contract;
use fake_server::FakeServer;
use fake_server::engine::Fault;
use rstest::rstest;
use tokio::sync::Notify;
use validator::Validator;

use super::*;
use crate::{Credentials, Selection};

/// What the cases of a run against this target share.
pub(crate) fn context(target: &Target) -> Context {
    Context {
        client: Client::new(target).expect("a client"),
        target: target.clone(),
        mask: Mask::new(&target.credentials, []),
        secrets: curl::secrets(&target.credentials).into(),
        options: Options::default(),
        provisions: Arc::new(Provisions::of(&plan(), target).expect("it lists nothing")),
        places: Arc::new(Places::new(1)),
    }
}

pub(crate) fn plan() -> Plan {
    plan_of("metastudio", "2025-12")
}

pub(crate) fn plan_of(api: &str, revision: &str) -> Plan {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    let validator = Validator::new(Arc::new(contract)).expect("it compiles");
    let selection = Selection::new(Vec::new(), &[], Vec::new()).expect("no globs");
    Plan::new(vec![Arc::new(validator)], &selection).expect("it has cases")
}

fn target(fake: &FakeServer) -> Target {
    let mut target = Target::new(&fake.uri()).expect("a base URL");
    let states = format!("{}/_states", fake.uri());
    target.state_url = Some(Target::parse_url(&states).expect("a URL"));
    target.credentials = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some("assetproof-token".to_owned()),
        "ASSETPROOF_ACCESS_TOKEN" => Some("assetproof-access".to_owned()),
        _ => None,
    });
    target
}

/// A file of this test's own.
fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("assetproof-{name}-{}.ndjson", std::process::id()))
}

/// What a file says of each case, but for what differs from run to run: times, and the ids that
/// the server draws.
fn said(path: &std::path::Path) -> BTreeMap<String, String> {
    let run = Run::read(path).expect("a run");
    assert!(run.footer.is_some_and(|footer| !footer.interrupted));
    let cases = run.cases.iter().map(|case| {
        let sent = case.steps.iter().map(|step| {
            let response = step.response.as_ref();
            (&step.operation, response.map(|response| response.status))
        });
        // How often a case asks until something has ended is a matter of time.
        let mut sent: Vec<_> = sent.collect();
        sent.dedup();
        let states: Vec<&String> = case.states.iter().map(|state| &state.state).collect();
        let said = format!(
            "{:?} {:?} {:?} {:?} {states:?} {sent:?}",
            case.verdict, case.reason, case.exercised, case.note
        );
        (case.id.clone(), said)
    });
    cases.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_says_the_same_whatever_number_of_threads_and_jobs_there_are() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let (plan, target) = (plan(), target(&fake));
    let mut before: Option<BTreeMap<String, String>> = None;
    for (lanes, jobs) in [(1, 1), (1, 16), (2, 16), (4, 3), (4, 16)] {
        let options = Options {
            seed: 7,
            jobs,
            ..Options::default()
        };
        let path = file(&format!("lanes-{lanes}-{jobs}"));
        let mut out = RunWriter::create(&path).expect("a file");
        let never = std::future::pending();
        let made = (&plan, &target, &options);
        let run = run_on(lanes, made, &mut out, |_| {}, never).await;
        assert_eq!(run.expect("a run").cases.len(), plan.cases.len());
        let said = said(&path);
        assert_eq!(said.len(), plan.cases.len());
        if let Some(before) = &before {
            for (id, said) in &said {
                assert_eq!(
                    Some(said),
                    before.get(id),
                    "{id}: {lanes} threads, {jobs} jobs"
                );
            }
        }
        before = Some(said);
        std::fs::remove_file(&path).expect("the file");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_several_threads_can_be_interrupted(#[values(1, 2, 4)] lanes: usize) {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let (plan, target, options) = (plan(), target(&fake), Options::default());
    let path = file(&format!("interrupted-{lanes}"));
    let mut out = RunWriter::create(&path).expect("a file");
    let ended = Arc::new(Notify::new());
    let announce = Arc::clone(&ended);
    let on = |event: Event<'_>| {
        if let Event::CaseEnded { .. } = event {
            announce.notify_one();
        }
    };
    let made = (&plan, &target, &options);
    let run = run_on(lanes, made, &mut out, on, ended.notified()).await;
    let run = run.expect("a run");
    assert!(run.footer.as_ref().is_some_and(|footer| footer.interrupted));
    assert!(!run.cases.is_empty() && run.cases.len() < plan.cases.len());
    let written = Run::read(&path).expect("a run");
    assert_eq!(written.cases.len(), run.cases.len());
    assert_eq!(written.footer, run.footer);
    std::fs::remove_file(&path).expect("the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_in_the_file_while_the_run_goes_on() {
    // The second case never ends, and one line is not so much that it is written for its length.
    let silent = Fault::read(
        r#"{"when": {"operation": "asset-summary"}, "effect": {"latency": {"ms": 60000}}}"#,
    );
    let silent = silent.expect("a fault").remove(0);
    let fake = FakeServer::builder().fault(silent).start().await;
    let fake = fake.expect("a fake");
    let mut plan = plan();
    // One case of each operation.
    plan.cases
        .retain(|planned| planned.case.id.ends_with("/documented/200"));
    assert_eq!(plan.cases.len(), 2);
    let (target, options) = (target(&fake), Options::default());
    let path = file("going-on");
    let mut out = RunWriter::create(&path).expect("a file");
    let in_the_file = async {
        // The header comes first, and until then it is no run.
        while Run::read(&path).map_or(true, |run| run.cases.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    let made = (&plan, &target, &options);
    let run = run_on(1, made, &mut out, |_| {}, in_the_file).await;
    let footer = run.expect("a run").footer.expect("it has ended");
    assert!(footer.interrupted, "nothing was there before its end");
    std::fs::remove_file(&path).expect("the file");
}

#[tokio::test]
async fn a_fault_of_the_callers_ends_the_run_on_all_threads() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let (plan, target) = (plan(), target(&fake));
    let run = tokio::spawn(async move {
        let path = file("faulty");
        let mut out = RunWriter::create(&path).expect("a file");
        std::fs::remove_file(&path).expect("the file");
        let options = Options::default();
        let made = (&plan, &target, &options);
        let on = |event: Event<'_>| {
            assert!(!matches!(event, Event::CaseEnded { .. }), "the caller's");
        };
        let never = std::future::pending();
        run_on(2, made, &mut out, on, never).await.map(drop)
    });
    assert!(run.await.expect_err("it panicked").is_panic());
}

#[rstest]
#[case(0, false, 1)]
#[case(1, false, 1)]
#[case(5, false, 8)]
#[case(16, false, 24)]
#[case(16, true, 16)]
#[case(usize::MAX, false, usize::MAX)]
fn half_as_many_more_are_handed_out_as_are_played_at_once(
    #[case] jobs: usize,
    #[case] fail_fast: bool,
    #[case] all: usize,
) {
    let options = Options {
        jobs,
        fail_fast,
        ..Options::default()
    };
    assert_eq!(handed_out(&options), all);
}

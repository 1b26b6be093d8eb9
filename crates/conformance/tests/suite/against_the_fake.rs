//! Every documented case against the fake: the verdicts, and a snapshot of each response, so that
//! a change in the fake's behaviour is a reviewable diff.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::run::{Run, Summary, Verdict};
use conformance::{Event, Options};
use fake_server::FakeServer;

use rstest::rstest;

use crate::{plan, plan_of, run_with, target, try_run};

/// The verdicts by case, without what differs from run to run.
fn verdicts(run: &Run) -> Vec<String> {
    run.cases
        .iter()
        .map(|case| {
            let findings: Vec<_> = case
                .findings
                .iter()
                // What a history does is drawn by the seed, and so is what can be observed on its way.
                .filter(|_| !case.id.contains("/scenario/history-"))
                .map(|found| (found.step, &found.finding.requirement, found.finding.check))
                .collect();
            format!(
                "{} {} {:?} {findings:?}",
                case.revision, case.id, case.verdict
            )
        })
        .collect()
}

#[rstest]
#[case("2022-12")]
#[case("2025-10")]
#[tokio::test(flavor = "multi_thread")]
async fn every_documented_case_passes_strictly(#[case] roma: &str) {
    let fake = FakeServer::builder()
        .revision("roma", roma)
        .start()
        .await
        .expect("a fake");
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let plan = plan_of(roma, &["*/*/documented/*"]);
    let run = try_run(&plan, &target(&fake.uri()), &options)
        .await
        .expect("a run");

    assert_eq!(run.cases.len(), plan.cases.len());
    for case in &run.cases {
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
        // What the documented exchange shows, the real one has shown too.
        let unseen: Vec<_> = case
            .covers
            .iter()
            .filter(|id| !case.exercised.contains(id))
            .collect();
        assert!(
            unseen.is_empty() || !case.counted,
            "{} never showed {unseen:?}",
            case.id
        );
    }
    assert_eq!(Summary::of(&run).exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_verdicts_with_any_seed_and_any_number_of_jobs() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let (plan, target) = (plan(&["**"]), target(&fake.uri()));
    let mut seen = Vec::new();
    for (seed, jobs) in [(0, 1), (1, 16), (2, 3)] {
        let options = Options {
            seed,
            jobs,
            ..Options::default()
        };
        seen.push(verdicts(
            &try_run(&plan, &target, &options).await.expect("a run"),
        ));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[rstest]
#[case("2022-12")]
#[case("2025-10")]
#[tokio::test(flavor = "multi_thread")]
async fn a_response_to_each_documented_case(#[case] roma: &str) {
    let fake = FakeServer::builder()
        .revision("roma", roma)
        .start()
        .await
        .expect("a fake");
    let snapshots = RefCell::new(BTreeMap::new());
    let (plan, target, options) = (
        plan_of(roma, &["*/*/documented/*"]),
        target(&fake.uri()),
        Options::default(),
    );
    let run = run_with(&plan, &target, &options, |event| {
        if let Event::CaseEnded {
            record,
            snapshot: Some(snapshot),
            ..
        } = event
        {
            let id = record
                .id
                .replacen('/', &format!("--{}--", record.revision), 1);
            snapshots
                .borrow_mut()
                .insert(id.replace('/', "--"), snapshot.to_owned());
        }
    });
    run.await.expect("a run");

    let snapshots = snapshots.into_inner();
    for case in &plan.cases {
        let id = case
            .case
            .id
            .replacen('/', &format!("--{}--", case.case.revision), 1);
        let there = snapshots.contains_key(&id.replace('/', "--"));
        assert!(
            there || !case.case.counted,
            "{} left no response",
            case.case.id
        );
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, snapshot) in snapshots {
            insta::assert_snapshot!(name, snapshot);
        }
    });
}

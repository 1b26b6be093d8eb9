//! Every generated case against the fake, strictly: what is counted passes, what is observed is seen.

use std::path::PathBuf;

use conformance::run::{Run, RunWriter, Summary, Verdict};
use conformance::{Credentials, Options, Plan, Target};
use contract::Contract;
use fake_server::FakeServer;
use rstest::rstest;

use crate::contracts::plan;

async fn run(plan: &Plan, fake: &FakeServer, options: &Options, file: &str) -> Run {
    let uri = fake.uri();
    let mut target = Target::new(&uri).expect("a base URL");
    target.state_url = Some(Target::parse_url(&format!("{uri}/_states")).expect("a URL"));
    target.credentials = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some("assetproof-token".to_owned()),
        "ASSETPROOF_ACCESS_KEY" => Some("ASSETPROOFAK".to_owned()),
        "ASSETPROOF_SECRET_KEY" => Some("assetproof-secret".to_owned()),
        "ASSETPROOF_ACCESS_TOKEN" => Some("assetproof-access".to_owned()),
        _ => None,
    });
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
    let mut out = RunWriter::create(&file).expect("a file");
    conformance::run(
        plan,
        &target,
        options,
        &mut out,
        |_| {},
        std::future::pending(),
    )
    .await
    .expect("the fake is there")
}

#[rstest]
#[case("metastudio", "2025-12")]
#[case("roma", "2022-12")]
#[case("roma", "2025-10")]
#[case("smh", "2026-01")]
#[tokio::test(flavor = "multi_thread")]
async fn every_case_passes_strictly(#[case] api: &str, #[case] revision: &str) {
    let fake = FakeServer::builder();
    let fake = fake.revision(api, revision).start().await.expect("a fake");
    let plan = plan(Contract::embedded_one(api, revision).expect("a sound contract"));
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let run = run(&plan, &fake, &options, &format!("{api}-{revision}.ndjson")).await;
    assert_eq!(run.cases.len(), plan.cases.len());
    for (case, planned) in run.cases.iter().zip(sorted(&plan)) {
        assert_eq!(case.id, planned);
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
        // A case has put to the test what it says that it covers; of a batch that a server may
        // refuse, whatever it can.
        let unseen: Vec<_> = case
            .covers
            .iter()
            .filter(|id| !case.exercised.contains(id))
            .collect();
        let may_be_refused = case.id.ends_with("/1000-items");
        assert!(
            unseen.is_empty() || !case.counted || may_be_refused,
            "{} never showed {unseen:?}",
            case.id
        );
        let told = serde_json::to_string(case).expect("a record");
        for secret in ["assetproof-toke", "assetproof-acces"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    assert_eq!(Summary::of(&run).exit_code, 0);
}

fn sorted(plan: &Plan) -> Vec<String> {
    let mut ids: Vec<String> = plan.cases.iter().map(|one| one.case.id.clone()).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdicts_do_not_depend_on_seed_and_jobs() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let plan = plan(Contract::embedded_one("roma", "2022-12").expect("a sound contract"));
    for (seed, jobs) in [(1, 1), (2, 16)] {
        let options = Options {
            seed,
            jobs,
            strict: true,
            ..Options::default()
        };
        let run = run(&plan, &fake, &options, &format!("roma-{seed}.ndjson")).await;
        let wrong = run.cases.iter().find(|case| case.verdict != Verdict::Pass);
        assert!(wrong.is_none(), "{wrong:#?}");
    }
}

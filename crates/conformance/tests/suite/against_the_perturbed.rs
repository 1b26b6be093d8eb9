//! Every case against the fake with everything perturbed that the documents leave free: it keeps
//! each MUST and SHOULD all the same, or one of the two is wrong.
//!
//! More seeds than these few: `PERTURBED_SEEDS=100 cargo test -p conformance perturbed`.

use std::collections::BTreeSet;
use std::sync::Arc;

use conformance::run::{Run, Verdict};
use conformance::{Credentials, Options};
use contract::Level;
use fake_server::FakeServer;
use fake_server::engine::{DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY};
use rstest::rstest;

use crate::{COMPILED, plan_of, target, try_run};

/// How many seeds are tried of each revision.
const SEEDS: u64 = 3;

/// Why a case cannot be judged with some seeds, which is right of the fake and of the case.
fn is_right(reason: &str) -> bool {
    // The summary tells no state (MS-E11), so nothing can be said of what becomes of it.
    let untold = reason.contains("did not hold")
        && reason.contains("asset_list")
        && !reason.contains("asset_state");
    // Ids that do not exist are refused (MS-AS-10), so how they are listed does not show.
    let refused = reason.starts_with("MS-AS-") && reason.ends_with("was not put to the test");
    // A job may be quicker than the question whether it still runs.
    let ended = reason.contains("\"the first job runs still\" did not hold");
    // What does not exist may be refused, or passed over in silence.
    let left_open = reason.contains("(RO-E14)\" did not hold");
    untold || refused || ended || left_open
}

async fn run(roma: &str, seed: u64) -> Run {
    let builder = FakeServer::builder().perturb(seed);
    let serves = |api: &str, revision: &str| api != "roma" || revision == roma;
    let builder = COMPILED.iter().fold(builder, |builder, validator| {
        let contract = validator.contract();
        if serves(&contract.api, &contract.revision) {
            builder.validator(Arc::clone(validator))
        } else {
            builder
        }
    });
    let fake = builder.start().await.expect("a fake");
    let options = Options {
        seed,
        retry: false,
        ..Options::default()
    };
    let plan = plan_of(roma, &["**"]);
    let mut target = target(&fake.uri());
    let pair = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_ACCESS_KEY" => Some(DEFAULT_ACCESS_KEY.to_owned()),
        "ASSETPROOF_SECRET_KEY" => Some(DEFAULT_SECRET_KEY.to_owned()),
        _ => None,
    });
    target.credentials.access_key = pair.access_key;
    target.credentials.secret_key = pair.secret_key;
    let run = try_run(&plan, &target, &options).await;
    run.expect("a run")
}

/// What breaks a MUST or a SHOULD, or was not judged.
fn accused(run: &Run) -> BTreeSet<String> {
    let mut accused = BTreeSet::new();
    for case in run.cases.iter().filter(|case| case.counted) {
        let reason = case.reason.as_deref().unwrap_or_default();
        let findings = case.findings.iter().map(|found| &found.finding);
        for finding in findings.filter(|finding| finding.level > Level::May) {
            accused.insert(format!("{}: {finding:?}", case.id));
        }
        if matches!(case.verdict, Verdict::Fail | Verdict::Error)
            || case.verdict == Verdict::Skipped && !is_right(reason)
        {
            accused.insert(format!("{}: {:?} {reason}", case.id, case.verdict));
        }
    }
    accused
}

#[rstest]
#[case("2022-12")]
#[case("2025-10")]
#[tokio::test(flavor = "multi_thread")]
async fn no_free_choice_breaks_a_promise(#[case] roma: &str) {
    let told = std::env::var("PERTURBED_SEEDS").ok();
    let seeds = told.map_or(SEEDS, |told| told.parse().expect("a number of seeds"));
    let mut all = BTreeSet::new();
    for seed in 1..=seeds {
        let run = run(roma, seed).await;
        let accused = accused(&run).into_iter();
        all.extend(accused.map(|accusation| format!("seed {seed}: {accusation}")));
    }
    assert!(all.is_empty(), "{all:#?}");
}

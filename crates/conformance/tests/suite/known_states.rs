//! Targets that cannot be brought into a state, and say which ones they are in; and cases that meet
//! in one tenant.

use std::path::Path;

use conformance::run::{CaseRecord, Run, Summary, Verdict};
use conformance::{Options, Target, TargetFile};
use fake_server::FakeServer;
use rstest::rstest;
use serde_json::json;

use crate::{plan, target, try_run};

const ACTION: &str = "metastudio/batch-action/documented/200";
const VERBATIM: &str = "metastudio/batch-action/documented/200-verbatim";
const SUMMARY: &str = "metastudio/asset-summary/documented/200";

/// A fake with that many active assets in the project `p1`, and their ids.
async fn fake(assets: usize) -> (FakeServer, Vec<String>) {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let params = json!({ "project_id": "p1", "asset_state": "ACTIVED" });
    let ids = (0..assets)
        .map(|_| {
            let returned = fake.set_up("asset exists", params.clone()).expect("set up");
            returned["asset_id"].as_str().expect("an id").to_owned()
        })
        .collect();
    (fake, ids)
}

/// An entry of the target file for each asset.
fn known_assets(ids: &[String], more: &str) -> String {
    let entry = |id: &String| {
        format!(
            "[[targets.acme.known]]\nstate = \"asset exists\"\nparams = {{ asset_state = \
             \"ACTIVED\" }}\nreturns = {{ asset_id = {id:?} }}\n{more}\n"
        )
    };
    ids.iter().map(entry).collect()
}

/// The target `acme` at that address, with the fake's credentials, without a state URL.
fn acme(uri: &str, rest: &str) -> Target {
    let text = format!("[targets.acme]\nbase_url = {uri:?}\n{rest}\n");
    let file = TargetFile::parse(&text, Path::new("assetproof.toml")).expect("a sound file");
    let described = &file.entry("acme").expect("it is there").target;
    Target {
        credentials: target(uri).credentials,
        ..described.clone()
    }
}

const TENANT: &str = "tenant = { project_id = \"p1\" }";

fn case<'r>(run: &'r Run, id: &str) -> &'r CaseRecord {
    let found = run.cases.iter().find(|case| case.id == id);
    found.unwrap_or_else(|| panic!("{id} is in the run"))
}

async fn run(globs: &[&str], target: &Target, options: &Options) -> Run {
    try_run(&plan(globs), target, options).await.expect("a run")
}

#[rstest]
#[case(&[ACTION, VERBATIM, SUMMARY], 1, false)]
#[case(&[ACTION, VERBATIM, SUMMARY], 16, true)]
#[case(&[ACTION], 1, false)]
#[case(&[SUMMARY], 1, false)]
#[case(&[VERBATIM, SUMMARY], 4, true)]
#[tokio::test(flavor = "multi_thread")]
async fn each_known_state_serves_the_same_case_whatever_is_selected_and_in_which_order(
    #[case] globs: &[&str],
    #[case] jobs: usize,
    #[case] shuffle: bool,
) {
    // Three assets: the first case of the plan takes two, and none that needs two is served after.
    // One that only observes comes last in any case.
    let (fake, ids) = fake(3).await;
    let target = acme(
        &fake.uri(),
        &format!("{TENANT}\n{}", known_assets(&ids, "")),
    );
    let options = Options {
        strict: true,
        jobs,
        shuffle,
        ..Options::default()
    };
    let run = run(globs, &target, &options).await;
    assert_eq!(run.cases.len(), globs.len());
    for case in &run.cases {
        if case.id == ACTION {
            assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
            let sent = &case.steps[0].request.body.text;
            assert!(sent.contains(&ids[0]) && sent.contains(&ids[1]), "{sent}");
        } else {
            assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
            assert_eq!(
                case.reason.as_deref(),
                Some(
                    "no known \"asset exists\" with {\"asset_state\":\"ACTIVED\"} is left: list \
                     more in assetproof.toml"
                )
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_tells_what_could_not_be_judged_for_want_of_a_state() {
    let (fake, ids) = fake(2).await;
    let target = acme(
        &fake.uri(),
        &format!("{TENANT}\n{}", known_assets(&ids, "")),
    );
    let run = run(&[ACTION, SUMMARY], &target, &Options::default()).await;
    let summary = Summary::of(&run);
    let skip = summary.skips.first().expect("a case was skipped");
    assert_eq!(skip.cases, [SUMMARY]);
    assert!(skip.not_judged.contains(&"MS-AS-12".to_owned()), "{skip:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_reused_serves_every_case() {
    let (fake, ids) = fake(2).await;
    let known = known_assets(&ids, "reuse = true");
    let target = acme(&fake.uri(), &format!("{TENANT}\n{known}"));
    let run = run(&[ACTION, SUMMARY], &target, &Options::default()).await;
    for id in [ACTION, SUMMARY] {
        let case = case(&run, id);
        assert_ne!(case.verdict, Verdict::Skipped, "{case:#?}");
        let sent = &case.steps[0].request.body.text;
        assert!(
            sent.contains(&ids[0]) && sent.contains(&ids[1]),
            "two things: {sent}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_counts_is_served_before_one_that_only_observes() {
    let (fake, ids) = fake(4).await;
    let target = acme(
        &fake.uri(),
        &format!("{TENANT}\n{}", known_assets(&ids, "")),
    );
    let run = run(&[ACTION, VERBATIM, SUMMARY], &target, &Options::default()).await;
    for (id, verdict) in [
        (ACTION, Verdict::Pass),
        (SUMMARY, Verdict::Pass),
        (VERBATIM, Verdict::Skipped),
    ] {
        assert_eq!(case(&run, id).verdict, verdict, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_used_its_known_state_up_is_not_run_again() {
    // The assets are not there: the case fails, and a second time would say nothing new.
    let (fake, _) = fake(0).await;
    let ids = ["gone-1".to_owned(), "gone-2".to_owned()];
    let options = Options {
        strict: true,
        ..Options::default()
    };
    for (more, retried) in [("", None), ("reuse = true", Some(Verdict::Fail))] {
        let known = known_assets(&ids, more);
        let target = acme(&fake.uri(), &format!("{TENANT}\n{known}"));
        let run = run(&[ACTION], &target, &options).await;
        let case = case(&run, ACTION);
        assert_eq!((case.verdict, case.retried), (Verdict::Fail, retried));
        assert_eq!(Summary::of(&run).exit_code, 1);
    }
}

#[tokio::test]
async fn a_state_of_which_none_is_known_is_skipped_with_both_ways_out() {
    // Its assets are known.
    let (fake, ids) = fake(4).await;
    let target = acme(
        &fake.uri(),
        &format!("{TENANT}\n{}", known_assets(&ids, "reuse = true")),
    );
    let id = "metastudio/batch-action/documented/500";
    let run = run(&[id], &target, &Options::default()).await;
    assert_eq!(
        case(&run, id).reason.as_deref(),
        Some(
            "it begins with the state \"next request fails\" with {\"status\":500}, of which \
             assetproof.toml lists no known one, and the target has no URL to set that up \
             (--state-url)"
        )
    );
}

#[tokio::test]
async fn a_known_state_is_of_no_use_without_its_tenant() {
    let (fake, ids) = fake(2).await;
    let target = acme(&fake.uri(), &known_assets(&ids, ""));
    let run = run(&[ACTION], &target, &Options::default()).await;
    assert_eq!(
        case(&run, ACTION).reason.as_deref(),
        Some(
            "the known states belong to a tenant, and project_id is not given: add it to \
             [targets.acme.tenant] or give --tenant project_id=…"
        )
    );
}

#[test]
fn a_known_state_that_no_case_asks_for_is_an_error() {
    let rest = "tenant = { project_id = \"p1\" }\n\n[[targets.acme.known]]\nstate = \"asset \
                exists\"\nparams = { asset_state = \"ACTIVE\" }";
    let target = acme("http://127.0.0.1:1", rest);
    let error = target.check(&plan(&[ACTION])).expect_err("no case");
    assert_eq!(
        error.to_string(),
        "assetproof.toml:5: no case asks for the state \"asset exists\" with just these params: \
         take the entry out, or mend it (what a case asks for and is not listed is told where it \
         is skipped)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_that_meet_in_one_tenant_do_not_disturb_each_other() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let mut target = target(&fake.uri());
    for name in ["project_id", "instance_id", "library_id", "space_id"] {
        target.tenant.insert(name.to_owned(), format!("the-{name}"));
    }
    let options = Options {
        strict: true,
        jobs: 16,
        ..Options::default()
    };
    let run = run(&["**/documented/*"], &target, &options).await;
    for case in &run.cases {
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    }
}

#[test]
fn a_tenant_is_shared_when_each_of_its_parameters_is_given() {
    let mut target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let plan = plan(&["**/documented/*"]);
    let shared = |target: &Target| -> Vec<String> {
        let contracts = plan.contracts.iter().map(|validator| validator.contract());
        let shared = contracts.filter(|contract| target.shares_tenant(contract));
        shared.map(|contract| contract.api.clone()).collect()
    };
    assert_eq!(shared(&target), Vec::<String>::new());
    target
        .tenant
        .insert("project_id".to_owned(), "p".to_owned());
    assert_eq!(shared(&target), ["metastudio"], "roma has an instance, too");
    target.tenant.insert("LibraryId".to_owned(), "l".to_owned());
    target.tenant.insert("space_id".to_owned(), "s".to_owned());
    assert_eq!(shared(&target), ["metastudio", "smh"]);
}

//! Servers that speak HTTP well and are wrong in one thing. They share no code with the fake; a
//! right one stands first, so that each finding is due to its one defect.

use std::time::Duration;

use axum::response::Response;
use conformance::Options;
use conformance::run::{CaseRecord, Run, Summary, Verdict};
use contract::Level;
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Check, Finding};

use crate::servers::{Seen, http, json_answer, text_answer};
use crate::{plan, target, try_run};

const ACTION: &str = "metastudio/batch-action/documented/200";
const UNAUTHENTICATED: &str = "metastudio/batch-action/documented/400";
const DELETE: &str = "smh/batch-delete/documented/done-at-once";

async fn run_one(
    case: &str,
    strict: bool,
    answer: impl Fn(Seen) -> Response + Send + Sync + 'static,
) -> (CaseRecord, u8) {
    let uri = http(answer).await;
    let options = Options {
        strict,
        ..Options::default()
    };
    let run: Run = try_run(&plan(&[case]), &target(&uri), &options)
        .await
        .expect("a run");
    let exit_code = Summary::of(&run).exit_code;
    (run.cases.into_iter().next().expect("one case"), exit_code)
}

/// Two assets succeed, two fail: what the documentation shows, for the ids that were asked for.
fn results(seen: &Seen) -> Value {
    let ids = seen.body["asset_ids"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let (succeeded, failed) = ids.split_at(ids.len() / 2);
    json!({ "results": [
        { "ret_status": "SUCCESS", "asset_ids": succeeded },
        {
            "ret_status": "FAILED",
            "asset_ids": failed,
            "error_info": { "error_code": "MSS.00000099", "error_msg": "not found" },
        },
    ] })
}

/// What the documentation shows for the three items, with numbers as statuses.
fn deleted() -> Value {
    json!({ "result": [
        { "status": 200, "path": ["foo", "bar"], "recycledItemId": 1 },
        { "status": 200, "path": ["foo", "1.jpg"], "recycledItemId": 2 },
        { "status": 204, "path": ["foo", "2.jpg"] },
    ] })
}

/// The finding that cites this requirement.
fn citing<'c>(case: &'c CaseRecord, requirement: &str) -> &'c Finding {
    let found = case
        .findings
        .iter()
        .find(|found| found.finding.requirement.as_deref() == Some(requirement));
    &found
        .unwrap_or_else(|| panic!("no finding cites {requirement}: {case:#?}"))
        .finding
}

#[rstest]
#[case(ACTION)]
#[case(DELETE)]
#[tokio::test]
async fn the_right_server_passes_strictly(#[case] case: &str) {
    let (case, exit_code) = run_one(case, true, |seen| {
        let is_action = seen.target.starts_with("/v1");
        let body = if is_action { results(&seen) } else { deleted() };
        json_answer(200, &body)
    })
    .await;
    assert_eq!((case.verdict, exit_code), (Verdict::Pass, 0), "{case:#?}");
}

#[tokio::test]
async fn sucess_breaks_the_table() {
    let (case, exit_code) = run_one(ACTION, false, |seen| {
        let mut body = results(&seen);
        body["results"][0]["ret_status"] = json!("SUCESS");
        json_answer(200, &body)
    })
    .await;
    assert_eq!((case.verdict, exit_code), (Verdict::Fail, 1));
    let finding = citing(&case, "MS-BA-10");
    assert_eq!(finding.level, Level::Must);
    assert_eq!(finding.erratum.as_deref(), Some("MS-E02"));
}

#[rstest]
#[case(false, Verdict::Warning, 0)]
#[case(true, Verdict::Fail, 1)]
#[tokio::test]
async fn a_dropped_id_is_a_warning_and_fails_strictly(
    #[case] strict: bool,
    #[case] verdict: Verdict,
    #[case] exit: u8,
) {
    let (case, exit_code) = run_one(ACTION, strict, |seen| {
        let mut body = results(&seen);
        body["results"][1]["asset_ids"]
            .as_array_mut()
            .expect("a list")
            .pop();
        json_answer(200, &body)
    })
    .await;
    assert_eq!((case.verdict, exit_code), (verdict, exit), "{case:#?}");
    assert_eq!(citing(&case, "MS-BA-14").check, Check::CoversOnce);
}

#[tokio::test]
async fn statuses_as_strings_are_an_erratum_observed() {
    let (case, exit_code) = run_one(DELETE, true, |_| {
        let mut body = deleted();
        for item in body["result"].as_array_mut().expect("a list") {
            item["status"] = json!(item["status"].to_string());
        }
        json_answer(200, &body)
    })
    .await;
    assert_eq!((case.verdict, exit_code), (Verdict::Pass, 0), "{case:#?}");
    let observed = case.findings.iter().map(|found| &found.finding);
    let cited: Vec<_> = observed
        .filter(|finding| finding.level == Level::May)
        .collect();
    assert!(
        cited
            .iter()
            .any(|finding| finding.erratum.as_deref() == Some("SM-E01")),
        "{case:#?}"
    );
}

#[rstest]
#[case(ACTION, "MS-BA-09")]
#[case(DELETE, "SM-BD-05")]
#[tokio::test]
async fn an_empty_200_is_no_answer(#[case] case: &str, #[case] requirement: &str) {
    let (case, exit_code) =
        run_one(case, false, |_| text_answer(200, "application/json", "")).await;
    assert_eq!((case.verdict, exit_code), (Verdict::Fail, 1), "{case:#?}");
    assert_eq!(citing(&case, "HT-01").level, Level::Must);
    // What the body would have to be was not put to the test, and must not show as kept.
    assert!(
        !case.exercised.iter().any(|id| id == requirement),
        "{:?}",
        case.exercised
    );
}

#[rstest]
#[case(404)]
#[case(405)]
#[case(501)]
#[tokio::test]
async fn an_operation_that_is_not_there(#[case] status: u16) {
    let (case, exit_code) = run_one(ACTION, false, move |_| {
        text_answer(status, "text/html", "<h1>nothing</h1>")
    })
    .await;
    assert_eq!((case.verdict, exit_code), (Verdict::Fail, 1));
    let finding = citing(&case, "MS-BA-01");
    assert_eq!(
        (finding.level, finding.check),
        (Level::Must, Check::PositiveDataAcceptance)
    );
}

#[tokio::test]
async fn a_404_with_the_documented_error_body_comes_from_the_operation() {
    let (case, _) = run_one(ACTION, false, |_| {
        json_answer(
            404,
            &json!({ "error_code": "MSS.00000009", "error_msg": "no project" }),
        )
    })
    .await;
    let not_there = case
        .findings
        .iter()
        .any(|found| found.finding.requirement.as_deref() == Some("MS-BA-01"));
    assert!(!not_there, "{case:#?}");
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
}

#[tokio::test]
async fn http_s_own_word_for_unauthenticated_cites_the_erratum() {
    let (case, _) = run_one(UNAUTHENTICATED, false, |_| {
        json_answer(
            401,
            &json!({ "error_code": "MSS.00000001", "error_msg": "no" }),
        )
    })
    .await;
    assert_eq!(case.verdict, Verdict::Fail);
    assert_eq!(citing(&case, "MS-BA-15").erratum.as_deref(), Some("MS-E06"));
}

#[tokio::test]
async fn letting_anybody_in_is_a_must_failure() {
    let (case, _) = run_one(UNAUTHENTICATED, false, |seen| {
        assert_eq!(seen.token, None);
        json_answer(200, &results(&seen))
    })
    .await;
    assert_eq!(case.verdict, Verdict::Fail);
    let finding = citing(&case, "MS-BA-15");
    assert_eq!(finding.level, Level::Must);
    assert!(finding.expected.contains("refused"), "{}", finding.expected);
}

#[tokio::test]
async fn a_task_that_never_ends_is_given_up_within_the_limit() {
    let uri = http(|seen| {
        if seen.target.starts_with("/api/v1/task") {
            json_answer(200, &json!([{ "taskId": 7, "status": 202, "result": [] }]))
        } else {
            json_answer(202, &json!({ "taskId": 7 }))
        }
    })
    .await;
    let mut target = target(&uri);
    target.timeout = Duration::from_millis(500);
    let options = Options {
        case_limit: Duration::from_millis(1100),
        ..Options::default()
    };
    let plan = plan(&["smh/task/documented/all-done"]);
    let run = try_run(&plan, &target, &options).await.expect("a run");
    let case = &run.cases[0];
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
    let given_up = case
        .findings
        .iter()
        .map(|found| &found.finding)
        .any(|finding| {
            finding.requirement.as_deref() == Some("SM-BD-10")
                && finding.expected.starts_with("in time")
        });
    assert!(given_up, "{case:#?}");
    // The link fills the path: the query asks for the task that the deletion started.
    assert!(
        case.steps
            .last()
            .is_some_and(|step| step.request.url.contains("/7?access_token="))
    );
}

#[tokio::test]
async fn a_step_before_that_takes_another_way_leaves_nothing_to_judge() {
    let (case, exit_code) = run_one("smh/task/documented/all-done", false, |_| {
        json_answer(200, &deleted())
    })
    .await;
    assert_ne!(case.verdict, Verdict::Pass, "{case:#?}");
    assert!(
        !case.exercised.iter().any(|id| id == "SM-BD-10"),
        "{case:#?}"
    );
    assert_eq!(exit_code, 2);
}

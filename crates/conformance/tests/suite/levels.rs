//! A verdict is never stronger than the documents: statuses that they leave free, operations that
//! they do not describe in full, and a failure that no request can bring about.

use axum::response::Response;
use conformance::Options;
use conformance::run::{CaseRecord, Run, Summary, Verdict};
use contract::Level;
use rstest::rstest;
use serde_json::json;

use crate::servers::{Seen, http, json_answer, text_answer};
use crate::{plan, target, try_run};

async fn run_one(
    case: &str,
    answer: impl Fn(Seen) -> Response + Send + Sync + 'static,
) -> (CaseRecord, u8) {
    let uri = http(answer).await;
    let run: Run = try_run(&plan(&[case]), &target(&uri), &Options::default())
        .await
        .expect("a run");
    let exit_code = Summary::of(&run).exit_code;
    (run.cases.into_iter().next().expect("one case"), exit_code)
}

/// The requirement and level of the findings that are more than observations.
fn cited(case: &CaseRecord) -> Vec<(Option<&str>, Level)> {
    case.findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| finding.level > Level::May)
        .map(|finding| (finding.requirement.as_deref(), finding.level))
        .collect()
}

#[tokio::test]
async fn another_2xx_than_the_documented_one_is_a_should_about_statuses() {
    let (case, exit_code) = run_one("roma/assets-delete/documented/200", |_| {
        json_answer(202, &json!({ "job_id": "j1" }))
    })
    .await;
    assert_eq!(
        cited(&case),
        [(Some("RO-AD-10"), Level::Should)],
        "{case:#?}"
    );
    assert_eq!((case.verdict, exit_code), (Verdict::Warning, 0));
}

#[rstest]
#[case::json("application/json", r#"{"code": "LibraryNotFound"}"#, ("SM-BD-11", Level::Should))]
#[case::markup("text/html", "<html>nothing here</html>", ("SM-BD-01", Level::Must))]
#[tokio::test]
async fn a_404_says_that_nothing_is_served_only_when_it_is_not_the_operations_own(
    #[case] content_type: &'static str,
    #[case] body: &'static str,
    #[case] expected: (&str, Level),
) {
    let (case, _) = run_one("smh/batch-delete/documented/done-at-once", move |_| {
        text_answer(404, content_type, body)
    })
    .await;
    assert_eq!(cited(&case), [(Some(expected.0), expected.1)], "{case:#?}");
}

#[tokio::test]
async fn a_companion_that_is_not_served_is_never_a_must() {
    let (case, exit_code) = run_one("smh/task/documented/all-done", |seen| {
        if seen.target.contains("/task/") {
            text_answer(404, "text/plain", "no such page")
        } else {
            json_answer(202, &json!({ "taskId": 7 }))
        }
    })
    .await;
    assert_eq!(case.verdict, Verdict::Warning, "{case:#?}");
    assert!(
        cited(&case)
            .iter()
            .all(|(_, level)| *level == Level::Should)
    );
    assert_ne!(exit_code, 1);
}

#[tokio::test]
async fn a_failure_that_was_set_up_and_does_not_come_is_no_fault_of_the_target() {
    let (case, exit_code) = run_one("metastudio/batch-action/documented/500", |_| {
        json_answer(200, &json!({ "results": [] }))
    })
    .await;
    assert_eq!((case.verdict, exit_code), (Verdict::Error, 2), "{case:#?}");
    let reason = case.reason.expect("a reason");
    assert!(
        reason.contains("set up") && reason.contains("200"),
        "{reason}"
    );
}

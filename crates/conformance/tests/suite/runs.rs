//! The run as a whole: states that cannot be set up, credentials that are not there, interruption,
//! secrets, and the file that it leaves.

use std::path::Path;
use std::sync::Arc;

use conformance::run::{Run, RunWriter, Summary, Verdict};
use conformance::{Credentials, Options, Target};
use serde_json::json;
use tokio::sync::Notify;

use crate::servers::{http, json_answer, raw, text_answer};
use crate::{plan, result_file, run_case, target, try_run};

const ACTION: &str = "metastudio/batch-action/documented/200";

fn refused() -> axum::response::Response {
    json_answer(
        400,
        &json!({ "error_code": "MSS.00000001", "error_msg": "no" }),
    )
}

#[tokio::test]
async fn without_a_state_url_a_case_is_skipped_and_names_the_state() {
    let mut target = target(&http(|_| refused()).await);
    target.state_url = None;
    let case = run_case(ACTION, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Skipped);
    let reason = case.reason.expect("a reason");
    assert!(
        reason.contains("asset exists") && reason.contains("--state-url"),
        "{reason}"
    );
}

#[tokio::test]
async fn without_credentials_a_case_is_skipped_and_names_the_variable() {
    let mut target = target(&http(|_| refused()).await);
    target.credentials = Credentials::default();
    let case = run_case(ACTION, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Skipped);
    assert!(case.reason.expect("a reason").contains("ASSETPROOF_TOKEN"));
}

#[tokio::test]
async fn a_state_that_cannot_be_set_up_is_an_error_not_a_failure() {
    let mut target = target(&http(|_| refused()).await);
    let states = http(|_| text_answer(501, "text/plain", "no such state")).await;
    target.state_url = Some(Target::parse_url(&format!("{states}/elsewhere")).expect("a URL"));
    let plan = plan(&[ACTION]);
    let run = try_run(&plan, &target, &Options::default())
        .await
        .expect("a run");
    let case = &run.cases[0];
    assert_eq!(case.verdict, Verdict::Error);
    let reason = case.reason.as_deref().expect("a reason");
    assert!(
        reason.contains("asset exists") && reason.contains("501: no such state"),
        "{reason}"
    );
    let told = reason.matches("no such state").count();
    assert_eq!(told, 1, "not once more of its teardown: {reason}");
    assert_eq!(Summary::of(&run).exit_code, 2);
}

#[tokio::test]
async fn a_failed_teardown_is_an_error_too() {
    let case = "metastudio/batch-action/documented/500";
    let uri = http(|seen| {
        assert!(!seen.target.contains("_states"));
        json_answer(
            500,
            &json!({ "error_code": "MSS.00000004", "error_msg": "failed" }),
        )
    })
    .await;
    let mut target = target(&uri);
    let states = http(|seen| match seen.body["action"].as_str() {
        Some("setup") => text_answer(204, "text/plain", ""),
        _ => text_answer(500, "text/plain", "still in use"),
    })
    .await;
    target.state_url = Some(Target::parse_url(&format!("{states}/states")).expect("a URL"));
    let case = run_case(case, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Error, "{case:#?}");
    assert!(
        case.reason
            .is_some_and(|reason| reason.contains("still in use"))
    );
}

#[tokio::test]
async fn a_teardown_that_fails_is_told_beside_another_states_failed_set_up() {
    let states = http(|seen| {
        let (action, state) = (seen.body["action"].as_str(), seen.body["state"].as_str());
        match (action, state) {
            (Some("setup"), Some("file exists")) => text_answer(501, "text/plain", "no files"),
            (Some("teardown"), Some("recycle bin")) => text_answer(500, "text/plain", "stuck"),
            _ => text_answer(204, "text/plain", ""),
        }
    })
    .await;
    let mut target = target(&http(|_| refused()).await);
    target.state_url = Some(Target::parse_url(&format!("{states}/states")).expect("a URL"));
    let id = "smh/batch-delete/documented/done-at-once";
    let case = run_case(id, &target, &Options::default()).await;
    assert_eq!(case.verdict, Verdict::Error);
    let reason = case.reason.expect("a reason");
    assert!(
        reason.contains("no files") && reason.contains("stuck"),
        "{reason}"
    );
}

#[tokio::test]
async fn an_interrupted_run_leaves_a_file_that_says_so() {
    let reached = Arc::new(Notify::new());
    let announce = Arc::clone(&reached);
    let uri = raw(move |stream| {
        announce.notify_one();
        async move {
            let _held = stream;
            std::future::pending::<()>().await;
        }
    })
    .await;
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let plan = plan(&["metastudio/**/400"]);
    let mut target = target(&uri);
    target.state_url = None;
    let options = Options {
        jobs: 1,
        ..Options::default()
    };
    let cancel = reached.notified();
    let run = conformance::run(&plan, &target, &options, &mut out, |_| {}, cancel);
    let run = tokio::time::timeout(crate::HUNG, run)
        .await
        .expect("it ends")
        .expect("a run");
    assert!(run.footer.as_ref().is_some_and(|footer| footer.interrupted));
    assert_eq!(Summary::of(&run).exit_code, 130);
    let read = Run::read(&path).expect("a whole file");
    assert_eq!(read.footer, run.footer);
}

#[tokio::test]
async fn no_secret_reaches_the_file() {
    // A server that says back whatever it was told, credentials first.
    let uri = http(|seen| {
        let said = format!("{} {:?} {}", seen.target, seen.token, seen.body);
        let mut answer = json_answer(418, &json!({ "error_code": said, "error_msg": said }));
        for name in ["x-auth-token", "x-echo"] {
            let token = seen.token.clone().unwrap_or_default();
            answer
                .headers_mut()
                .insert(name, token.parse().expect("a header value"));
        }
        answer
    })
    .await;
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let (plan, target, options) = (plan(&["**"]), target(&uri), Options::default());
    let never = std::future::pending();
    conformance::run(&plan, &target, &options, &mut out, |_| {}, never)
        .await
        .expect("a run");
    let text = std::fs::read_to_string(Path::new(&path)).expect("the file");
    assert!(text.contains("$ASSETPROOF_TOKEN") && text.contains("$ASSETPROOF_ACCESS_TOKEN"));
    assert!(
        !text.contains("assetproof-token"),
        "the token is in the file"
    );
    assert!(
        !text.contains("assetproof-access"),
        "the access token is in the file"
    );
}

#[tokio::test]
async fn where_nobody_listens_no_case_is_started() {
    // The port was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let started = std::cell::Cell::new(0);
    let (plan, target, options) = (
        plan(&["metastudio/batch-action/documented/400"]),
        target(&format!("http://{address}")),
        Options::default(),
    );
    let run = crate::run_with(&plan, &target, &options, |_| {
        started.set(started.get() + 1);
    });
    let error = run.await.expect_err("nobody is there");
    assert!(
        matches!(error, conformance::RunError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(started.get(), 0);
}

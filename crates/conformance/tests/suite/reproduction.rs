//! The script that comes with a failure: run by a shell, it sends the same again, with what the
//! target makes anew this time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use conformance::Options;
use conformance::run::{CaseRecord, Verdict};
use rstest::rstest;
use serde_json::{Value, json};

use crate::servers::{json_answer, text_answer};
use crate::shell::{self, Curl};
use crate::{plan, target, try_run};

const ENVIRONMENT: [(&str, &str); 2] = [
    ("ASSETPROOF_TOKEN", "assetproof-token"),
    ("ASSETPROOF_ACCESS_TOKEN", "assetproof-access"),
];

/// A request as a server saw it: method and target, the token, the body.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    line: String,
    token: Option<String>,
    body: Value,
}

/// Everything that a server saw.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    fn push(&self, seen: Seen) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
    }

    /// Takes what was seen so far.
    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves `answer`; it is told how many requests came before this one, so that what it makes is
/// never the same. Returns the base URL.
async fn serve(
    log: &Log,
    answer: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static,
) -> String {
    let (log, answer) = (log.clone(), Arc::new(answer));
    let count = Arc::new(AtomicUsize::new(100));
    let router = Router::new().fallback(move |request: Request| {
        let (log, answer, count) = (log.clone(), Arc::clone(&answer), Arc::clone(&count));
        async move {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX)
                .await
                .unwrap_or_default();
            let header = |name: &str| {
                let value = parts.headers.get(name)?;
                Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
            };
            let seen = Seen {
                line: format!("{} {}", parts.method, parts.uri),
                token: header("x-auth-token"),
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
            };
            log.push(seen.clone());
            answer(&seen, count.fetch_add(1, Ordering::Relaxed))
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Runs the case, then its script. What was seen of the case, of the script, and what it printed.
async fn twice(
    id: &str,
    curl: Curl,
    answer: impl Fn(&Seen, usize) -> Response + Send + Sync + 'static,
) -> (CaseRecord, [Vec<Seen>; 2], String) {
    let log = Log::default();
    let uri = serve(&log, answer).await;
    let (plan, target) = (plan(&[id]), target(&uri));
    let options = Options {
        retry: false,
        ..Options::default()
    };
    let run = try_run(&plan, &target, &options).await;
    let case = run.expect("a run").cases.remove(0);
    assert!(case.verdict >= Verdict::Warning, "{case:#?}");
    let first = log.take();
    let script = case.reproduction.clone().expect("it comes with a script");
    for (_, secret) in ENVIRONMENT {
        assert!(!script.contains(secret), "{script}");
    }
    let shown = script.clone();
    let run = tokio::task::spawn_blocking(move || shell::run(&script, &ENVIRONMENT, curl));
    let output = run.await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{shown}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (case, [first, log.take()], printed)
}

/// What was done, without the values: lines of requests, and names of states with what was done.
fn outline(seen: &[Seen]) -> Vec<String> {
    let of = |seen: &Seen| match seen.body["state"].as_str() {
        Some(state) => format!("{} {state}", seen.body["action"]),
        None => seen.line.clone(),
    };
    seen.iter().map(of).collect()
}

#[rstest]
#[case::real(Curl::Real)]
#[case::stand_in(Curl::StandIn)]
#[tokio::test(flavor = "multi_thread")]
async fn the_states_are_set_up_anew_and_torn_down(#[case] curl: Curl) {
    if !curl.is_there() {
        eprintln!("there is no curl on this machine: only its stand-in is tested");
        return;
    }
    let id = "metastudio/batch-action/documented/200";
    let (_, [first, second], printed) = twice(id, curl, |seen, number| {
        if seen.body["state"].is_string() {
            // White space where a formatter may put it.
            let body =
                format!("{{\n  \"x\" : [1,\n 2],\n  \"asset_id\" :\n \"asset-{number}\"\n}}");
            return text_answer(200, "application/json", body);
        }
        json_answer(
            200,
            &json!({
                "results": [{ "ret_status": "SUCESS", "asset_ids": seen.body["asset_ids"] }],
            }),
        )
    })
    .await;
    assert!(
        printed.contains("HTTP/1.1 200") && printed.contains("SUCESS"),
        "{printed}"
    );
    assert_eq!(outline(&first), outline(&second));
    let sent = |seen: &[Seen]| {
        let action = seen.iter().find(|seen| seen.token.is_some());
        action.expect("the action is sent").clone()
    };
    let (first, second) = (sent(&first), sent(&second));
    assert_eq!(first.line, second.line);
    assert_eq!(second.token.as_deref(), Some("assetproof-token"));
    assert_eq!(first.body["action"], second.body["action"]);
    let ids = |seen: &Seen| seen.body["asset_ids"].as_array().expect("a list").clone();
    let made = |id: &&Value| id.as_str().is_some_and(|id| id.starts_with("asset-"));
    let (first, second) = (ids(&first), ids(&second));
    assert_eq!(first.len(), second.len());
    assert_eq!(first.iter().filter(made).count(), 2, "two are set up");
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(made(&first), made(&second), "{first} became {second}");
        assert_eq!(first != second, made(&first), "what was made is made anew");
    }
}

#[rstest]
#[case::real(Curl::Real)]
#[case::stand_in(Curl::StandIn)]
#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_a_response_is_taken_from_the_response_of_this_time(#[case] curl: Curl) {
    if !curl.is_there() {
        eprintln!("there is no curl on this machine: only its stand-in is tested");
        return;
    }
    let (case, [first, second], printed) =
        twice("smh/task/documented/all-done", curl, |seen, number| {
            if seen.body["state"].is_string() {
                json_answer(200, &json!({}))
            } else if seen.line.contains("/task/") {
                json_answer(
                    200,
                    &json!([{ "taskId": number, "status": 299, "result": [] }]),
                )
            } else {
                json_answer(202, &json!({ "other": { "taskId": 1 }, "taskId": number }))
            }
        })
        .await;
    assert!(case.steps.len() > 1);
    assert!(printed.contains("299"), "{printed}");
    let task = |seen: &[Seen]| {
        let query = seen.iter().find(|seen| seen.line.contains("/task/"));
        let line = query.expect("the task is queried").line.clone();
        let id = line.rsplit('/').next().expect("a segment");
        let (id, query) = id.split_once('?').expect("a query");
        assert_eq!(query, "access_token=assetproof-access");
        id.to_owned()
    };
    assert_ne!(task(&first), task(&second));
    assert_eq!(outline(&first).len(), outline(&second).len());
}

#[rstest]
#[case::real(Curl::Real)]
#[case::stand_in(Curl::StandIn)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_up_is_torn_down_though_a_value_is_missing_this_time(#[case] curl: Curl) {
    if !curl.is_there() {
        eprintln!("there is no curl on this machine: only its stand-in is tested");
        return;
    }
    let log = Log::default();
    let uri = serve(&log, |seen, number| {
        if seen.body["state"].is_string() {
            json_answer(200, &json!({}))
        } else if seen.line.contains("/task/") {
            json_answer(
                200,
                &json!([{ "taskId": number, "status": 299, "result": [] }]),
            )
        } else {
            json_answer(202, &json!({ "taskId": number }))
        }
    });
    let uri = uri.await;
    let (plan, mut target) = (plan(&["smh/task/documented/all-done"]), target(&uri));
    let options = Options {
        retry: false,
        ..Options::default()
    };
    let run = try_run(&plan, &target, &options).await;
    let case = run.expect("a run").cases.remove(0);
    let script = case.reproduction.expect("it comes with a script");
    let first = log.take();
    // A server that has been mended, or broken in another way.
    let log = Log::default();
    let uri = serve(&log, |_, _| json_answer(200, &json!({ "result": [] }))).await;
    target.base_url = conformance::Target::parse_url(&uri).expect("a URL");
    let environment = vec![
        ENVIRONMENT[0],
        ENVIRONMENT[1],
        ("TARGET", String::leak(uri.clone())),
        ("STATE_URL", String::leak(format!("{uri}/_states"))),
    ];
    let run = tokio::task::spawn_blocking(move || shell::run(&script, &environment, curl));
    let output = run.await.expect("it runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("there is no member taskId in the answer"),
        "{said}"
    );
    let torn_down = |seen: &[Seen]| {
        let seen = outline(seen);
        seen.iter()
            .filter(|line| line.starts_with("\"teardown\""))
            .count()
    };
    let second = log.take();
    assert!(torn_down(&first) > 0);
    assert_eq!(
        torn_down(&first),
        torn_down(&second),
        "{:?}",
        outline(&second)
    );
}

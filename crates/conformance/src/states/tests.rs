//! The callback, against a server that answers what a test wants.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use contract::Contract;
use rstest::rstest;
use serde_json::json;
use tokio::time::Duration;

use super::*;
use crate::Target;

/// What was posted.
type Posted = Arc<Mutex<Vec<Value>>>;

/// A target whose states are set up by a server that answers each time like this.
async fn target(status: u16, answer: &'static str) -> (Target, Posted) {
    let requests = Posted::default();
    let seen = Arc::clone(&requests);
    let status = StatusCode::from_u16(status).expect("a status");
    let app = Router::new().route(
        "/_states",
        post(move |body: String| async move {
            let body = serde_json::from_str(&body).expect("it is JSON");
            seen.lock().expect("nobody panicked").push(body);
            (status, answer)
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut target = Target::new(&format!("http://{address}")).expect("a base URL");
    let url = Target::parse_url(&format!("http://{address}/_states"));
    target.state_url = Some(url.expect("a URL"));
    (target, requests)
}

fn state(name: &str) -> ProviderState {
    let params = json!({ "asset_state": "ACTIVED" });
    ProviderState {
        state: name.to_owned(),
        params: params.as_object().expect("an object").clone(),
        alias: Some(name.to_owned()),
    }
}

fn contract() -> Contract {
    Contract::embedded_one("metastudio", "2025-12").expect("a sound contract")
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

async fn set_up(setup: &mut StateSetup<'_>, name: &str) -> Result<(), SetUpProblem> {
    let contract = contract();
    let operation = &contract.operations[0];
    setup
        .set_up(&state(name), operation, &Tenant::default(), soon())
        .await
}

#[tokio::test]
async fn states_are_posted_in_order_and_torn_down_the_other_way_round() {
    let (target, posted) = target(200, r#"{"asset_id":"a1"}"#).await;
    let client = Client::new(&target).expect("a client");
    let mut setup = StateSetup::new(&client, target.state_url.as_ref(), []);
    assert!(setup.has_way());
    for name in ["one", "two"] {
        assert_eq!(set_up(&mut setup, name).await, Ok(()));
    }
    let names: Vec<&str> = setup.posted().iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(setup.returned["two"]["asset_id"], json!("a1"));
    assert_eq!(setup.tear_down(soon()).await, Ok(()));
    assert!(setup.posted().is_empty());
    let posted = posted.lock().expect("nobody panicked");
    let told: Vec<(&Value, &Value)> = posted
        .iter()
        .map(|it| (&it["action"], &it["state"]))
        .collect();
    let expected = [
        ("setup", "one"),
        ("setup", "two"),
        ("teardown", "two"),
        ("teardown", "one"),
    ];
    let expected = expected.map(|(action, state)| (json!(action), json!(state)));
    assert_eq!(
        told,
        expected.iter().map(|(a, s)| (a, s)).collect::<Vec<_>>()
    );
    assert_eq!(posted[0]["params"], json!({ "asset_state": "ACTIVED" }));
}

#[rstest]
#[case::an_object(200, r#"{"a":1}"#, None)]
#[case::nothing(204, "", None)]
#[case::another_value(200, "[]", Some("its answer is no JSON object"))]
#[case::no_json(200, "done", Some("its answer is no JSON object"))]
#[case::refused(404, "no such state", Some("status 404: no such state"))]
#[case::refused_without_a_word(500, "", Some("status 500: no body"))]
#[tokio::test]
async fn an_answer_is_an_object_or_nothing(
    #[case] status: u16,
    #[case] answer: &'static str,
    #[case] problem: Option<&str>,
) {
    let (target, _) = target(status, answer).await;
    let client = Client::new(&target).expect("a client");
    let mut setup = StateSetup::new(&client, target.state_url.as_ref(), []);
    let problem = problem.map(|problem| {
        SetUpProblem::Failed(format!("failed to set up the state \"one\": {problem}"))
    });
    assert_eq!(set_up(&mut setup, "one").await.err(), problem);
    // What failed is torn down as well, and that was told already.
    assert_eq!(setup.posted().len(), 1);
    let told = setup.tear_down(soon()).await;
    assert_eq!(told, Ok(()), "{status}");
}

#[tokio::test]
async fn a_teardown_that_fails_names_the_state() {
    let (target, _) = target(500, "no").await;
    let client = Client::new(&target).expect("a client");
    let mut setup = StateSetup::new(&client, target.state_url.as_ref(), []);
    setup.done.push(("one".to_owned(), Map::new()));
    setup.done.push(("two".to_owned(), Map::new()));
    let problem = setup.tear_down(soon()).await.expect_err("it fails");
    assert_eq!(
        problem,
        "failed to tear down the state \"two\": status 500: no"
    );
    assert!(setup.posted().is_empty(), "each one is tried");
}

#[tokio::test]
async fn without_a_url_there_is_no_way() {
    let target = Target::new("http://127.0.0.1:1").expect("a base URL");
    let client = Client::new(&target).expect("a client");
    let mut setup = StateSetup::new(&client, None, []);
    assert!(!setup.has_way());
    assert_eq!(
        set_up(&mut setup, "one").await,
        Err(SetUpProblem::NoWay(
            "it begins with the state \"one\", and the target has no URL to set that up \
             (--state-url)"
                .to_owned()
        ))
    );
    assert!(setup.posted().is_empty());
    assert_eq!(setup.tear_down(soon()).await, Ok(()));
}

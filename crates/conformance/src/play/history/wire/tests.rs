//! Batches and looks, against a server that answers what a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use contract::{Level, Life, Observe};
use rstest::rstest;
use serde_json::json;

use tokio::time::Instant;

use super::super::belief::Seen;
use super::super::script::Entry;
use super::*;
use crate::play::Context;
use crate::play::stage::tests::shared;
use crate::runner::tests::context;
use crate::{Credentials, Planned, Target};

/// The bodies that were sent.
type Asked = Arc<Mutex<Vec<Value>>>;

/// What a case needs that is played against a server with these answers, one after the other; the
/// last one again and again.
async fn against(answers: Vec<(u16, Value)>) -> ((Context, Arc<Planned>), Asked) {
    let asked = Asked::default();
    let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
    let seen = Arc::clone(&asked);
    let app = Router::new().fallback(move |body: String| async move {
        let body = serde_json::from_str(&body).expect("it is JSON");
        seen.lock().expect("nobody panicked").push(body);
        let mut answers = answers.lock().expect("nobody panicked");
        let first = answers.front().cloned().expect("there is an answer");
        if answers.len() > 1 {
            answers.pop_front();
        }
        let status = StatusCode::from_u16(first.0).expect("a status");
        let json = [(header::CONTENT_TYPE, "application/json")];
        (status, json, first.1.to_string())
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut target = Target::new(&format!("http://{address}")).expect("a base URL");
    target.credentials = Credentials::from_lookup(|_| Some("any-token".to_owned()));
    ((context(&target), shared().1), asked)
}

/// A wire with items of these kinds, named `a`, `b` and so on.
fn wire<'w, 'c>(stage: &'w mut Stage<'c>, kinds: &[&str]) -> Wire<'w, 'c> {
    let contract = stage.validator().contract();
    let life = contract.life.as_ref().expect("it has a life");
    let mut oracle = Oracle::new(life);
    for (name, kind) in ('a'..).zip(kinds) {
        let kind = life.kinds.iter().find(|known| known.name == *kind);
        oracle.add(name.to_string(), kind.expect("a kind").begins);
    }
    Wire {
        stage,
        oracle,
        life,
        settings: Arguments::new(),
        played: Played::default(),
        patience: 0,
    }
}

/// A batch that asks for this of items with these numbers.
fn batch(action: &str, items: &[usize]) -> Batch {
    let entries = items.iter().map(|item| Entry {
        item: *item,
        told: Arguments::new(),
    });
    Batch {
        told: Arguments::from_iter([("action".to_owned(), json!(action))]),
        entries: entries.collect(),
    }
}

fn did(wire: &mut Wire<'_, '_>, action: &str, item: usize, label: &str) {
    let mut labels = wire.life.results.labels.iter();
    let label = labels
        .position(|known| known.name == label)
        .expect("a label");
    let became = Became::Answered {
        label,
        result: "any".to_owned(),
    };
    wire.became(&batch(action, &[item]), 0, &became, 0, String::new());
}

fn observe(life: &Life) -> &Observe {
    life.observe.as_ref().expect("it is observed")
}

fn shown(states: &[(&str, &str)]) -> Value {
    let list = states
        .iter()
        .map(|(id, state)| json!({"asset_id": id, "asset_state": state}));
    json!({ "asset_list": list.collect::<Vec<_>>() })
}

/// The ids that were asked for, request by request.
fn ids(asked: &Asked) -> Vec<Value> {
    let asked = asked.lock().expect("nobody panicked");
    asked.iter().map(|body| body["asset_ids"].clone()).collect()
}

fn refusal() -> Value {
    json!({"error_code": "MSS.00000004", "error_msg": "no such asset"})
}

#[tokio::test]
async fn where_looking_at_all_is_refused_the_doubtful_ones_are_asked_for_alone() {
    let found = (200, shown(&[("a", "ACTIVED")]));
    let refused = || (404, refusal());
    let (shared, asked) = against(vec![refused(), found, refused()]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "unknown", "unknown"]);
    did(&mut wire, "DELETE", 2, "SUCCESS");
    let observe = observe(wire.life);
    wire.observe(observe).await.expect("nothing was wrong");
    // What something was done to comes first.
    let expected = [
        json!(["a", "b", "c"]),
        json!(["a"]),
        json!(["c"]),
        json!(["b"]),
    ];
    assert_eq!(ids(&asked), expected);
    assert_eq!(wire.played.rounds.len(), 4);
    assert!(wire.played.culprits.is_empty());
}

#[tokio::test]
async fn where_none_is_sure_to_be_there_none_is_asked_for_as_if() {
    let (shared, asked) = against(vec![(404, refusal())]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["unknown", "unknown"]);
    let observe = observe(wire.life);
    wire.observe(observe).await.expect("nothing was wrong");
    assert_eq!(ids(&asked), [json!(["a", "b"]), json!(["a"]), json!(["b"])]);
}

#[tokio::test]
async fn nothing_can_be_told_from_a_server_that_fails() {
    let (shared, asked) = against(vec![(503, refusal())]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "unknown"]);
    let observe = observe(wire.life);
    wire.observe(observe)
        .await
        .expect("it is not due that it is there");
    assert_eq!(ids(&asked), [json!(["a", "b"])]);
    assert!(wire.played.culprits.is_empty());
}

#[rstest]
#[case::once_more(1, 2, None)]
#[case::no_more(0, 1, Some("asset 2 of the request, "))]
#[tokio::test]
async fn what_is_not_yet_as_it_should_be_is_looked_at_again(
    #[case] patience: usize,
    #[case] looks: usize,
    #[case] found: Option<&str>,
) {
    let before = shown(&[("a", "ACTIVED"), ("b", "ACTIVED")]);
    let after = shown(&[("a", "ACTIVED"), ("b", "UNACTIVED")]);
    let (shared, asked) = against(vec![(200, before), (200, after)]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "ACTIVED"]);
    wire.patience = patience;
    did(&mut wire, "UNACTIVE", 1, "SUCCESS");
    let observe = observe(wire.life);
    wire.observe(observe).await.expect("it is answered");
    assert_eq!(asked.lock().expect("nobody panicked").len(), looks);
    assert_eq!(wire.patience, 0);
    // The second look takes the place of the first, unless something else was found in that.
    assert_eq!(wire.stage.steps.len(), wire.played.rounds.len());
    let expected = wire.played.culprits.first();
    let expected = expected.map(|(finding, item)| (finding.expected.as_str(), *item));
    assert_eq!(expected.is_some(), found.is_some());
    if let (Some((expected, item)), Some(found)) = (expected, found) {
        assert!(expected.starts_with(found), "{expected}");
        assert_eq!(item, 1);
    }
}

/// How a batch in which one asset stands twice leaves what is known of each.
async fn answered(status: u16, body: Value) -> (Vec<String>, bool) {
    let (shared, _) = against(vec![(status, body)]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "ACTIVED"]);
    let due = wire.batches(&[batch("DELETE", &[0, 1, 1])]).await;
    let possible = |item: usize| {
        let names = wire.life.states.iter().enumerate();
        let may_be = |state: &str| wire.oracle.would_find(item, &Seen::State(state.to_owned()));
        let names = names.filter(|(_, state)| !may_be(&state.name));
        names
            .map(|(_, state)| state.name.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let known = (0..2).map(possible).collect();
    (known, due.unwrap_or(false))
}

#[tokio::test]
async fn a_batch_that_is_refused_changes_nothing_and_one_that_fails_may_have() {
    let (refused, _) = answered(400, refusal()).await;
    let (failed, _) = answered(500, refusal()).await;
    assert_eq!(refused[0], refused[1], "each of them is as it was");
    assert_ne!(refused[0], failed[0], "nobody knows how far it came");
    assert!(failed[0].split(' ').count() > refused[0].split(' ').count());
}

#[tokio::test]
async fn batches_that_are_sent_together_are_each_judged_in_a_step_of_their_own() {
    let done = |id: &str| {
        let results = json!([{"ret_status": "SUCCESS", "asset_ids": [id]}]);
        (200, json!({ "results": results }))
    };
    // Nobody knows which of them comes first: both fail for the wrong one.
    let (shared, _) = against(vec![done("x"), (500, refusal())]).await;
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "ACTIVED"]);
    let due = wire
        .batches(&[batch("DELETE", &[0]), batch("DELETE", &[1])])
        .await;
    assert!(!matches!(due, Ok(true)), "one of them was not due");
    assert_eq!(wire.played.rounds.len(), 2);
    let steps: Vec<usize> = wire.stage.findings.iter().map(|found| found.step).collect();
    let statuses: Vec<u16> = wire
        .stage
        .steps
        .iter()
        .map(|step| step.response.as_ref().map_or(0, |response| response.status))
        .collect();
    let failed = statuses.iter().position(|status| *status == 500);
    assert!(
        steps.contains(&failed.expect("one failed")),
        "{steps:?} {statuses:?}"
    );
}

#[test]
fn how_often_an_item_stands_in_a_batch_is_counted() {
    let shared = shared();
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED", "ACTIVED"]);
    let told = std::cell::RefCell::new(Vec::new());
    let became = |times: usize| {
        told.borrow_mut().push(times);
        Became::Unknown { times }
    };
    wire.all(&batch("DELETE", &[0, 1, 1]), became, 0);
    assert_eq!(told.into_inner(), [1, 2, 2]);
}

/// Ids of recycled items, of which no two are the same.
static SMH: LazyLock<Life> = LazyLock::new(|| {
    let contract = contract::Contract::embedded_one("smh", "2026-01").expect("a sound contract");
    contract.life.expect("it has a life")
});

#[rstest]
#[case::in_the_same_answer(0, 0, false, false)]
#[case::in_the_same_answer_of_a_task(0, 0, true, true)]
#[case::in_another_one(0, 1, false, true)]
#[case::in_that_of_another_task(0, 1, true, true)]
fn a_value_that_came_before_is_found(
    #[case] before: usize,
    #[case] at: usize,
    #[case] later: bool,
    #[case] found: bool,
) {
    let shared = shared();
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &[]);
    wire.life = &SMH;
    wire.oracle = Oracle::new(&SMH);
    let result = json!({"status": 200, "recycledItemId": 7, "path": ["a"]});
    wire.distinct(&("/result/0".to_owned(), &result), before, later);
    assert!(wire.stage.findings.is_empty());
    wire.distinct(&("/result/1".to_owned(), &result), at, later);
    assert_eq!(wire.stage.findings.len(), usize::from(found));
}

#[rstest]
#[case(Level::May, 0)]
#[case(Level::Should, 1)]
#[case(Level::Must, 1)]
fn who_is_to_blame_is_noted_of_what_counts(#[case] level: Level, #[case] culprits: usize) {
    let shared = shared();
    let mut stage = Stage::new(&shared.0, &shared.1, false, Instant::now());
    let mut wire = wire(&mut stage, &["ACTIVED"]);
    let said = || Said {
        promise: Promise {
            requirement: "X-1".to_owned(),
            level,
        },
        expected: "a".to_owned(),
        actual: "b".to_owned(),
    };
    wire.said(said(), Some(0), 0, String::new());
    wire.said(said(), None, 0, String::new());
    assert_eq!(wire.played.culprits.len(), culprits);
    assert_eq!(wire.stage.findings.len(), 1, "alike findings are kept once");
}

//! The admin interface: what its document says is what is served, over HTTP and without.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use fake_server::admin::{self, Admin, Shutdown};
use fake_server::engine::ManualClock;
use fake_server::{Engine, EngineBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use validator::{Request, Response};

use crate::served::client;

const BATCH: &str = "/v1/p/digital-assets/batch-action";

/// An admin interface without HTTP.
struct Desk {
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    admin: Admin,
    shutdown: Shutdown,
}

impl Desk {
    fn new(builder: EngineBuilder) -> Self {
        let clock = Arc::new(ManualClock::default());
        let engine = builder.clock(Arc::clone(&clock) as Arc<_>).build();
        let engine = Arc::new(engine.expect("the built-in contracts are sound"));
        let shutdown = Shutdown::default();
        Self {
            admin: Admin::new(Arc::clone(&engine), shutdown.clone()),
            engine,
            clock,
            shutdown,
        }
    }

    fn ask(&self, method: &str, target: &str, body: &str) -> (u16, Value) {
        let response = self.admin.respond(&request(method, target, body));
        let body = serde_json::from_slice(&response.body).expect("every answer is JSON");
        (response.status, body)
    }

    /// As [`Self::ask`], for what has to succeed.
    fn get(&self, method: &str, target: &str, body: &str) -> Value {
        let (status, body) = self.ask(method, target, body);
        assert_eq!(status, 200, "{method} {target}: {body}");
        body
    }

    /// A client's request to the fake itself.
    fn client(&self, method: &str, target: &str, body: &str) -> Response {
        let mut request = request(method, target, body);
        let token = ("X-Auth-Token".to_owned(), b"assetproof-token".to_vec());
        request.headers.push(token);
        self.engine.respond(&request)
    }
}

fn request(method: &str, target: &str, body: &str) -> Request {
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
        body: body.to_owned().into(),
    }
}

#[test]
fn what_is_served_is_documented_and_what_is_documented_is_served() {
    let document = contract::embedded::file(admin::OPENAPI).expect("it is built in");
    let document = std::str::from_utf8(document).expect("it is text");
    let mut documented = BTreeSet::new();
    let mut path = "";
    // Paths are the keys at two blanks below `paths`, methods those at four.
    let paths = document.split("\npaths:\n").nth(1).expect("it has paths");
    for line in paths.lines().take_while(|line| line.starts_with(' ')) {
        let key = line.trim_end().trim_end_matches(':');
        if let Some(key) = key.strip_prefix("  ").filter(|key| key.starts_with('/')) {
            path = key;
        } else if let Some(key) = key.strip_prefix("    ").filter(|key| !key.starts_with(' ')) {
            documented.insert(format!("{} {path}", key.to_uppercase()));
        }
    }
    let served: BTreeSet<String> = admin::served()
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(documented, served);
    let desk = Desk::new(Engine::builder());
    let answer = desk
        .admin
        .respond(&request("GET", "/__admin/openapi.yaml", ""));
    assert_eq!(
        (answer.status, &answer.body[..]),
        (200, document.as_bytes())
    );
}

#[test]
fn who_comes_without_knowing_is_told_what_there_is() {
    let desk = Desk::new(Engine::builder());
    let told = desk.get("GET", "/__admin", "");
    let operations = told["operations"].as_array().expect("a list");
    assert_eq!(operations.len(), admin::served().count());
    let documentation = told["documentation"].as_str().expect("a path");
    assert_eq!(
        desk.admin
            .respond(&request("GET", documentation, ""))
            .status,
        200
    );
}

#[test]
fn a_parameter_that_is_given_twice_is_refused() {
    let desk = Desk::new(Engine::builder());
    for (method, target) in [
        ("POST", "/__admin/reset?project_id=p&project_id=q"),
        ("GET", "/__admin/requests?limit=1&limit=2"),
    ] {
        let (status, refused) = desk.ask(method, target, "");
        assert_eq!(status, 422, "{refused}");
        assert!(refused.to_string().contains("twice"), "{refused}");
    }
}

#[test]
fn the_document_is_no_contract() {
    assert!(
        contract::embedded::names()
            .iter()
            .all(|(api, _)| *api != "admin")
    );
}

#[test]
fn health_version_and_settings() {
    let desk = Desk::new(Engine::builder().revision("roma", "2025-10"));
    desk.clock.advance(Duration::from_secs(61));
    let health = desk.get("GET", "/__admin/health", "");
    assert_eq!(
        (&health["status"], &health["uptimeInSeconds"]),
        (&json!("healthy"), &json!(61))
    );
    let version = desk.get("GET", "/__admin/version", "");
    assert_eq!(version["contracts"]["roma"], "2025-10");

    assert_eq!(
        desk.get("GET", "/__admin/settings", "")["settings"]["fixedDelay"],
        json!(null)
    );
    desk.get("POST", "/__admin/settings", r#"{"fixedDelay": 250}"#);
    assert_eq!(
        desk.get("GET", "/__admin/settings", "")["settings"]["fixedDelay"],
        json!(250)
    );
    let answer = desk.engine.answer(&request("GET", "/", ""));
    assert_eq!(answer.delivery.delay, Duration::from_millis(250));
    desk.get("POST", "/__admin/settings", "{}");
    let answer = desk.engine.answer(&request("GET", "/", ""));
    assert_eq!(answer.delivery.delay, Duration::ZERO);
}

#[test]
fn recorded_requests_are_listed_found_counted_and_taken_out() {
    let desk = Desk::new(Engine::builder());
    desk.client("POST", BATCH, r#"{"action":"DELETE","asset_ids":["one"]}"#);
    desk.clock.advance(Duration::from_mins(1));
    desk.client("POST", BATCH, r#"{"action":"DETELTE","asset_ids":["two"]}"#);
    desk.client("GET", "/v1/p/digital-assets/batch-actions?x=1", "");
    let ids = |answer: &Value| -> Vec<String> {
        let requests = answer["requests"].as_array().expect("a list").iter();
        requests
            .map(|r| r["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let all = desk.get("GET", "/__admin/requests", "");
    assert_eq!(ids(&all), ["3", "2", "1"]);
    assert_eq!(all["meta"]["total"], 3);
    let second = &all["requests"][1];
    assert_eq!(second["request"]["headers"]["X-Auth-Token"], "***");
    assert_eq!(second["findings"][0]["requirement"], "MS-BA-05");
    assert_eq!(
        (&second["wasMatched"], &second["refused"]),
        (&json!(true), &json!("malformed"))
    );
    assert_eq!(desk.get("GET", "/__admin/requests/2", ""), *second);
    assert_eq!(
        ids(&desk.get("GET", "/__admin/requests?limit=1", "")),
        ["3"]
    );
    let later = "/__admin/requests?since=2026-01-01T00:00:30Z";
    assert_eq!(ids(&desk.get("GET", later, "")), ["3", "2"]);

    let find =
        |criteria: Value| ids(&desk.get("POST", "/__admin/requests/find", &criteria.to_string()));
    assert_eq!(find(json!({"method": "POST"})), ["2", "1"]);
    assert_eq!(find(json!({"method": "ANY", "urlPath": BATCH})), ["2", "1"]);
    assert_eq!(
        find(json!({"url": "/v1/p/digital-assets/batch-actions?x=1"})),
        ["3"]
    );
    assert_eq!(
        find(json!({"urlPathPattern": "/v1/[a-z]/.*-action"})),
        ["2", "1"]
    );
    assert_eq!(
        find(json!({"bodyPatterns": [{"contains": "DELETE"}, {"contains": "one"}]})),
        ["1"]
    );
    assert_eq!(
        find(json!({"headers": {"content-type": {"equalTo": "application/json"}}})).len(),
        3
    );
    assert_eq!(
        find(json!({"headers": {"content-type": {"equalTo": "application"}}})).len(),
        0
    );
    let count = desk.get("POST", "/__admin/requests/count", r#"{"method":"POST"}"#);
    assert_eq!(count["count"], 2);

    assert_eq!(
        ids(&desk.get("GET", "/__admin/requests/unmatched", "")),
        ["3"]
    );
    let misses = desk.get("GET", "/__admin/requests/unmatched/near-misses", "");
    let nearest = &misses["nearMisses"][0];
    assert_eq!(
        nearest["operation"]["path"],
        "/v1/{project_id}/digital-assets/batch-action"
    );
    let differences = json!([
        {"place": "method", "expected": "POST", "actual": "GET"},
        {"place": "segment 4", "expected": "batch-action", "actual": "batch-actions"},
    ]);
    assert_eq!(nearest["matchResult"]["differences"], differences);

    let findings = desk.get("GET", "/__admin/findings", "");
    let named: Vec<&Value> = findings["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| &found["finding"]["requirement"])
        .collect();
    assert_eq!(named, ["MS-BA-05", "MS-BA-01"]);
    assert!(
        findings["complaint"].to_string().contains("in 2 of 3"),
        "{findings}"
    );

    desk.get("DELETE", "/__admin/requests/2", "");
    assert_eq!(desk.ask("DELETE", "/__admin/requests/2", "").0, 404);
    assert_eq!(desk.ask("GET", "/__admin/requests/two", "").0, 404);
    let removed = desk.get("POST", "/__admin/requests/remove", r#"{"method":"GET"}"#);
    assert_eq!(ids(&removed), ["3"]);
    desk.get("DELETE", "/__admin/requests", "");
    assert_eq!(
        desk.get("GET", "/__admin/findings", "")["complaint"],
        json!(null)
    );
}

#[test]
fn state_is_set_up_kept_restored_and_reset() {
    let desk = Desk::new(Engine::builder());
    for project in ["p", "q"] {
        let change =
            json!({"state": "asset exists", "params": {"project_id": project, "asset_id": "a"}});
        let made = desk.get("POST", "/__admin/states", &change.to_string());
        assert_eq!(made["asset_id"], "a");
    }
    assert_eq!(desk.ask("POST", "/__admin/states", "{").0, 400);
    let snapshot = desk.get("GET", "/__admin/snapshot", "");
    desk.get("POST", "/__admin/reset?project_id=p", "");
    let projects = |snapshot: Value| {
        snapshot["metastudio"]
            .as_object()
            .map(|p| p.keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(
        projects(desk.get("GET", "/__admin/snapshot", "")),
        Some(vec!["q".to_owned()])
    );
    desk.client("POST", BATCH, "{}");
    desk.get("POST", "/__admin/scenarios/reset", "");
    assert_eq!(
        projects(desk.get("GET", "/__admin/snapshot", "")),
        Some(vec![])
    );
    assert_eq!(desk.get("GET", "/__admin/requests", "")["meta"]["total"], 1);
    desk.get("PUT", "/__admin/snapshot", &snapshot.to_string());
    assert_eq!(desk.get("GET", "/__admin/snapshot", ""), snapshot);
    desk.get("POST", "/__admin/reset", "");
    assert_eq!(desk.get("GET", "/__admin/requests", "")["meta"]["total"], 0);

    let mut broken = snapshot;
    broken["metastudio"]["p"]["assets"]["a"]["asset_state"] = json!("GONE");
    let (status, refused) = desk.ask("PUT", "/__admin/snapshot", &broken.to_string());
    assert_eq!(status, 422);
    let pointer = &refused["errors"][0]["source"]["pointer"];
    assert_eq!(pointer, "/metastudio/p/assets/a/asset_state");
}

#[test]
fn scenarios_are_the_things_that_have_a_state() {
    let desk = Desk::new(Engine::builder());
    let set_up =
        |state: &str, params: Value| desk.engine.set_up(state, &params).expect("a known state");
    set_up(
        "asset exists",
        json!({"project_id": "p:1/", "asset_id": "a b"}),
    );
    set_up(
        "application exists",
        json!({"project_id": "p", "instance_id": "i", "app_id": "here"}),
    );
    set_up(
        "batch deletes run",
        json!({"library_id": "l", "space_id": "-", "mode": "later"}),
    );
    let target = "/v2/p/instances/i/assets/delete";
    let started: Value =
        serde_json::from_slice(&desk.client("POST", target, r#"{"apps":"here"}"#).body)
            .expect("JSON");
    desk.client(
        "POST",
        "/api/v1/batch/l/-?delete&access_token=assetproof-access",
        r#"[{"path":"x"}]"#,
    );
    let job = format!("roma:p:i:{}", started["job_id"].as_str().expect("an id"));
    let states = |query: &str| -> Vec<(String, String)> {
        let listed = desk.get("GET", &format!("/__admin/scenarios{query}"), "");
        let scenarios = listed["scenarios"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        scenarios
            .map(|s| (text(&s["name"]), text(&s["state"])))
            .collect()
    };
    let pair = |name: &str, state: &str| (name.to_owned(), state.to_owned());
    assert_eq!(
        states(""),
        [
            pair("metastudio:p%3A1%2F:a%20b", "ACTIVED"),
            pair(&job, "RUNNING"),
            pair("smh:l:-:batch-deletes", "later"),
            pair("smh:l:-:recycle-bin", "on"),
            pair("smh:l:-:task-1", "RUNNING"),
        ]
    );
    assert_eq!(states("?project_id=p"), [pair(&job, "RUNNING")]);

    let set = |name: &str, state: &str| {
        let name = name.replace('%', "%25");
        let body = json!({"state": state}).to_string();
        desk.ask("PUT", &format!("/__admin/scenarios/{name}/state"), &body)
    };
    for (name, state) in [
        ("metastudio:p%3A1%2F:a%20b", "BLOCK"),
        (&job, "HELD"),
        (&job, "SUCCEEDED"),
        ("smh:l:-:recycle-bin", "off"),
        ("smh:l:-:batch-deletes", "by number"),
        ("smh:l:-:task-1", "ENDED"),
    ] {
        let (got, body) = set(name, state);
        assert_eq!(got, 200, "{name}: {body}");
        assert!(states("").contains(&pair(name, state)), "{name}");
    }
    let told = desk.client(
        "GET",
        "/api/v1/task/l/-/1?access_token=assetproof-access",
        "",
    );
    assert!(String::from_utf8_lossy(&told.body).contains("\"status\":500") || told.body.len() > 40);
    for (name, state, refused, why) in [
        (&*job, "RUNNING", 422, "has ended as SUCCEEDED"),
        (&job, "DONE", 422, "RUNNING, HELD, SUCCEEDED, FAILED"),
        ("metastudio:p:a", "BLOCK", 404, "no scenario"),
        ("smh:l:-:task-2", "ENDED", 404, "no scenario"),
        ("smh:m:-:recycle-bin", "on", 404, "no scenario"),
        ("nothing", "on", 404, "no scenario"),
    ] {
        let (got, body) = set(name, state);
        assert_eq!(got, refused, "{name} {state}: {body}");
        assert!(
            body["errors"][0]["detail"].to_string().contains(why),
            "{body}"
        );
    }
}

#[rstest]
#[case(
    "POST",
    "/__admin/requests/find",
    r#"{"urlPattern":"x"}"#,
    422,
    "/urlPattern",
    "urlPathPattern"
)]
#[case(
    "POST",
    "/__admin/requests/find",
    r#"{"bodyPatterns":[{"equalTo":"x"}]}"#,
    422,
    "/bodyPatterns/0/equalTo",
    "contains"
)]
#[case(
    "POST",
    "/__admin/requests/count",
    r#"{"headers":{"a/b":"x"}}"#,
    422,
    "/headers/a~1b",
    "equalTo"
)]
#[case(
    "POST",
    "/__admin/requests/count",
    r#"{"urlPathPattern":"("}"#,
    422,
    "/urlPathPattern",
    "regular expression"
)]
#[case(
    "POST",
    "/__admin/requests/count",
    r#"{"urlPathPattern":"(a{500}){500}"}"#,
    422,
    "/urlPathPattern",
    "size"
)]
#[case(
    "POST",
    "/__admin/requests/count",
    r#"{"method":1}"#,
    422,
    "/method",
    "a string"
)]
#[case(
    "POST",
    "/__admin/settings",
    r#"{"delay":1}"#,
    422,
    "/delay",
    "fixedDelay"
)]
#[case(
    "POST",
    "/__admin/settings",
    r#"{"fixedDelay":-1}"#,
    422,
    "/fixedDelay",
    "milliseconds"
)]
#[case(
    "POST",
    "/__admin/settings",
    r#"{"fixedDelay":99999999999}"#,
    422,
    "/fixedDelay",
    "3600000"
)]
#[case("POST", "/__admin/settings", "[]", 422, "", "JSON object")]
#[case("PUT", "/__admin/snapshot", "{", 422, "", "no JSON")]
#[case("PUT", "/__admin/snapshot", "", 422, "", "no JSON")]
#[case(
    "PUT",
    "/__admin/scenarios/x/state",
    "{}",
    422,
    "/state",
    "possibleStates"
)]
#[case(
    "POST",
    "/__admin/reset?project=p",
    "",
    422,
    "-",
    "project_id, instance_id"
)]
#[case("POST", "/__admin/reset?space_id=s", "", 422, "-", "a tenant is")]
#[case("GET", "/__admin/requests?limit=many", "", 422, "-", "a number")]
#[case("GET", "/__admin/requests?since=now", "", 422, "-", "no time")]
#[case("GET", "/__admin/requests?page=2", "", 422, "-", "limit, since")]
#[case("GET", "/__admin/nowhere", "", 404, "-", "openapi.yaml")]
#[case("GET", "/__admin/requests/1/2", "", 404, "-", "openapi.yaml")]
#[case(
    "GET",
    "/v1/p/digital-assets/batch-action",
    "",
    404,
    "-",
    "nothing is served"
)]
#[case("PUT", "/__admin/requests/find", "", 405, "-", "POST only")]
#[case("PATCH", "/__admin/requests/7", "", 405, "-", "GET, DELETE only")]
fn what_cannot_be_done_is_refused_with_the_place_and_the_way_out(
    #[case] method: &str,
    #[case] target: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] pointer: &str,
    #[case] detail: &str,
) {
    let (got, refused) = Desk::new(Engine::builder()).ask(method, target, body);
    let error = &refused["errors"][0];
    assert_eq!(got, status, "{refused}");
    assert!(
        error["title"].is_string() && error["detail"].to_string().contains(detail),
        "{refused}"
    );
    let place = error["source"]["pointer"].as_str().unwrap_or("-");
    assert_eq!(place, pointer, "{refused}");
}

proptest! {
    #[test]
    fn whatever_comes_is_answered_with_json(
        method in prop_oneof![Just("GET"), Just("POST"), Just("PUT"), Just("DELETE"), Just("\u{e9}")],
        route in any::<prop::sample::Index>(),
        parameter in "\\PC{0,20}",
        query in "\\PC{0,30}",
        body in prop_oneof![
            vec(any::<u8>(), 0..60),
            Just(b"{}".to_vec()),
            Just("[".repeat(100_000).into_bytes()),
            "\\{\"(method|urlPathPattern|state|fixedDelay|format)\":[\"0-9a-z.*(\\[{}]{0,12}\\}".prop_map(String::into_bytes),
        ],
    ) {
        let desk = Desk::new(Engine::builder());
        let (_, path) = admin::served().nth(route.index(admin::served().count())).expect("a route");
        let path = path.replace("{id}", &parameter).replace("{name}", &parameter);
        if path != "/__admin/openapi.yaml" {
            let response = desk.admin.respond(&Request {
                method: method.to_owned(),
                target: format!("{path}?{query}"),
                headers: Vec::new(),
                body: body.into(),
            });
            prop_assert!((200..500).contains(&response.status));
            prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok());
        }
    }
}

#[tokio::test]
async fn it_is_served_on_a_port_of_its_own() {
    let desk = Desk::new(Engine::builder());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!(
        "http://{}/__admin",
        listener.local_addr().expect("it is bound")
    );
    let shutdown = desk.shutdown.clone();
    let end = shutdown.clone();
    let served = tokio::spawn(admin::serve(
        listener,
        Arc::clone(&desk.engine),
        shutdown,
        async move { end.asked().await },
    ));
    let client = client();
    let health = client
        .get(format!("{base}/health"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(health.status(), 200);
    let large = client
        .post(format!("{base}/requests/find"))
        .body("x".repeat(2 * 1024 * 1024));
    let refused = large.send().await.expect("it answers");
    assert_eq!(refused.status(), 413);
    assert!(refused.text().await.expect("a body").contains("1048576"));
    let ended = client
        .post(format!("{base}/shutdown"))
        .send()
        .await
        .expect("it answers");
    assert_eq!(ended.status(), 200);
    // Connections that are kept open do not keep it.
    drop(client);
    served.await.expect("no panic").expect("it ends well");
}

#[test]
fn faults_are_added_listed_and_taken_away() {
    let desk = Desk::new(Engine::builder());
    let fault = json!({"when": {"operation": "batch-action"}, "effect": {"status": 500}});
    let two = json!([fault, {"effect": {"throttle": {"retry_after": 3}}}]).to_string();
    let added = desk.get("POST", "/__admin/faults", &two);
    let ids = added["ids"].as_array().expect("a list").clone();
    assert_eq!(ids.len(), 2);
    let body = r#"{"action":"DELETE","asset_ids":["a"]}"#;
    assert_eq!(desk.client("POST", BATCH, body).status, 500);
    let entries = desk.get("GET", "/__admin/requests", "");
    assert_eq!(entries["requests"][0]["fault"], "status 500", "{entries}");
    let wrong = r#"[{"effect":{"reset":{}}},{"effect":{"explode":{}}}]"#;
    let (status, refused) = desk.ask("POST", "/__admin/faults", wrong);
    assert_eq!(status, 422, "{refused}");
    let place = &refused["errors"][0]["source"]["pointer"];
    assert_eq!(place, "/1/effect/explode", "{refused}");
    desk.get("DELETE", &format!("/__admin/faults/{}", ids[0]), "");
    assert_eq!(desk.client("POST", BATCH, body).status, 429);
    let listed = desk.get("GET", "/__admin/faults", "");
    assert_eq!(
        listed["faults"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    assert_eq!(desk.ask("DELETE", "/__admin/faults/99", "").0, 404);
    desk.get("POST", "/__admin/reset", "");
    assert_eq!(desk.client("POST", BATCH, body).status, 200);
}

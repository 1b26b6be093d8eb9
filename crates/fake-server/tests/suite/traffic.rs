//! Made-up traffic: steps that follow from a number, each of one tenant.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fake_server::engine::ManualClock;
use fake_server::{Engine, EngineBuilder};
use fastrand::Rng;
use serde_json::{Value, json};
use validator::{Request, Response};

/// One step of a client.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Request),
    SetUp(&'static str, Value),
    TearDown(&'static str, Value),
    Advance(Duration),
}

/// An engine on a clock of its own.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    clock: Arc<ManualClock>,
}

impl Bench {
    pub(crate) fn new(builder: EngineBuilder) -> Self {
        let clock = Arc::new(ManualClock::default());
        let engine = builder.clock(Arc::clone(&clock) as Arc<_>).build();
        Self {
            engine: engine.expect("the built-in contracts are sound"),
            clock,
        }
    }

    /// Carries the step out, and gives what came of it.
    pub(crate) fn play(&self, step: &Step) -> String {
        match step {
            Step::Send(request) => shown(&self.engine.respond(request)),
            Step::SetUp(state, params) => format!("{:?}", self.engine.set_up(state, params)),
            Step::TearDown(state, params) => format!("{:?}", self.engine.tear_down(state, params)),
            Step::Advance(by) => {
                self.clock.advance(*by);
                String::new()
            }
        }
    }
}

/// The whole response as text.
pub(crate) fn shown(response: &Response) -> String {
    let headers = response.headers.iter();
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
        .collect();
    let body = String::from_utf8_lossy(&response.body);
    format!("{} {headers:?} {body}", response.status)
}

/// The step that follows from `number`, of the tenant of this name. Time stands still.
pub(crate) fn step(tenant: &str, number: u64) -> Step {
    let rng = &mut Rng::with_seed(number);
    let params = |more: Value| {
        let mut params = json!({"project_id": tenant});
        let own = params.as_object_mut().expect("an object");
        own.extend(more.as_object().expect("an object").clone());
        params
    };
    let instance = format!("i{}", rng.u8(0..2));
    let space = format!("s{}", rng.u8(0..2));
    let in_space = |more: Value| {
        let mut params = json!({"library_id": tenant, "space_id": space});
        let own = params.as_object_mut().expect("an object");
        own.extend(more.as_object().expect("an object").clone());
        params
    };
    let in_instance = |member: &str, id: &str| params(json!({"instance_id": instance, member: id}));
    let state = match rng.u8(0..34) {
        0 | 1 => {
            let states = ["ACTIVED", "UNACTIVED", "CREATING", "BLOCK", "DELETING"];
            let state = states[rng.usize(0..states.len())];
            (
                "asset exists",
                params(json!({"asset_id": asset(rng), "asset_state": state})),
            )
        }
        2 => ("asset exists", params(json!({"asset_name": "made"}))),
        3 => ("application exists", in_instance("app_id", &asset(rng))),
        4 => ("task exists", in_instance("task_id", &asset(rng))),
        5 => (
            "no deletion job running",
            params(json!({"instance_id": instance})),
        ),
        6 => (
            "deletion job running",
            params(json!({"instance_id": instance})),
        ),
        7 | 8 => ("file exists", in_space(json!({"path": path(rng)}))),
        9 => ("directory exists", in_space(json!({"path": path(rng)}))),
        10 => ("recycle bin", in_space(json!({"enabled": rng.bool()}))),
        11 => {
            let mode = if rng.bool() { "later" } else { "at once" };
            ("batch deletes run", in_space(json!({"mode": mode})))
        }
        12 => ("next request fails", params(json!({"status": 500}))),
        _ => return Step::Send(request(rng, tenant, &instance, &space)),
    };
    if rng.u8(0..4) == 0 {
        Step::TearDown(state.0, state.1)
    } else {
        Step::SetUp(state.0, state.1)
    }
}

fn request(rng: &mut Rng, tenant: &str, instance: &str, space: &str) -> Request {
    let post = |target: String, body: Value| ("POST", target, body.to_string());
    let (method, target, body) = match rng.u8(0..12) {
        0..4 => {
            let actions = [
                "DELETE",
                "DELETE_FORCE",
                "RESTORE",
                "UNACTIVE",
                "ACTIVE",
                "SHARE",
                "DETELTE",
            ];
            let action = actions[rng.usize(0..actions.len())];
            let ids = [asset(rng), asset(rng), asset(rng)];
            let target = format!("/v1/{tenant}/digital-assets/batch-action");
            post(target, json!({"action": action, "asset_ids": ids}))
        }
        4 | 5 => {
            let target = format!("/v1/{tenant}/digital-assets/summarys");
            let ids: Vec<String> = (0..6).map(|n| format!("a{n}")).collect();
            post(target, json!({"asset_ids": ids}))
        }
        6 | 7 => {
            let target = format!("/v2/{tenant}/instances/{instance}/assets/delete");
            post(
                target,
                json!({"apps": asset(rng), "tasks": [{"task_id": asset(rng)}]}),
            )
        }
        8 => {
            // The id of the nth job of the instance, as the seeded source makes it.
            let ids = fake_server::engine::SeededIds::default();
            let scope = format!("job {tenant}/{instance}");
            let job = fake_server::engine::IdSource::id(&ids, &scope, rng.u64(1..6));
            let target = format!("/v2/{tenant}/instances/{instance}/assets/jobs/{job}");
            ("GET", target, String::new())
        }
        9 | 10 => {
            let target =
                format!("/api/v1/batch/{tenant}/{space}?delete&access_token=assetproof-access");
            let permanent = rng.bool();
            post(
                target,
                json!([{"path": path(rng)}, {"path": path(rng), "permanent": permanent}]),
            )
        }
        _ => {
            let target =
                format!("/api/v1/task/{tenant}/{space}/1,2,3?access_token=assetproof-access");
            ("GET", target, String::new())
        }
    };
    let headers = match rng.u8(0..10) {
        0 => Vec::new(),
        _ => vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
    };
    Request {
        method: method.to_owned(),
        target,
        headers,
        body: Bytes::from(body),
    }
}

fn asset(rng: &mut Rng) -> String {
    format!("a{}", rng.u8(0..6))
}

fn path(rng: &mut Rng) -> &'static str {
    let paths = ["a", "a/b", "a/b/c", "d", "d/e.jpg", "f~g/h"];
    paths[rng.usize(0..paths.len())]
}

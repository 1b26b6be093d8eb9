//! Snapshots of all state: they come back as they were, are refused whole when they are broken, and
//! hold no secret.

use std::time::Duration;

use bytes::Bytes;
use fake_server::Engine;
use fake_server::engine::Tenant;
use proptest::collection::vec;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use validator::Request;

use crate::traffic::{Bench, Step, step};

fn played(numbers: &[u64]) -> Bench {
    let bench = Bench::new(Engine::builder());
    for number in numbers {
        bench.play(&step(tenant(*number), *number));
    }
    bench
}

/// Few tenants, so that they meet themselves again.
fn tenant(number: u64) -> &'static str {
    if number.is_multiple_of(3) {
        "p/1"
    } else {
        "p2"
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_restored_engine_answers_as_the_one_before(
        before in vec(any::<u64>(), 0..80),
        after in vec(any::<u64>(), 1..60),
        days in 0_u64..40,
    ) {
        let first = played(&before);
        let snapshot = first.engine.snapshot();
        // What was there is replaced as a whole.
        let second = played(&after);
        // Through text, as it lies in a file.
        let text = snapshot.to_string();
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        prop_assert_eq!(second.engine.restore(&read), Ok(()));
        prop_assert_eq!(second.engine.snapshot().to_string(), text);
        let later = Step::Advance(Duration::from_hours(24 * days));
        first.play(&later);
        second.play(&later);
        for number in &after {
            let step = step(tenant(*number), *number);
            prop_assert_eq!(first.play(&step), second.play(&step), "{:?}", step);
        }
        prop_assert_eq!(first.engine.snapshot(), second.engine.snapshot());
    }

    #[test]
    fn whatever_is_broken_in_a_snapshot_is_refused_whole_or_taken_whole(
        before in vec(any::<u64>(), 40..80),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            json!(null), json!(-1), json!(u64::MAX), json!("x"), json!([]), json!({}), json!(true),
            json!("/"), json!("9999-12-31T23:59:59.000000000Z"), json!([[[1]]]), json!(0.5),
        ]),
    ) {
        let bench = played(&before);
        let sound = bench.engine.snapshot();
        let mut broken = sound.clone();
        let places = pointers(&broken);
        *broken.pointer_mut(&places[at.index(places.len())]).expect("it is there") = value;
        let taken = bench.engine.restore(&broken).is_ok();
        let expected = if taken { without_empty(broken) } else { sound };
        prop_assert_eq!(bench.engine.snapshot(), expected);
        // Whatever it took over, it can go on from there.
        for number in &before {
            bench.play(&step(tenant(*number), *number));
        }
    }
}

/// The snapshot without projects that hold no instance, and libraries without a space: there is
/// nothing of them to keep.
fn without_empty(mut snapshot: Value) -> Value {
    for api in ["roma", "smh"] {
        if let Some(tenants) = snapshot[api].as_object_mut() {
            tenants.retain(|_, inner| inner.as_object().is_none_or(|inner| !inner.is_empty()));
        }
    }
    snapshot
}

#[test]
fn a_project_without_an_instance_is_as_good_as_none() {
    let bench = played(&[]);
    let mut snapshot = bench.engine.snapshot();
    snapshot["roma"]["p"] = json!({});
    snapshot["smh"]["l"] = json!({});
    assert_eq!(bench.engine.restore(&snapshot), Ok(()));
    assert_eq!(bench.engine.snapshot(), without_empty(snapshot));
}

/// The pointers of everything in a value.
fn pointers(value: &Value) -> Vec<String> {
    fn add(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    add(member, &format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    add(item, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    add(value, "", &mut found);
    found
}

/// One asset, one job, one file.
fn small() -> Engine {
    let engine = Engine::builder().build().expect("sound");
    for (state, params) in [
        (
            "asset exists",
            json!({"project_id": "p/1", "asset_id": "a"}),
        ),
        (
            "deletion job running",
            json!({"project_id": "p/1", "instance_id": "i"}),
        ),
        (
            "file exists",
            json!({"library_id": "l", "space_id": "s", "path": "d/f"}),
        ),
        (
            "next request fails",
            json!({"project_id": "p/1", "status": 503}),
        ),
    ] {
        engine.set_up(state, &params).expect("a known state");
    }
    engine
}

#[rstest]
#[case::another_format("/format", json!(2), "/format", "expected 1")]
#[case::a_state("/metastudio/p~11/assets/a/asset_state", json!("ACTIVE"), "/metastudio/p~11/assets/a/asset_state", "`ACTIVED`")]
#[case::a_time("/metastudio/p~11/assets/a/since", json!("today"), "/metastudio/p~11/assets/a/since", "2026-01-01T00:00:00Z")]
#[case::a_count("/metastudio/p~11/made", json!(u64::MAX), "/metastudio/p~11/made", "at most")]
#[case::a_kind("/roma/p~11/i/jobs/0/stage", json!("waiting"), "/roma/p~11/i/jobs/0/stage", "`running`")]
#[case::a_file_with_children("/smh/l/s/tree/d", json!("file"), "/smh/l/s/tree", "not listed as a directory")]
#[case::a_status("/next_failures/projects/p~11", json!(200), "/next_failures/projects/p~11", "400 to 599")]
#[case::no_store("/smh", json!([]), "/smh", "array, expected an object")]
#[case::a_member_too_many("/roma/p~11/i/held", json!([{"params": {}, "made": "x", "by": "y"}]), "/roma/p~11/i/held/0/by", "`params` or `made`")]
fn what_is_broken_is_named(
    #[case] at: &str,
    #[case] value: Value,
    #[case] pointer: &str,
    #[case] expected: &str,
) {
    let engine = small();
    let sound = engine.snapshot();
    let mut broken = sound.clone();
    *broken.pointer_mut(at).expect("it is there") = value;
    let error = engine.restore(&broken).expect_err("it is broken");
    assert_eq!(error.pointer, pointer, "{error}");
    assert!(error.problem.contains(expected), "{error}");
    assert_eq!(engine.snapshot(), sound, "nothing is changed");
}

#[test]
fn a_missing_member_is_named() {
    let engine = small();
    let mut broken = engine.snapshot();
    broken.as_object_mut().expect("an object").remove("roma");
    let error = engine.restore(&broken).expect_err("it is broken");
    assert!(
        error.to_string().contains("missing field `roma`"),
        "{error}"
    );
    let error = engine.restore(&json!("x")).expect_err("it is no object");
    assert_eq!(error.pointer, "");
}

#[rstest]
#[case::counted_from_nothing(2, 0)]
#[case::over_with_the_first(2, 1)]
#[case::asked_for_too_often(200, 3)]
fn a_job_with_counts_that_none_comes_to_is_told_as_running(
    #[case] queries: u8,
    #[case] last_query: u8,
) {
    let engine = small();
    let job_id = engine
        .set_up(
            "deletion job running",
            &json!({"project_id": "p", "instance_id": "i"}),
        )
        .expect("a known state")["job_id"]
        .clone();
    let mut odd = engine.snapshot();
    let job = odd.pointer_mut("/roma/p/i/jobs/0").expect("the job");
    job["queries"] = queries.into();
    job["last_query"] = last_query.into();
    engine.restore(&odd).expect("each count is one");
    let job_id = job_id.as_str().expect("an id");
    let response = engine.respond(&Request {
        method: "GET".to_owned(),
        target: format!("/v2/p/instances/i/assets/jobs/{job_id}"),
        headers: vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
        body: Bytes::new(),
    });
    let told: Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(response.status, 200, "{told}");
    assert_eq!(told["progress_percent"], 1.0, "{told}");
}

#[test]
fn a_snapshot_holds_no_token() {
    let bench = played(&(0..300).collect::<Vec<_>>());
    let text = bench.engine.snapshot().to_string();
    assert!(text.contains("\"owner\":\""), "a user has begun a job");
    assert!(!text.contains("assetproof-"), "{text}");
}

#[test]
fn a_reset_engine_is_as_a_new_one() {
    let numbers: Vec<u64> = (0..200).collect();
    let (bench, fresh) = (played(&numbers), played(&[]));
    bench.engine.reset();
    assert_eq!(bench.engine.snapshot(), fresh.engine.snapshot());
    assert!(bench.engine.journal().entries().is_empty());
    for number in &numbers {
        let step = step(tenant(*number), *number);
        assert_eq!(bench.play(&step), fresh.play(&step));
    }
}

#[rstest]
#[case(Tenant::Project("p".to_owned()))]
#[case(Tenant::Library("p".to_owned()))]
fn resetting_one_tenant_leaves_the_others(#[case] tenant: Tenant) {
    let engine = Engine::builder().build().expect("sound");
    for project in ["p", "q"] {
        for (state, params) in [
            ("asset exists", json!({"project_id": project})),
            (
                "application exists",
                json!({"project_id": project, "instance_id": "i"}),
            ),
            (
                "application exists",
                json!({"project_id": project, "instance_id": "j"}),
            ),
            (
                "file exists",
                json!({"library_id": project, "space_id": "s", "path": "f"}),
            ),
            (
                "file exists",
                json!({"library_id": project, "space_id": "t", "path": "f"}),
            ),
            (
                "next request fails",
                json!({"project_id": project, "status": 500}),
            ),
            (
                "next request fails",
                json!({"library_id": project, "status": 500}),
            ),
        ] {
            engine.set_up(state, &params).expect("a known state");
        }
    }
    let mut expected = engine.snapshot();
    let drop_member = |value: &mut Value, at: &str, member: &str| {
        let object = value.pointer_mut(at).and_then(Value::as_object_mut);
        object
            .expect("an object")
            .remove(member)
            .expect("it was there");
    };
    let space = Tenant::Space {
        library_id: "q".to_owned(),
        space_id: "t".to_owned(),
    };
    let instance = Tenant::Instance {
        project_id: "q".to_owned(),
        instance_id: "j".to_owned(),
    };
    engine.reset_tenant(&tenant);
    if let Tenant::Project(_) = tenant {
        drop_member(&mut expected, "/metastudio", "p");
        drop_member(&mut expected, "/roma", "p");
        drop_member(&mut expected, "/next_failures/projects", "p");
    } else {
        drop_member(&mut expected, "/smh", "p");
        drop_member(&mut expected, "/next_failures/libraries", "p");
    }
    assert_eq!(engine.snapshot(), expected);
    engine.reset_tenant(&space);
    engine.reset_tenant(&instance);
    drop_member(&mut expected, "/smh/q", "t");
    drop_member(&mut expected, "/roma/q", "j");
    assert_eq!(engine.snapshot(), expected);
}

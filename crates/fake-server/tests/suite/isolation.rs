//! Many tenants at the same time: each finds what it would find alone, and sees nothing of another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fake_server::Engine;
use fastrand::Rng;
use serde_json::Value;

use crate::traffic::{Bench, step};

const TENANTS: usize = 64;

/// How many steps all tenants make together, requests and changes of state; another number can be
/// told in `ASSETPROOF_ISOLATION_STEPS`.
fn steps() -> usize {
    let told = std::env::var("ASSETPROOF_ISOLATION_STEPS");
    let told = told.ok().map(|steps| steps.parse().expect("a number"));
    told.unwrap_or(100_000)
}

/// The numbers of a tenant's steps.
fn numbers(tenant: usize) -> impl Iterator<Item = u64> {
    let mut rng = Rng::with_seed(tenant as u64);
    std::iter::repeat_with(move || rng.u64(..)).take(steps() / TENANTS)
}

fn name(tenant: usize) -> String {
    format!("tenant-{tenant:02}")
}

/// What a tenant got, without the ids of requests, which are numbered across all tenants.
fn without_request_ids(answer: String) -> String {
    let marks = ["X-Request-Id: ", "\"request_id\":\""];
    marks
        .iter()
        .fold(answer, |text, mark| match text.split_once(mark) {
            Some((before, after)) => {
                format!("{before}{mark}{}", after.get(32..).unwrap_or_default())
            }
            None => text,
        })
}

fn play(bench: &Bench, tenant: usize) -> Vec<String> {
    let name = name(tenant);
    numbers(tenant)
        .map(|number| without_request_ids(bench.play(&step(&name, number))))
        .collect()
}

#[test]
fn each_of_64_parallel_tenants_finds_what_it_would_find_alone() {
    let together = Bench::new(Engine::builder());
    let next = AtomicUsize::new(0);
    // Each thread plays several tenants at once, a step of each in turn.
    let answers: BTreeMap<usize, Vec<String>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let mut own: Vec<_> = (0..TENANTS / 16)
                        .map(|_| next.fetch_add(1, Ordering::Relaxed))
                        .map(|tenant| (tenant, numbers(tenant), Vec::new()))
                        .collect();
                    for _ in 0..steps() / TENANTS {
                        for (tenant, numbers, answers) in &mut own {
                            let number = numbers.next().expect("as many as there are steps");
                            let answer = together.play(&step(&name(*tenant), number));
                            answers.push(without_request_ids(answer));
                        }
                    }
                    let done = own.into_iter();
                    done.map(|(tenant, _, answers)| (tenant, answers))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let played = threads.into_iter();
        played
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert_eq!(answers.len(), TENANTS);
    let state = together.engine.snapshot();
    let mut seen = String::new();
    for (tenant, answers) in answers {
        let alone = Bench::new(Engine::builder());
        let expected = play(&alone, tenant);
        let differs = answers.iter().zip(&expected).position(|(a, b)| a != b);
        assert_eq!(
            differs,
            None,
            "{}: {:?}",
            name(tenant),
            differs.map(|at| (&answers[at], &expected[at]))
        );
        let alone = alone.engine.snapshot();
        for api in ["metastudio", "roma", "smh"] {
            assert_eq!(state[api][name(tenant)], alone[api][name(tenant)], "{api}");
        }
        let text = Value::from(answers).to_string();
        seen.push_str(&text);
        let others = text.replace(&name(tenant), "");
        assert!(
            !others.contains("tenant-"),
            "{} saw another tenant",
            name(tenant)
        );
    }
    for part in [
        "SUCCESS",
        "MSS.00000012",
        "job_id",
        "ROMA.00000101",
        "recycledItemId",
        "taskId",
    ] {
        assert!(
            seen.contains(part),
            "{part} is in no answer: the traffic is not mixed"
        );
    }
}

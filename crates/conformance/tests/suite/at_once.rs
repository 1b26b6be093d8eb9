//! How much is under way at the same time: cases that rest leave their place to others, and what
//! `--jobs` promises a target holds all the same.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use conformance::Options;
use conformance::run::{RunWriter, Verdict};
use fake_server::Engine;
use fake_server::engine::{Clock, ManualClock};
use rstest::rstest;
use tokio::sync::{Notify, watch};

use crate::histories::serve;
use crate::{plan, target, try_run};

/// How many requests are under way, and how many were at most.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// One request that is under way, until it is answered or its client has gone.
struct UnderWay<'g>(&'g Gauge);

impl Gauge {
    /// One more is under way, long enough for others to come, if they do.
    async fn enter(&self) -> UnderWay<'_> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        let under_way = UnderWay(self);
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        under_way
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_more_requests_are_under_way_than_cases_are_played_at_once(
    #[values(1, 2, 5)] jobs: usize,
) {
    let engine = Arc::new(Engine::builder().build().expect("an engine"));
    let gauge = Arc::new(Gauge::default());
    let seen = Arc::clone(&gauge);
    let uri = serve(move |request| {
        let (engine, gauge) = (Arc::clone(&engine), Arc::clone(&gauge));
        async move {
            let _under_way = gauge.enter().await;
            engine.respond(&request)
        }
    })
    .await;
    // In these, jobs and tasks are waited for. (Only a history sends several requests of its own.)
    let plan = plan(&["roma/**/scenario/*", "smh/**/scenario/all-*"]);
    let options = Options {
        jobs,
        ..Options::default()
    };
    let run = try_run(&plan, &target(&uri), &options).await;
    for case in &run.expect("a run").cases {
        assert_eq!(
            case.verdict,
            Verdict::Pass,
            "{}: {:?}",
            case.id,
            case.reason
        );
    }
    let most = seen.most();
    assert!(most <= jobs, "{most}");
    assert!(most > 1 || jobs == 1, "{most}");
}

/// A server in which nothing ends before its clock is moved.
fn engine(clock: &Arc<ManualClock>) -> Arc<Engine> {
    let builder = Engine::builder().clock(Arc::clone(clock) as Arc<dyn Clock>);
    Arc::new(builder.build().expect("an engine"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_begins_while_all_that_have_begun_rest() {
    // Two cases ask for their tasks, which end when the third one is answered, and that is answered
    // when both have asked.
    let clock = Arc::new(ManualClock::default());
    let engine = engine(&clock);
    let asked = watch::Sender::new(BTreeSet::new());
    let uri = serve(move |request| {
        let (engine, clock, asked) = (engine.clone(), clock.clone(), asked.clone());
        async move {
            if request.method == "GET" {
                asked.send_if_modified(|asked| asked.insert(request.target.clone()));
            }
            if request.target.contains("/digital-assets/") {
                let both = |asked: &BTreeSet<String>| asked.len() == 2;
                let _ = asked.subscribe().wait_for(both).await;
                clock.advance(Duration::from_secs(1));
            }
            engine.respond(&request)
        }
    })
    .await;
    let plan = plan(&[
        "smh/**/scenario/all-items-*-later",
        "metastudio/asset-summary/documented/200",
    ]);
    assert_eq!(plan.cases.len(), 3);
    let options = Options {
        jobs: 2,
        ..Options::default()
    };
    let run = try_run(&plan, &target(&uri), &options).await;
    for case in &run.expect("a run").cases {
        let said = (&case.id, &case.reason);
        assert_eq!(case.verdict, Verdict::Pass, "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_that_rest_are_tidied_up_in_turn_when_a_run_is_interrupted() {
    let engine = engine(&Arc::default());
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let all_rest = Arc::new(Notify::new());
    let gauge = Arc::new(Gauge::default());
    let (seen, stop) = (Arc::clone(&gauge), Arc::clone(&all_rest));
    let uri = serve(move |request| {
        let (engine, gauge) = (Arc::clone(&engine), Arc::clone(&gauge));
        if request.method == "GET" {
            let mut asked = asked.lock().expect("nobody panics");
            asked.insert(request.target.clone());
            if asked.len() == 3 {
                all_rest.notify_one();
            }
        }
        async move {
            // No case ends by itself.
            let body = String::from_utf8_lossy(&request.body);
            if request.target == "/_states" && body.contains("teardown") {
                let _under_way = gauge.enter().await;
            }
            engine.respond(&request)
        }
    })
    .await;
    let plan = plan(&["smh/**/scenario/*-later"]);
    let options = Options {
        jobs: 2,
        ..Options::default()
    };
    let mut out = RunWriter::nowhere();
    let target = target(&uri);
    let run = conformance::run(&plan, &target, &options, &mut out, |_| {}, stop.notified());
    let run = run.await.expect("a run");
    assert!(run.footer.is_some_and(|footer| footer.interrupted));
    let most = seen.most();
    assert!((1..=2).contains(&most), "{most}");
}

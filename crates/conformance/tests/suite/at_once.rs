//! How much is under way at the same time: cases that rest leave their place to others, and what
//! `--jobs` promises a target holds all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::Options;
use conformance::run::Verdict;
use fake_server::Engine;
use rstest::rstest;

use crate::histories::serve;
use crate::{plan, target, try_run};

/// One request that is under way, until it is answered or its client has gone.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_more_requests_are_under_way_than_cases_are_played_at_once(
    #[values(1, 2, 5)] jobs: usize,
) {
    let engine = Arc::new(Engine::builder().build().expect("an engine"));
    let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let uri = serve(move |request| {
        let (engine, under_way, most) = (engine.clone(), under_way.clone(), most.clone());
        async move {
            let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
            let _under_way = UnderWay(under_way);
            most.fetch_max(now, Ordering::SeqCst);
            // Long enough for others to come, if they do.
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
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
    let most = seen.load(Ordering::SeqCst);
    assert!(most <= jobs, "{most}");
    assert!(most > 1 || jobs == 1, "{most}");
}

//! The threads that the cases of a run are played on. Each is a lane with a runtime, a client and
//! connections of its own: a request that went from thread to thread would cost more than a second
//! thread brings. Which case is next, and what becomes of one that has ended, is no business of
//! theirs.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use tokio::runtime::{Builder, Handle, RuntimeFlavor};
use tokio::sync::oneshot;

use crate::RunError;
use crate::play::Context;

/// More lanes than these would wait for the thread that writes down what they did.
const MOST: usize = 4;

/// How many lanes a run of so many cases at once has use for on this machine.
pub(super) fn useful(jobs: usize) -> usize {
    let machine = thread::available_parallelism().map_or(1, usize::from);
    machine.min(MOST).min(jobs)
}

/// The lanes of a run. Their threads end when this is dropped, and whatever still runs on them is
/// given up.
pub(super) struct Lanes {
    lanes: Vec<Lane>,
}

/// One thread that plays cases.
struct Lane {
    /// Its runtime.
    runtime: Handle,
    /// What its cases share, and with those of the other lanes all but the client.
    context: Arc<Context>,
    /// How many cases are on it.
    running: usize,
    /// Ends its thread when it is dropped; none of the caller's own.
    _end: Option<oneshot::Sender<()>>,
}

impl Lanes {
    /// So many lanes; fewer when the system does not give as many threads, but at least one. The
    /// caller's own thread is one of them, unless the caller has several.
    ///
    /// # Errors
    /// [`RunError::Client`] as [`Context::beside`].
    pub(super) fn new(count: usize, context: Context) -> Result<Self, RunError> {
        let here = Handle::current();
        let mut lanes = Vec::new();
        let alone = here.runtime_flavor() == RuntimeFlavor::CurrentThread;
        for _ in usize::from(alone)..count {
            let Some((runtime, end)) = own_thread() else {
                break;
            };
            lanes.push(Lane {
                runtime,
                context: Arc::new(context.beside()?),
                running: 0,
                _end: Some(end),
            });
        }
        if alone || lanes.is_empty() {
            lanes.push(Lane {
                runtime: here,
                context: Arc::new(context),
                running: 0,
                _end: None,
            });
        }
        Ok(Self { lanes })
    }

    /// What all cases of the run share.
    pub(super) fn context(&self) -> &Context {
        // There is always one.
        &self.lanes[0].context
    }

    /// Takes a place on the lane that has the fewest cases: its index, its runtime, and what its
    /// cases share.
    pub(super) fn enter(&mut self) -> (usize, &Handle, Arc<Context>) {
        let running = self.lanes.iter().map(|lane| lane.running).enumerate();
        let fewest = running.min_by_key(|(_, running)| *running);
        let index = fewest.map_or(0, |(index, _)| index);
        let lane = &mut self.lanes[index];
        lane.running += 1;
        (index, &lane.runtime, Arc::clone(&lane.context))
    }

    /// Gives a place back.
    pub(super) fn leave(&mut self, index: usize) {
        self.lanes[index].running -= 1;
    }
}

/// A runtime on a thread of its own, and what ends it when it is dropped; none when the system has
/// no more of them.
fn own_thread() -> Option<(Handle, oneshot::Sender<()>)> {
    let (end, ended) = oneshot::channel::<()>();
    let (tell, told) = channel();
    thread::Builder::new()
        .name("cases".to_owned())
        .spawn(move || {
            // It is made here, because it may not be dropped where others are being run: that is
            // where it would be if there were no thread for it.
            let runtime = Builder::new_current_thread().enable_all().build().ok();
            // Whoever waits for it hears that there is none.
            let _told = tell.send(runtime.as_ref().map(|runtime| runtime.handle().clone()));
            if let Some(runtime) = runtime {
                // It ends by an error, because nothing is ever sent.
                let _ended = runtime.block_on(ended);
            }
        })
        .ok()?;
    Some((told.recv().ok()??, end))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread::ThreadId;

    use tokio::task::JoinSet;

    use super::*;
    use crate::Target;
    use crate::runner::tests::context;

    fn lanes(count: usize) -> Lanes {
        let target = Target::new("http://127.0.0.1:1").expect("a base URL");
        Lanes::new(count, context(&target)).expect("lanes")
    }

    /// The threads that so many tasks run on.
    async fn threads(lanes: &mut Lanes, tasks: usize) -> Vec<ThreadId> {
        let mut running = JoinSet::new();
        for _ in 0..tasks {
            let (_, runtime, _) = lanes.enter();
            running.spawn_on(async { thread::current().id() }, runtime);
        }
        running.join_all().await
    }

    #[tokio::test]
    async fn the_callers_thread_is_one_of_them_where_it_is_the_only_one() {
        let threads = threads(&mut lanes(3), 9).await;
        let distinct: BTreeSet<String> = threads.iter().map(|id| format!("{id:?}")).collect();
        assert_eq!(distinct.len(), 3);
        assert!(threads.contains(&thread::current().id()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_else_a_caller_with_several_threads_does_is_not_in_the_way() {
        let threads = threads(&mut lanes(2), 8).await;
        let distinct: BTreeSet<String> = threads.iter().map(|id| format!("{id:?}")).collect();
        assert_eq!(distinct.len(), 2);
        assert!(!threads.contains(&thread::current().id()));
    }

    #[tokio::test]
    async fn a_case_goes_where_the_fewest_are() {
        let mut lanes = lanes(2);
        let places: Vec<usize> = (0..4).map(|_| lanes.enter().0).collect();
        assert_eq!(places, [0, 1, 0, 1]);
        lanes.leave(1);
        lanes.leave(1);
        let places: Vec<usize> = (0..3).map(|_| lanes.enter().0).collect();
        assert_eq!(places, [1, 1, 0]);
    }

    #[tokio::test]
    async fn a_panic_on_a_lane_comes_back_as_one() {
        let mut lanes = lanes(2);
        let mut running = JoinSet::new();
        for _ in 0..2 {
            let (_, runtime, _) = lanes.enter();
            running.spawn_on(async { panic!("a fault of this program") }, runtime);
        }
        while let Some(ended) = running.join_next().await {
            let error = ended.map(|()| "no panic").expect_err("it panicked");
            let said = error.into_panic().downcast::<&str>().expect("a text");
            assert_eq!(*said, "a fault of this program");
        }
        assert_eq!(threads(&mut lanes, 2).await.len(), 2, "they still play");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_runs_on_them_is_given_up_with_them() {
        let mut lanes = lanes(2);
        let (_, runtime, _) = lanes.enter();
        let (held, given_up) = oneshot::channel::<()>();
        let task = runtime.spawn(async {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(lanes);
        given_up.await.expect_err("nothing was sent");
        assert!(task.await.expect_err("it cannot end").is_cancelled());
    }
}

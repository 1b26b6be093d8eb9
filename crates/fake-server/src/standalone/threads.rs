//! The threads that connections are served on. Each has a runtime of its own, and a connection stays
//! where it is: to answer a request takes some microseconds, and to pass it from thread to thread
//! costs more than an idle one would save. That two busy connections may meet on one thread is the
//! price. What takes long is answered beside them (`connection`).

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The threads of a server. They end when this is dropped, and whatever still runs on them is given
/// up.
pub(super) struct Threads {
    threads: Vec<Thread>,
}

/// A thread that serves connections.
struct Thread {
    runtime: Handle,
    /// Each connection holds one, so that they can be counted.
    held: Arc<()>,
    /// Ends the thread when it is dropped.
    end: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Threads {
    /// So many threads, or as many as the system gives. Where there are none, connections are served
    /// by the caller's runtime.
    pub(super) fn new(count: usize) -> Self {
        let mut threads = Vec::new();
        while threads.len() < count {
            match Thread::start() {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    let got = threads.len();
                    tracing::warn!(%error, wanted = count, got, "there are no more threads");
                    break;
                }
            }
        }
        Self { threads }
    }

    /// Serves a connection on the thread that has the fewest.
    pub(super) fn spawn<F>(
        &self,
        connections: &mut JoinSet<()>,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send,
    {
        let count = |thread: &&Thread| Arc::strong_count(&thread.held);
        let Some(thread) = self.threads.iter().min_by_key(count) else {
            connections.spawn(async move { serve(stream).await });
            return;
        };
        let held = Arc::clone(&thread.held);
        let on_the_thread = async move {
            // What happens to a socket is told to the runtime that it was made on: that of whoever
            // accepts connections, until it is made anew here.
            match stream.into_std().and_then(TcpStream::from_std) {
                Ok(stream) => serve(stream).await,
                Err(error) => tracing::warn!(%error, "a connection was lost"),
            }
            drop(held);
        };
        connections.spawn_on(on_the_thread, &thread.runtime);
    }

    /// Ends the threads, and waits for what cannot be given up: the large bodies that are being
    /// answered.
    pub(super) async fn end(self) {
        let running = self.threads.into_iter().map(|Thread { end, running, .. }| {
            drop(end);
            running
        });
        let running: Vec<_> = running.collect();
        let all = tokio::task::spawn_blocking(|| {
            for thread in running {
                // One that panicked has ended as well.
                let _ended = thread.join();
            }
        });
        let _ended = all.await;
    }
}

impl Thread {
    fn start() -> io::Result<Self> {
        let (end, ended) = oneshot::channel::<()>();
        let (tell, told) = channel();
        let running = thread::Builder::new()
            .name("connections".to_owned())
            .spawn(move || {
                // It is made here, because it may not be dropped where others are being run: that
                // is where it would be if there were no thread for it.
                let runtime = Builder::new_current_thread()
                    .enable_io()
                    .enable_time()
                    .build();
                let handle = runtime.as_ref().map(|runtime| runtime.handle().clone());
                // Whoever waits for it hears of an error as well.
                let _told = tell.send(handle.map_err(|error| io::Error::from(error.kind())));
                if let Ok(runtime) = runtime {
                    // It ends by an error, because nothing is ever sent.
                    let _ended = runtime.block_on(ended);
                }
            })?;
        let runtime = told.recv().map_err(io::Error::other)??;
        Ok(Self {
            runtime,
            held: Arc::new(()),
            end,
            running,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::thread::ThreadId;

    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::*;

    /// How many of so many connections, which all stay, are served on which thread.
    async fn served(threads: &Threads, connections: &mut JoinSet<()>) -> BTreeMap<String, usize> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (tell, mut told) = mpsc::unbounded_channel::<ThreadId>();
        for _ in 0..6 {
            let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            let (stream, _) = accepted.expect("a connection");
            let tell = tell.clone();
            threads.spawn(connections, stream, move |stream| async move {
                tell.send(thread::current().id()).expect("it is read");
                // Until the client leaves, which it does when the test has ended.
                let _both = (stream.readable().await, client);
                std::future::pending::<()>().await;
            });
        }
        let mut counts = BTreeMap::new();
        for _ in 0..6 {
            let id = told.recv().await.expect("one has been served");
            *counts.entry(format!("{id:?}")).or_default() += 1;
        }
        counts
    }

    #[tokio::test]
    async fn each_thread_has_as_many_connections_as_the_others() {
        let mut connections = JoinSet::new();
        let counts = served(&Threads::new(3), &mut connections).await;
        let counts: Vec<usize> = counts.into_values().collect();
        assert_eq!(counts, [2, 2, 2]);
    }

    #[tokio::test]
    async fn without_threads_they_are_served_where_they_are_accepted() {
        let mut connections = JoinSet::new();
        let counts = served(&Threads::new(0), &mut connections).await;
        let here = format!("{:?}", thread::current().id());
        assert_eq!(counts, BTreeMap::from([(here, 6)]));
    }

    #[tokio::test]
    async fn a_connection_is_given_up_with_its_thread() {
        let mut connections = JoinSet::new();
        let threads = Threads::new(2);
        served(&threads, &mut connections).await;
        threads.end().await;
        while let Some(ended) = connections.join_next().await {
            assert!(ended.is_err_and(|error| error.is_cancelled()));
        }
    }
}

//! Where lines of the log go: a buffer that is bounded, and a thread that empties it into standard
//! error.

use std::io::Write;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The most bytes that wait for a reader of standard error; lines beyond that are dropped, counted
/// and told of.
const MOST: usize = 4 * 1024 * 1024;

/// How long lines are gathered before they are written in one go.
const GATHER: Duration = Duration::from_millis(4);

/// The way to standard error.
#[derive(Debug)]
pub(super) struct Sink {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped: u64,
    is_over: bool,
}

impl Sink {
    pub(super) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let writer = {
            let shared = Arc::clone(&shared);
            // Without the thread there is no log, and the server serves all the same.
            thread::Builder::new()
                .name("log".to_owned())
                .spawn(move || write_all(&shared))
                .ok()
        };
        Self {
            shared,
            writer: Mutex::new(writer),
        }
    }

    /// Adds a line, its end included.
    pub(super) fn push(&self, line: &[u8]) {
        let mut waiting = self.shared.waiting();
        if waiting.bytes.len() + line.len() > MOST {
            waiting.dropped += 1;
            return;
        }
        let is_first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if is_first {
            self.shared.more.notify_one();
        }
    }

    /// Writes what is there and ends.
    pub(super) fn finish(&self) {
        self.shared.waiting().is_over = true;
        self.shared.more.notify_one();
        let writer = self.writer.lock();
        let writer = writer.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A writer that panicked has written what it could.
            let _ended = writer.join();
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_all(shared: &Shared) {
    let mut bytes = Vec::new();
    loop {
        let waiting = shared.waiting();
        let waited = shared
            .more
            .wait_while(waiting, |it| it.bytes.is_empty() && !it.is_over);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        bytes.clear();
        mem::swap(&mut bytes, &mut waiting.bytes);
        let dropped = mem::take(&mut waiting.dropped);
        let is_over = waiting.is_over;
        drop(waiting);
        let mut stderr = std::io::stderr().lock();
        // Nobody reads it any more; there is nowhere to tell.
        let _closed = stderr.write_all(&bytes);
        if dropped > 0 {
            let _closed = writeln!(
                stderr,
                "{{\"level\":\"warn\",\"message\":\"{dropped} lines of the log were dropped: \
                 standard error is read too slowly\"}}"
            );
        }
        drop(stderr);
        if is_over {
            return;
        }
        thread::sleep(GATHER);
    }
}

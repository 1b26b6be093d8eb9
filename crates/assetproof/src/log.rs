//! The log of `serve`, on standard error: one line for each event, as text or as JSON.
//!
//! An event is written as bytes where it happens ([`form`]) and goes out through a thread of its
//! own ([`sink`]), so that no request waits for whoever reads standard error.

mod form;
mod sink;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::SystemTime;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use self::form::Line;
use self::sink::Sink;
use crate::cli::{LogArgs, LogForm, LogLevel};

/// The log of this process; what has been logged is written when it is dropped.
pub(crate) struct Log {
    sink: Arc<Sink>,
}

impl Log {
    /// Starts logging; none when nothing is to be logged.
    pub(crate) fn start(args: &LogArgs) -> Option<Self> {
        let level = level(args)?;
        let sink = Arc::new(Sink::start());
        let lines = Lines {
            level,
            form: args.log,
            sink: Arc::clone(&sink),
        };
        // Somebody who embeds this program may have set one before; theirs stays.
        let _theirs = tracing::subscriber::set_global_default(lines);
        Some(Self { sink })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.sink.finish();
    }
}

fn level(args: &LogArgs) -> Option<LevelFilter> {
    let level = match args.log_level {
        LogLevel::Off => return None,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    (!args.quiet).then_some(level)
}

/// Turns events into lines. Nothing here has spans, so this is no registry of them: the line of a
/// request would pay for it.
struct Lines {
    level: LevelFilter,
    form: LogForm,
    sink: Arc<Sink>,
}

thread_local! {
    /// The line that is being written: its memory is used again for the next one.
    static LINE: RefCell<Line> = const { RefCell::new(Line::new()) };
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        LINE.with_borrow_mut(|line| {
            line.write(self.form, event, SystemTime::now());
            self.sink.push(line.bytes());
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

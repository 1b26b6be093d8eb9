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
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

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
            form: args.log,
            sink: Arc::clone(&sink),
        };
        let subscriber = tracing_subscriber::registry().with(level).with(lines);
        // Somebody who embeds this program may have set one before; theirs stays.
        let _theirs = tracing::subscriber::set_global_default(subscriber);
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

/// Turns events into lines.
struct Lines {
    form: LogForm,
    sink: Arc<Sink>,
}

thread_local! {
    /// The line that is being written: its memory is used again for the next one.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            form::write(self.form, event, SystemTime::now(), line);
            self.sink.push(line);
        });
    }
}

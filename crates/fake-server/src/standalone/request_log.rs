//! One line in the log for each request: what was asked, what was answered, how long that took,
//! and whose it was. Credentials never get into it.

use std::borrow::Cow;
use std::time::Instant;

use http::request::Parts;
use validator::Request;

use super::Answers;
use super::refusal::Refusal;
use super::request::target;
use crate::engine::{Answer, Broken};

/// The target of the events of this log, one for each request: `method`, `path`, `status`,
/// `duration_us`, `tenant`, and how the answer goes out if that is not at once and whole
/// (`delay_ms`, `broken`), or why the request was refused (`error`).
pub const REQUEST_LOG: &str = "assetproof::request";

/// Logs a request that was answered. How long a delay or the sending takes is not in it.
pub(super) fn answered(served: &dyn Answers, request: &Request, answer: &Answer, start: Instant) {
    if !tracing::enabled!(target: REQUEST_LOG, tracing::Level::INFO) {
        return;
    }
    let delay = answer.delivery.delay;
    let path = served.shown(&request.target);
    tracing::info!(
        target: REQUEST_LOG,
        method = request.method,
        path = &*path,
        status = answer.response.status,
        duration_us = micros(start),
        tenant = &*tenant(served, request.path(), is_plain(&path)),
        delay_ms = (!delay.is_zero())
            .then(|| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
        broken = answer.delivery.broken.map(name),
    );
}

/// Logs a request that the front refused: a limit that was passed is a warning.
pub(super) fn refused(served: &dyn Answers, parts: &Parts, refusal: Refusal, start: Instant) {
    if !tracing::enabled!(target: REQUEST_LOG, tracing::Level::WARN) {
        return;
    }
    let error = refusal.to_string();
    let path = served.shown(target(parts));
    macro_rules! log {
        ($level:expr) => {
            tracing::event!(
                target: REQUEST_LOG,
                $level,
                method = parts.method.as_str(),
                path = &*path,
                status = refusal.status(),
                duration_us = micros(start),
                tenant = &*tenant(served, parts.uri.path(), is_plain(&path)),
                error = &*error,
            )
        };
    }
    // The level of an event is a constant.
    if refusal.is_limit() {
        log!(tracing::Level::WARN);
    } else {
        log!(tracing::Level::INFO);
    }
}

fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn name(broken: Broken) -> &'static str {
    match broken {
        Broken::Reset => "reset",
        Broken::Empty => "empty",
        Broken::Truncated { .. } => "truncated",
        Broken::Garbage => "garbage",
    }
}

/// Whether a target stands in the log just as it was sent: it holds no secret then, and no part of
/// it does.
#[expect(clippy::ptr_arg, reason = "which of the two it is, is the question")]
fn is_plain(shown: &Cow<'_, str>) -> bool {
    matches!(shown, Cow::Borrowed(_))
}

/// `project_id=p instance_id=i`, as they stand in the path.
fn tenant(served: &dyn Answers, path: &str, is_plain: bool) -> String {
    let mut text = String::new();
    for (name, value) in served.tenant(path) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    if is_plain {
        text
    } else {
        served.shown(&text).into_owned()
    }
}

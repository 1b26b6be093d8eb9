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
        tenant = &*tenant(served, request.path(), &path),
        delay_ms = (!delay.is_zero())
            .then(|| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
        broken = answer.delivery.broken.map(name),
    );
}

/// Logs a request that the front refused.
pub(super) fn refused(served: &dyn Answers, parts: &Parts, refusal: Refusal, start: Instant) {
    if !tracing::enabled!(target: REQUEST_LOG, tracing::Level::INFO) {
        return;
    }
    let error = refusal.to_string();
    let path = served.shown(target(parts));
    tracing::info!(
        target: REQUEST_LOG,
        method = parts.method.as_str(),
        path = &*path,
        status = refusal.status(),
        duration_us = micros(start),
        tenant = &*tenant(served, parts.uri.path(), &path),
        error = &*error,
    );
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

/// `project_id=p instance_id=i`, as they stand in the path; `shown` is how that stands in the log.
fn tenant(served: &dyn Answers, path: &str, shown: &Cow<'_, str>) -> String {
    let mut text = String::new();
    for (name, value) in served.tenant(path) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    // Where the whole path holds no secret, no part of it does.
    match shown {
        Cow::Borrowed(_) => text,
        Cow::Owned(_) => served.shown(&text).into_owned(),
    }
}

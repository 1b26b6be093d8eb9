//! One line in the log for each request: what was asked, what was answered, how long that took,
//! and whose it was. Credentials never get into it.

use std::borrow::Cow;
use std::time::Instant;

use http::request::Parts;
use percent_encoding::percent_decode_str;
use validator::Request;

use super::Answers;
use super::connection::target;
use super::refusal::Refusal;
use crate::engine::{Answer, Broken};

/// The target of the events of this log, one for each request: `method`, `path`, `status`,
/// `duration_us`, `tenant`, and how the answer goes out if that is not at once and whole
/// (`delay_ms`, `broken`), or why the request was refused (`error`).
pub const REQUEST_LOG: &str = "assetproof::request";

/// Query parameters whose value is a secret.
const SECRET: [&str; 1] = ["access_token"];

/// Logs a request that was answered. How long a delay or the sending takes is not in it.
pub(super) fn answered(served: &dyn Answers, request: &Request, answer: &Answer, start: Instant) {
    if !tracing::enabled!(target: REQUEST_LOG, tracing::Level::INFO) {
        return;
    }
    let delay = answer.delivery.delay;
    tracing::info!(
        target: REQUEST_LOG,
        method = request.method,
        path = &*without_secrets(served, masked(&request.target)),
        status = answer.response.status,
        duration_us = micros(start),
        tenant = &*tenant(served, request.path()),
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
    tracing::info!(
        target: REQUEST_LOG,
        method = parts.method.as_str(),
        path = &*without_secrets(served, masked(target(parts))),
        status = refusal.status(),
        duration_us = micros(start),
        tenant = &*tenant(served, parts.uri.path()),
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

/// `project_id=p instance_id=i`, as they stand in the path.
fn tenant(served: &dyn Answers, path: &str) -> String {
    let mut text = String::new();
    for (name, value) in served.tenant(path) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    without_secrets(served, Cow::Owned(text)).into_owned()
}

/// The text without what is accepted as a credential, wherever it stands.
fn without_secrets<'t>(served: &dyn Answers, text: Cow<'t, str>) -> Cow<'t, str> {
    match served.masked(&text) {
        Some(masked) => Cow::Owned(masked),
        None => text,
    }
}

/// What separates parameters, and what clients write in error.
const SEPARATORS: [char; 3] = ['?', '&', ';'];

/// A target with `***` for the value of each parameter that is a secret.
fn masked(target: &str) -> Cow<'_, str> {
    let mut pairs = target.split(SEPARATORS);
    if !pairs.any(|pair| secret_name(pair).is_some()) {
        return Cow::Borrowed(target);
    }
    let parts = target.split_inclusive(SEPARATORS).map(|part| {
        let pair = part.strip_suffix(SEPARATORS).unwrap_or(part);
        match secret_name(pair) {
            Some(name) => Cow::Owned(format!("{name}=***{}", &part[pair.len()..])),
            None => Cow::Borrowed(part),
        }
    });
    Cow::Owned(parts.collect())
}

/// The name of a parameter, as it is written, if its value is a secret.
fn secret_name(pair: &str) -> Option<&str> {
    let (name, _) = pair.split_once('=')?;
    let plain = percent_decode_str(name).decode_utf8_lossy();
    SECRET
        .iter()
        .any(|secret| plain.eq_ignore_ascii_case(secret))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_however_their_name_is_written() {
        for (target, shown) in [
            ("/a", "/a"),
            ("/a?delete", "/a?delete"),
            (
                "/a?delete&access_token=s3cret&user_id=u",
                "/a?delete&access_token=***&user_id=u",
            ),
            ("/a?access%5Ftoken=s3cret", "/a?access%5Ftoken=***"),
            (
                "/a?Access_Token=one&access_token=two==",
                "/a?Access_Token=***&access_token=***",
            ),
            ("/a?access_token", "/a?access_token"),
            ("/a?b?access_token=x", "/a?b?access_token=***"),
            ("/a?b;access_token=x&c", "/a?b;access_token=***&c"),
            ("/a/1&access_token=x", "/a/1&access_token=***"),
        ] {
            assert_eq!(masked(target), shown);
        }
    }
}

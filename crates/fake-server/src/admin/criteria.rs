//! Which recorded requests are meant: a part of WireMock's request pattern. What is not in that
//! part is refused, because a criterion that is passed over finds too much.

use memchr::memmem;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::reply::{Refused, object, only_known};
use crate::engine::Recorded;

/// The largest compiled pattern, in bytes.
const PATTERN: usize = 1024 * 1024;

/// Criteria that are all to be met. Of a request only what was kept is looked at: 16 KiB of its body
/// and of its headers, with the secrets masked.
#[derive(Debug, Default)]
pub(super) struct Criteria {
    method: Option<String>,
    url: Option<String>,
    path: Option<String>,
    path_pattern: Option<Regex>,
    headers: Vec<(String, String)>,
    contains: Vec<String>,
}

impl Criteria {
    /// Reads them from a request's body; an empty one takes every request.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refused> {
        let members = object(body)?;
        let known = [
            "method",
            "url",
            "urlPath",
            "urlPathPattern",
            "headers",
            "bodyPatterns",
        ];
        only_known(&members, "", &known)?;
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => {
                let pointer = format!("/{name}");
                Err(Refused::unusable(Some(&pointer), "expected a string"))
            }
        };
        Ok(Self {
            method: text("method")?.filter(|method| method != "ANY"),
            url: text("url")?,
            path: text("urlPath")?,
            path_pattern: text("urlPathPattern")?
                .as_deref()
                .map(pattern)
                .transpose()?,
            headers: headers(&members)?,
            contains: body_patterns(&members)?,
        })
    }

    /// Whether the request meets them.
    pub(super) fn take(&self, request: &Recorded) -> bool {
        let is = |wanted: &Option<String>, given: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == given)
        };
        is(&self.method, &request.method)
            && is(&self.url, &request.target)
            && is(&self.path, request.path())
            && self
                .path_pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(request.path()))
            && self
                .headers
                .iter()
                .all(|(name, wanted)| request.header(name).any(|value| value == wanted))
            && self
                .contains
                .iter()
                .all(|text| memmem::find(&request.body, text.as_bytes()).is_some())
    }
}

/// As with WireMock, a pattern has to match the whole path.
fn pattern(text: &str) -> Result<Regex, Refused> {
    RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(PATTERN)
        .build()
        .map_err(|error| {
            let detail = format!("no usable regular expression: {error}");
            Refused::unusable(Some("/urlPathPattern"), &detail)
        })
}

/// `{"NAME": {"equalTo": "VALUE"}, …}`
fn headers(members: &Map<String, Value>) -> Result<Vec<(String, String)>, Refused> {
    let given = match members.get("headers") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(Refused::unusable(Some("/headers"), "expected an object")),
    };
    given
        .iter()
        .map(|(name, matcher)| {
            let at = format!("/headers/{}", name.replace('~', "~0").replace('/', "~1"));
            Ok((name.clone(), operand(matcher, &at, "equalTo")?))
        })
        .collect()
}

/// `[{"contains": "TEXT"}, …]`
fn body_patterns(members: &Map<String, Value>) -> Result<Vec<String>, Refused> {
    let given = match members.get("bodyPatterns") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(given)) => given,
        Some(_) => {
            return Err(Refused::unusable(
                Some("/bodyPatterns"),
                "expected an array",
            ));
        }
    };
    given
        .iter()
        .enumerate()
        .map(|(index, matcher)| operand(matcher, &format!("/bodyPatterns/{index}"), "contains"))
        .collect()
}

/// The text of a matcher with just this operator.
fn operand(matcher: &Value, at: &str, operator: &str) -> Result<String, Refused> {
    let expected = || format!("expected {{\"{operator}\": \"…\"}}");
    let Value::Object(matcher) = matcher else {
        return Err(Refused::unusable(Some(at), &expected()));
    };
    only_known(matcher, at, &[operator])?;
    match matcher.get(operator) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(Refused::unusable(Some(at), &expected())),
    }
}

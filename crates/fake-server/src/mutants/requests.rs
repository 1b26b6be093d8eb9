//! Defects of parsing: a request that is taken for another one before anybody looks at it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use validator::Request;

use super::Mutant;
use super::edit::Edit;
use super::headers::HeaderDefect;
use crate::engine::Api;

/// How which requests are misunderstood.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RequestDefect {
    /// Of this operation only, e.g. `batch-action`.
    operation: Option<String>,
    #[serde(default)]
    headers: Vec<HeaderDefect>,
    #[serde(default)]
    body: Vec<Edit>,
    /// What the parser lets pass.
    lenient: Option<Lenience>,
    /// What is taken for a body that is no JSON.
    malformed: Option<String>,
    /// What is taken for a body that is JSON of another type than this: `array` or `object`.
    other_than: Option<Shape>,
    /// What replaces a part of the path and query: (part, replacement).
    #[serde(default)]
    target: Vec<(String, String)>,
}

/// What a parser lets pass that is no JSON.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Lenience {
    /// What stands behind the first value is not looked at.
    MoreBehind,
    /// Bytes that are not UTF-8 become the replacement character.
    OtherEncodings,
    /// A comma may stand before a closing bracket.
    TrailingCommas,
}

/// A body that is not of the type is taken for an empty one of it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    Array,
    Object,
}

impl Mutant {
    /// The request as this mutant takes it.
    pub(crate) fn request<'r>(
        &self,
        api: Api,
        operation: Option<&str>,
        request: &'r Request,
    ) -> Cow<'r, Request> {
        let mut taken = Cow::Borrowed(request);
        for defect in self.how.requests.iter().filter(|_| self.api == api) {
            if defect.operation.is_none() || defect.operation.as_deref() == operation {
                defect.make(taken.to_mut());
            }
        }
        taken
    }
}

impl RequestDefect {
    pub(super) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    fn make(&self, request: &mut Request) {
        for header in &self.headers {
            header.make(&mut request.headers);
        }
        for (part, replacement) in &self.target {
            request.target = request.target.replace(part, replacement);
        }
        if let Some(lenience) = self.lenient {
            request.body = lenience.read(&request.body).into();
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&request.body) else {
            if let Some(text) = &self.malformed {
                request.body = text.clone().into();
            }
            return;
        };
        match self.other_than {
            Some(Shape::Array) if !body.is_array() => body = Value::Array(Vec::new()),
            Some(Shape::Object) if !body.is_object() => {
                body = Value::Object(serde_json::Map::new());
            }
            _ if self.body.is_empty() => return,
            _ => {}
        }
        self.body.iter().for_each(|edit| edit.make(&mut body));
        request.body = body.to_string().into();
    }
}

impl Lenience {
    /// The body as JSON, if it is what this lets pass; else as it is.
    fn read(self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::MoreBehind => {
                let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
                match values.next() {
                    Some(Ok(first)) => first.to_string().into_bytes(),
                    _ => body.to_vec(),
                }
            }
            Self::OtherEncodings => String::from_utf8_lossy(body).into_owned().into_bytes(),
            Self::TrailingCommas => {
                let text = String::from_utf8_lossy(body);
                text.replace(",]", "]").replace(",}", "}").into_bytes()
            }
        }
    }
}

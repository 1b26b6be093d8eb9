//! A message's body: content type, JSON, schema, in this order.

use contract::{Body, Contract, Level, Message, Rules};
use serde_json::Value;

use crate::compile::{Frame, Schema};
use crate::finding::{Check, Finding, Location};
use crate::json::{JsonFault, parse_json};
use crate::parameters::header_text;
use crate::shown;

/// A body with what the contract says of it.
pub(crate) struct Subject<'s> {
    pub(crate) contract: &'s Contract,
    pub(crate) rules: &'s Rules,
    pub(crate) message: Message,
    pub(crate) spec: &'s Body,
    pub(crate) schema: &'s Schema,
    /// The requirement of the whole message, where the body names none.
    pub(crate) requirement: Option<&'s str>,
    /// All headers of the message.
    pub(crate) headers: &'s [(String, Vec<u8>)],
    pub(crate) bytes: &'s [u8],
}

impl Subject<'_> {
    /// Judges the body and returns its value, if it has one.
    pub(crate) fn judge(&self, findings: &mut Vec<Finding>) -> Option<Value> {
        if self.bytes.is_empty() && !self.spec.required {
            return None;
        }
        let frame = Frame {
            contract: self.contract,
            check: match self.message {
                Message::Request => Check::RequestSchemaConformance,
                Message::Response => Check::ResponseSchemaConformance,
            },
            message: self.message,
            requirement: self.spec.requirement.as_deref().or(self.requirement),
        };
        self.content_type(frame, findings);
        let (value, faults) = parse_json(self.bytes);
        for fault in faults {
            findings.push(self.fault(&fault, frame));
        }
        let value = value?;
        self.schema.judge(&value, frame, findings);
        Some(value)
    }

    fn content_type(&self, frame: Frame<'_>, findings: &mut Vec<Finding>) {
        let essence = |value: &[u8]| {
            value
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or_default()
                .trim_ascii()
                .eq_ignore_ascii_case(self.spec.media_type.as_bytes())
        };
        let mut given = (self.headers.iter())
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .peekable();
        let any = given.peek().is_some();
        // Of two content types, who reads the message may believe either.
        let other = given.find(|(_, value)| !essence(value));
        if any && other.is_none() {
            return;
        }
        let requirement = self.rules.media_type.as_deref();
        findings.push(Finding {
            check: match self.message {
                Message::Request => Check::RequestContentTypeConformance,
                Message::Response => Check::ContentTypeConformance,
            },
            requirement: requirement.map(str::to_owned),
            level: soft(frame, requirement),
            erratum: None,
            message: self.message,
            location: Location::Header("Content-Type".to_owned()),
            expected: self.spec.media_type.clone(),
            actual: other.map_or_else(
                || "nothing".to_owned(),
                |(_, value)| shown::shorten(&header_text(value)),
            ),
        });
    }

    fn fault(&self, fault: &JsonFault, frame: Frame<'_>) -> Finding {
        let json = self.rules.json.as_deref();
        let media_type = self.rules.media_type.as_deref();
        let (check, requirement, level, place) = match fault {
            JsonFault::ByteOrderMark => (
                Check::JsonConformance,
                media_type,
                soft(frame, media_type),
                String::new(),
            ),
            // RFC 8259 section 4: the names within an object SHOULD be unique.
            JsonFault::DuplicateMember { pointer } => (
                Check::JsonConformance,
                json,
                soft(frame, json),
                pointer.clone(),
            ),
            // RFC 8259 section 9 lets a reader limit the depth; no documented body comes near it.
            JsonFault::TooDeep => (
                frame.check,
                frame.requirement,
                frame.level(frame.requirement),
                String::new(),
            ),
            _ => (
                Check::JsonConformance,
                json,
                frame.level(json),
                String::new(),
            ),
        };
        Finding {
            check,
            requirement: requirement.map(str::to_owned),
            level,
            erratum: None,
            message: self.message,
            location: Location::Body(place),
            expected: match fault {
                JsonFault::ByteOrderMark => "no byte order mark".to_owned(),
                JsonFault::DuplicateMember { .. } => "each member once".to_owned(),
                JsonFault::TooDeep => "the documented shape".to_owned(),
                _ => "one JSON value in UTF-8".to_owned(),
            },
            actual: shown::shorten(&fault.to_string()),
        }
    }
}

/// The requirement's level, but never MUST: what RFC 8259 itself only recommends.
fn soft(frame: Frame<'_>, requirement: Option<&str>) -> Level {
    frame.level(requirement).min(Level::Should)
}

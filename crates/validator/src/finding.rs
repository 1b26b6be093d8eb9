//! What a check found: which promise, where, what was expected and what was there.

use std::fmt;

use contract::{Level, Message};
use serde::{Deserialize, Serialize};

/// The named rules. Those of responses have Schemathesis's names where it has the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The request's method and path belong to an operation.
    RequestOperationConformance,
    /// Path, query and header parameters of the request are as documented.
    RequestParametersConformance,
    /// The request authenticates in one of the documented ways.
    RequestAuthentication,
    /// The request's body has the documented content type.
    RequestContentTypeConformance,
    /// The request's body is as documented.
    RequestSchemaConformance,
    /// The response's status is a documented one.
    StatusCodeConformance,
    /// The response's body has the documented content type.
    ContentTypeConformance,
    /// The response's headers are as documented.
    ResponseHeadersConformance,
    /// The response's body is as documented.
    ResponseSchemaConformance,
    /// A body is one JSON value in UTF-8 without duplicate members.
    JsonConformance,
    /// A documented, well-formed request is answered as documented.
    PositiveDataAcceptance,
    /// A malformed request is refused.
    NegativeDataRejection,
    /// A request without the right credentials is refused.
    IgnoredAuth,
    /// A response came at all.
    ResponseReceived,
    /// The values of the response are those that the request asked for.
    CoversOnce,
    /// The response speaks only of what was asked for.
    WithinOnce,
    /// The response follows the request's order.
    SameOrder,
    /// A value has one JSON type throughout.
    OneType,
    /// A value is not given twice.
    Distinct,
    /// A member that the documentation does not list.
    UnknownMember,
    /// Which of several documented readings is followed.
    DocumentedReading,
    /// The case's own assertion on the response's body.
    CaseExpectation,
}

impl Check {
    /// The name as it stands in files and reports, e.g. `status_code_conformance`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestOperationConformance => "request_operation_conformance",
            Self::RequestParametersConformance => "request_parameters_conformance",
            Self::RequestAuthentication => "request_authentication",
            Self::RequestContentTypeConformance => "request_content_type_conformance",
            Self::RequestSchemaConformance => "request_schema_conformance",
            Self::StatusCodeConformance => "status_code_conformance",
            Self::ContentTypeConformance => "content_type_conformance",
            Self::ResponseHeadersConformance => "response_headers_conformance",
            Self::ResponseSchemaConformance => "response_schema_conformance",
            Self::JsonConformance => "json_conformance",
            Self::PositiveDataAcceptance => "positive_data_acceptance",
            Self::NegativeDataRejection => "negative_data_rejection",
            Self::IgnoredAuth => "ignored_auth",
            Self::ResponseReceived => "response_received",
            Self::CoversOnce => "covers_once",
            Self::WithinOnce => "within_once",
            Self::SameOrder => "same_order",
            Self::OneType => "one_type",
            Self::Distinct => "distinct",
            Self::UnknownMember => "unknown_member",
            Self::DocumentedReading => "documented_reading",
            Self::CaseExpectation => "case_expectation",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The place in a message that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "part", content = "at")]
pub enum Location {
    /// The request's method.
    Method,
    /// The request's path as a whole.
    Path,
    /// A path parameter by name.
    PathParameter(String),
    /// A query parameter by name.
    Query(String),
    /// A header by name.
    Header(String),
    /// The credentials, wherever they stand.
    Authentication,
    /// The response's status.
    Status,
    /// A JSON pointer (RFC 6901) into the body; empty for the whole body.
    Body(String),
    /// The exchange as a whole: no message came.
    Exchange,
}

/// As `errata.yaml` writes it: the bare pointer for a body, `header NAME`, `query NAME`,
/// `path NAME` and the part's name for the rest.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::PathParameter(name) => write!(f, "path {name}"),
            Self::Query(name) => write!(f, "query {name}"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Authentication => f.write_str("authentication"),
            Self::Status => f.write_str("status"),
            Self::Body(pointer) => f.write_str(pointer),
            Self::Exchange => f.write_str("exchange"),
        }
    }
}

/// What a finding does to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Reported only.
    Observation,
    /// A warning.
    Warning,
    /// A failure.
    Failure,
}

/// What one check found at one place of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that was not kept, or that has something to tell.
    pub check: Check,
    /// The promise, when there is a numbered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// How strongly it is promised.
    pub level: Level,
    /// The erratum that touches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erratum: Option<String>,
    /// Request or response.
    pub message: Message,
    /// The place in it.
    #[serde(flatten)]
    pub location: Location,
    /// What the documentation promises there.
    pub expected: String,
    /// What was there; values of secrets are never in it.
    pub actual: String,
}

impl Finding {
    /// Failure for a MUST, warning for a SHOULD, observation for a MAY; an unknown member is a
    /// warning although no document forbids it, because a misspelt optional member looks like one.
    pub fn severity(&self) -> Severity {
        match (self.level, self.check) {
            (Level::Must, _) => Severity::Failure,
            (Level::Should, _) | (_, Check::UnknownMember) => Severity::Warning,
            (Level::May, _) => Severity::Observation,
        }
    }
}

//! Operations and their parts, as OpenAPI tells them: parameters, bodies, responses, security.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonPath, Level, Replay, SchemaRef, Source};

/// One documented operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name (`operationId`), e.g. `batch-action`.
    pub id: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// Path template, e.g. `/v1/{project_id}/digital-assets/batch-action`.
    pub path: String,
    /// One line for people.
    pub summary: String,
    /// Whether it is not documented in full and only serves the others (`x-companion`).
    pub companion: bool,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// Alternatives of who may call; each names security schemes that are all needed.
    pub security: Vec<Vec<String>>,
    /// The request's body, if it takes one.
    pub request: Option<Body>,
    /// The documented responses in order of status.
    pub responses: Vec<ResponseSpec>,
    /// Which requirement states which rule of the whole operation (`x-requirements`).
    pub rules: Rules,
    /// How a request is refused (`x-refusals`).
    pub refusals: Refusals,
    /// Undocumented statuses that an erratum explains (`x-status-errata`).
    pub status_errata: BTreeMap<u16, String>,
    /// Promises that tie a response to its request (`x-relations`).
    pub relations: Vec<Relation>,
}

impl Operation {
    /// The documented response of that status.
    pub fn response(&self, status: u16) -> Option<&ResponseSpec> {
        self.responses
            .iter()
            .find(|response| response.status == status)
    }

    /// The names of the path parameters that separate tenants, in order of the path.
    pub fn tenant_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.tenant)
    }
}

/// Requirement ids of an operation's general rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rules {
    /// This method and path are served.
    pub operation: Option<String>,
    /// Who may call.
    pub authentication: Option<String>,
    /// No other status than the documented ones.
    pub status: Option<String>,
    /// A body is JSON in UTF-8.
    pub json: Option<String>,
    /// A body's content type.
    pub media_type: Option<String>,
}

/// How requests that must not succeed are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Refusals {
    /// No, wrong or incomplete credentials.
    pub unauthenticated: Option<Refusal>,
    /// Not JSON, a required part missing, or a documented limit broken.
    pub malformed: Option<Refusal>,
}

/// One way of refusing. That the answer is never 2xx is MUST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refusal {
    /// The requirement that says so.
    pub requirement: String,
    /// The documented status, when there is one.
    #[serde(default)]
    pub status: Option<u16>,
    /// How strongly the status is promised; `May` when the document is silent.
    #[serde(default = "may")]
    pub status_level: Level,
    /// The value that `error_code` SHOULD have.
    #[serde(default)]
    pub code: Option<String>,
}

fn may() -> Level {
    Level::May
}

/// Where a parameter stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterLocation {
    /// A `{name}` segment of the path.
    Path,
    /// A query parameter.
    Query,
    /// A request header.
    Header,
}

/// A value that differs from run to run, and is therefore redacted in snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volatile {
    /// An identifier that the server or the harness makes.
    Id,
    /// A point in time.
    Time,
}

/// A request parameter.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own in the document"
)]
pub struct Parameter {
    /// Its name as documented.
    pub name: String,
    /// Path, query or header.
    pub location: ParameterLocation,
    /// Whether the standard members call it required (MUST).
    pub required: bool,
    /// The schema of its value (a string).
    pub schema: SchemaRef,
    /// The requirement that states it.
    pub requirement: Option<String>,
    /// Whether it separates tenants (`x-tenant`).
    pub tenant: bool,
    /// Whether it is a query flag without a value (`x-flag`).
    pub flag: bool,
    /// Whether it carries a credential, because a security scheme names it.
    pub secret: bool,
}

/// A documented response header.
#[derive(Debug, Clone)]
pub struct HeaderSpec {
    /// Its name as documented.
    pub name: String,
    /// How strongly its presence is promised: `Must` from `required`, else `x-presence`, else `May`.
    pub presence: Level,
    /// The schema of its value (a string).
    pub schema: SchemaRef,
    /// The requirement that states it.
    pub requirement: Option<String>,
    /// Whether it differs from run to run.
    pub volatile: Option<Volatile>,
}

/// A request's or a response's body in its one documented media type.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether it has to be there.
    pub required: bool,
    /// The media type without parameters, e.g. `application/json`.
    pub media_type: String,
    /// The schema of the body.
    pub schema: SchemaRef,
    /// The requirement that states the whole.
    pub requirement: Option<String>,
    /// The documented examples in order.
    pub examples: Vec<Example>,
}

/// One documented or constructed example of a body.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its name, which pairs requests with responses and ends the case's id.
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// Where the documentation prints it; none when it is constructed.
    pub source: Option<Source>,
    /// The body.
    pub body: ExampleBody,
    /// On a response example: how to bring it about.
    pub replay: Option<Replay>,
}

/// The bytes of an example, or the value that stands for them.
#[derive(Debug, Clone)]
pub enum ExampleBody {
    /// As the document prints it, byte for byte, with the file it was read from.
    Verbatim {
        /// Path of the file relative to the root of the contracts.
        file: String,
        /// The file's content.
        bytes: Vec<u8>,
    },
    /// Made from the document's tables, with the reason why.
    Constructed {
        /// Why the document has none.
        why: String,
        /// The body.
        value: Value,
    },
}

/// A documented response.
#[derive(Debug, Clone)]
pub struct ResponseSpec {
    /// HTTP status.
    pub status: u16,
    /// One line for people.
    pub description: String,
    /// The requirement that states the whole.
    pub requirement: Option<String>,
    /// Documented headers.
    pub headers: Vec<HeaderSpec>,
    /// The body, if one is documented.
    pub body: Option<Body>,
    /// OpenAPI links by name.
    pub links: BTreeMap<String, Link>,
}

/// An OpenAPI link: how a response feeds another operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The operation that it leads to.
    pub operation: String,
    /// Parameter names with runtime expressions (`$response.body#/job_id`).
    pub parameters: BTreeMap<String, String>,
}

/// A way to authenticate, or a part of one: always an `apiKey` of OpenAPI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Name of the header or query parameter that carries it.
    pub name: String,
    /// Header or query.
    pub location: ParameterLocation,
    /// The credential that fills it: `token`, `access_key`, `access_token`; none for a helper such
    /// as the date of a signature.
    pub credential: Option<String>,
    /// The algorithm, when the value is a signature.
    pub signature: Option<String>,
    /// The erratum by which only one reading of the documentation takes it.
    pub erratum: Option<String>,
}

/// What a relation says of the values that its queries select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    /// Each requested value exactly once in the response, and no other.
    CoversOnce,
    /// Only requested values, each at most once.
    WithinOnce,
    /// One for each requested value, equal and in order.
    SameOrder,
    /// All of one JSON type.
    OneType,
    /// None twice.
    Distinct,
}

/// A promise that ties a response to its request.
#[derive(Debug, Clone)]
pub struct Relation {
    /// What it says.
    pub kind: RelationKind,
    /// The requirement that states it.
    pub requirement: String,
    /// How strongly it is promised.
    pub level: Level,
    /// The erratum that touches it.
    pub erratum: Option<String>,
    /// The statuses it is about; empty for every 2xx.
    pub statuses: Vec<u16>,
    /// Selects from the request's body; `one-type` and `distinct` have none.
    pub request: Option<JsonPath>,
    /// Selects from the response's body.
    pub response: JsonPath,
    /// Separator at which the request's strings are split before they are compared.
    pub split: Option<String>,
}

//! The contract itself, its requirements and its errata. Operations are in `operation`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arazzo::Scenario;
use crate::{Life, Operation, Schemas, SecurityScheme};

/// How strongly the documentation promises something (RFC 2119).
///
/// The order is that of weight: `May < Should < Must`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Undocumented, or documented in two ways: observed, never failed.
    May,
    /// Shown by an example or clearly implied: a miss is a warning.
    Should,
    /// Stated and contradicted nowhere: a miss fails the implementation.
    Must,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::May => "MAY",
            Self::Should => "SHOULD",
            Self::Must => "MUST",
        })
    }
}

/// Where in the documentation a statement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document's file name, e.g. `smh-batch-delete.txt`.
    pub document: String,
    /// The heading, table or example within it.
    pub section: String,
}

/// One numbered promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id, e.g. `MS-BA-10`; never reused.
    pub id: String,
    /// How strongly it is promised.
    pub level: Level,
    /// The operation it belongs to; none for the promises common to all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The promise in one or two sentences.
    pub statement: String,
    /// Where the documentation says so.
    pub source: Source,
    /// Errata that touch it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errata: Vec<String>,
    /// Why no case can show from outside whether it is kept.
    #[serde(default, rename = "no-case", skip_serializing_if = "Option::is_none")]
    pub no_case: Option<String>,
}

/// What kind of fault in the documentation an erratum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErratumKind {
    /// An example mistyped against its own table.
    Slip,
    /// Two documented readings of equal weight.
    Contradiction,
    /// What the document should have said and does not.
    Gap,
}

/// Which of an exchange's two messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Message {
    /// What the client sent.
    Request,
    /// What the server answered.
    Response,
}

/// A finding in a verbatim example that an erratum explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The example's operation.
    pub operation: String,
    /// Whether the example is of a request or of a response.
    pub message: Message,
    /// The example's name.
    pub example: String,
    /// The requirement that the finding cites.
    pub requirement: String,
    /// The finding's place, as it prints: a JSON pointer, `path`, `header NAME` and so on.
    pub at: String,
}

/// One numbered contradiction, slip or gap of the documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erratum {
    /// Its id, e.g. `MS-E02`; never reused.
    pub id: String,
    /// Slip, contradiction or gap.
    pub kind: ErratumKind,
    /// Whether the validator finds it in a verbatim example.
    pub detectable: bool,
    /// What the documentation says.
    pub statement: String,
    /// What assetproof makes of it.
    pub reading: String,
    /// Where the documentation says so.
    pub source: Source,
    /// The findings in verbatim examples that it explains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explains: Vec<Explanation>,
}

/// What one revision of one API promises, linked and checked.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The API's name, e.g. `metastudio`.
    pub api: String,
    /// The revision, e.g. `2025-12`.
    pub revision: String,
    /// The API's title for people.
    pub title: String,
    /// Hex SHA-256 over the names and contents of all files it was loaded from, in order of name.
    pub checksum: String,
    /// The operations in the order of the document.
    pub operations: Vec<Operation>,
    /// Security schemes by name.
    pub schemes: BTreeMap<String, SecurityScheme>,
    /// Requirements by id, the common ones included.
    pub requirements: BTreeMap<String, Requirement>,
    /// Errata by id.
    pub errata: BTreeMap<String, Erratum>,
    /// What is promised of each item of a batch through its life (`x-life`), where it says so.
    pub life: Option<Life>,
    /// Names of provider states that a correct server may tie to other tenants (`x-shared-states`).
    pub shared_states: Vec<String>,
    /// Scenarios of several calls, in the order in which `x-scenarios` names their files.
    pub scenarios: Vec<Scenario>,
    /// Every document of the contract, for resolving `$ref`.
    pub schemas: Schemas,
}

impl Contract {
    /// `api/revision`, e.g. `roma/2022-12`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.api, self.revision)
    }

    /// The operation of that name.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

//! The lines of `run.ndjson` (`schemas/formats/run.schema.json`): a header, a line for each case,
//! a footer. Everything in them is masked already; no reader has to mask again.

use std::fmt;

use contract::{Level, Requirement};
use serde::{Deserialize, Serialize};
use validator::Finding;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Line {
    /// Always the first line.
    Header(Box<Header>),
    /// One case, in the order in which they ended.
    Case(Box<CaseRecord>),
    /// The last line; a file without one was cut short.
    Footer(Footer),
}

/// What was run against what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of this format; 1.
    pub format: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The seed that reproduces the run.
    pub seed: u64,
    /// Whether a missed SHOULD fails.
    pub strict: bool,
    /// What was tested.
    pub target: TargetRecord,
    /// The contracts that were judged by.
    pub contracts: Vec<ContractRecord>,
    /// How many cases were selected; of a partitioned run, those of all its parts together.
    pub selected: usize,
    /// The part of the selected cases that this run is made of; none when it is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionRecord>,
}

/// One part of a run that is split over several processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionRecord {
    /// `slice` or `hash`.
    pub scheme: String,
    /// Which part, from 1.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// How many cases are in this part.
    pub cases: usize,
    /// Hex SHA-256 over the names (`API/revision/id`, each closed by a line feed) of all selected
    /// cases in order, so that only parts of one whole are joined.
    pub plan: String,
}

/// Name and version of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `assetproof`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The target as reports name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// Its name from the target file, or its base URL.
    pub name: String,
    /// Its base URL, credentials masked.
    pub base_url: String,
    /// Whether it has a URL for setting up states.
    pub state_url: bool,
}

/// A contract as far as reports need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractRecord {
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// Title for people.
    pub title: String,
    /// Checksum of its files.
    pub checksum: String,
    /// Its operations in order.
    pub operations: Vec<OperationRecord>,
    /// Its requirements, the common ones included.
    pub requirements: Vec<Requirement>,
    /// Its errata.
    pub errata: Vec<ErratumRecord>,
}

impl ContractRecord {
    /// The requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// The erratum of that id.
    pub fn erratum(&self, id: &str) -> Option<&ErratumRecord> {
        self.errata.iter().find(|erratum| erratum.id == id)
    }
}

/// An operation as far as reports need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// Its name.
    pub id: String,
    /// HTTP method.
    pub method: String,
    /// Path template.
    pub path: String,
}

/// An erratum as far as reports need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErratumRecord {
    /// Its id.
    pub id: String,
    /// What the documentation says.
    pub statement: String,
    /// What assetproof makes of it.
    pub reading: String,
}

/// The four kinds of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseKind {
    /// A documented example.
    Documented,
    /// A valid request that the contract implies.
    Positive,
    /// An invalid request that the contract implies.
    Negative,
    /// Several dependent steps.
    Scenario,
}

impl fmt::Display for CaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Documented => "documented",
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Scenario => "scenario",
        })
    }
}

/// How a case ended. The order is that of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It does not apply to this target; the reason says why.
    Skipped,
    /// Everything promised was seen.
    Pass,
    /// A SHOULD was missed, or a member is unknown.
    Warning,
    /// A MUST was missed.
    Fail,
    /// The harness or the set-up could not do it; the reason says why.
    Error,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Skipped => "skipped",
            Self::Pass => "pass",
            Self::Warning => "warning",
            Self::Fail => "fail",
            Self::Error => "error",
        })
    }
}

/// One case with all that it did and found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Its id, e.g. `metastudio/batch-action/documented/200`.
    pub id: String,
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// The operation that it is about.
    pub operation: String,
    /// Its kind.
    pub kind: CaseKind,
    /// One line for people.
    pub title: String,
    /// False when it only observes: its findings then never fail or warn.
    pub counted: bool,
    /// The strongest promise that it can find broken.
    pub level: Level,
    /// The status that its last step is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<u16>,
    /// The requirements that it is there for.
    pub covers: Vec<String>,
    /// The requirements that its exchanges really put to the test.
    pub exercised: Vec<String>,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped, or what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why its failure is known and fails nothing, by the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// How it ended when it was run once more, alone, because it had failed; the rest of the
    /// record is that of the first time. If it then passed or only warned, it is flaky, and its
    /// verdict is a warning (of a strict run it stays a failure). If it was skipped or ended in an
    /// error, the second time proves nothing. None of a failure: it was not run again, because the
    /// run was interrupted, or too many others failed ([`crate::Options::retry`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried: Option<Verdict>,
    /// Everything found, in order of the steps.
    pub findings: Vec<CaseFinding>,
    /// The states that were set up, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateRecord>,
    /// The exchanges in order.
    pub steps: Vec<StepRecord>,
    /// A script for a POSIX shell that shows the same again, set-up included; of a case that
    /// failed or warned. Secrets are environment variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduction: Option<String>,
    /// How the record came about, where that needs saying: a history that failed is told as the
    /// smallest one that fails in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Wall time in microseconds.
    pub duration_us: u64,
}

impl CaseRecord {
    /// Whether it failed, and did not when it was run again.
    pub fn is_flaky(&self) -> bool {
        matches!(self.retried, Some(Verdict::Pass | Verdict::Warning))
    }
}

/// A state that was set up for a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateRecord {
    /// Its name.
    pub state: String,
    /// Its parameters, those of the tenant included.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// What the set-up returned.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub returned: serde_json::Map<String, serde_json::Value>,
}

/// A finding with the step that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFinding {
    /// Index into `CaseRecord::steps`.
    pub step: usize,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
}

/// One exchange of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The operation called.
    pub operation: String,
    /// What was sent.
    pub request: RequestRecord,
    /// What came back; none when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    /// Why nothing came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// A line for a POSIX shell that sends the same request; secrets are environment variables. None
    /// in a case that passed, unless it found something or is a documented one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// Wall time in microseconds.
    pub duration_us: u64,
}

/// A request as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// HTTP method.
    pub method: String,
    /// Full URL, secrets masked.
    pub url: String,
    /// Headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: BodyRecord,
}

/// A response as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRecord {
    /// HTTP status.
    pub status: u16,
    /// Headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: BodyRecord,
}

/// A body as stored: at most the first 64 KiB, invalid UTF-8 replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyRecord {
    /// The body or its beginning, secrets masked.
    pub text: String,
    /// Length of the whole body in bytes.
    pub length: usize,
    /// Whether `text` is only its beginning.
    pub truncated: bool,
}

/// The counts that close a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    /// Cases by verdict.
    pub counts: Counts,
    /// Whether the run was stopped before all selected cases had run.
    pub interrupted: bool,
    /// Why it stopped by itself before all cases had run, e.g. at the first failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Wall time in microseconds, from the first connection to the end of the last case; of a run that
    /// was merged, that of the part that took longest.
    pub duration_us: u64,
}

/// Cases by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Cases that passed.
    pub pass: usize,
    /// Cases with a warning.
    pub warning: usize,
    /// Cases that failed, without the known ones.
    pub fail: usize,
    /// Cases that failed in no other way than the baseline knows of.
    pub known: usize,
    /// Cases that were skipped.
    pub skipped: usize,
    /// Cases that could not be judged.
    pub error: usize,
}

impl Counts {
    /// Adds one case.
    pub fn add(&mut self, case: &CaseRecord) {
        *match case.verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Warning => &mut self.warning,
            Verdict::Fail if case.known.is_some() => &mut self.known,
            Verdict::Fail => &mut self.fail,
            Verdict::Skipped => &mut self.skipped,
            Verdict::Error => &mut self.error,
        } += 1;
    }

    /// All cases together. A footer may count more than there can be, so the sum stops at the
    /// largest number.
    pub fn total(&self) -> usize {
        [
            self.pass,
            self.warning,
            self.fail,
            self.known,
            self.skipped,
            self.error,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

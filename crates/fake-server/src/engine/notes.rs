//! What the engine comes to know of a request while it answers, for the journal.

use contract::Level;
use validator::{Finding, PathParameters, RequestReading};

use super::{Api, Unauthenticated};

/// The notes on one request. They are moved into its entry of the journal, never copied.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// A change of state (`/_states`): counted, and not recorded.
    pub(crate) state_callback: bool,
    /// The API whose path it is.
    pub(crate) api: Option<Api>,
    /// Index of its operation in the API's contract.
    pub(crate) operation: Option<usize>,
    pub(crate) path_parameters: PathParameters,
    /// What the validator found in it, whatever became of it.
    pub(crate) findings: Vec<Finding>,
    /// Why it did not get to the state machine.
    pub(crate) refused: Option<Refused>,
    /// The fault that it met.
    pub(crate) fault: Option<String>,
    /// Another revision of the API whose documentation it keeps to.
    pub(crate) fits_revision: Option<String>,
}

/// Why a request did not get to the state machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The state `next request fails` asked for this status.
    #[error("the state \"next request fails\" asked for {0}")]
    Told(u16),
    /// It is not authenticated.
    #[error("not authenticated: {0}")]
    Unauthenticated(Unauthenticated),
    /// It breaks the documentation at MUST.
    #[error("malformed")]
    Malformed,
}

impl Notes {
    /// Takes over what the reading of a request says.
    pub(crate) fn take(&mut self, api: Api, reading: RequestReading) {
        self.api = Some(api);
        self.operation = reading.operation;
        self.path_parameters = reading.path_parameters;
        self.findings = reading.findings;
    }

    /// Whether anything was found that is more than an observation.
    pub(crate) fn is_blamed(&self) -> bool {
        self.operation.is_none() || self.findings.iter().any(is_blame)
    }
}

/// Whether a finding is more than an observation.
pub(crate) fn is_blame(finding: &Finding) -> bool {
    finding.level > Level::May || finding.severity() > validator::Severity::Observation
}

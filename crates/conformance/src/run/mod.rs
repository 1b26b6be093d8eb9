//! The one result file, `run.ndjson`: what stands in it, how it is written, read and summed up.

mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod observed;
mod read;
mod record;
mod requirement;
mod summary;
mod unaccepted;
mod write;

pub use error::ReadError;
pub use observed::{ErratumSummary, Observation, SkipSummary};
pub use read::Run;
pub use record::{
    BodyRecord, CaseFinding, CaseKind, CaseRecord, ContractRecord, Counts, ErratumRecord, Footer,
    Header, Line, OperationRecord, RequestRecord, ResponseRecord, StepRecord, TargetRecord, Tool,
    Verdict,
};
pub(crate) use requirement::verdict_of;
pub use requirement::{LevelCounts, RequirementSummary};
pub use summary::{OperationSummary, Summary};
pub use unaccepted::Unaccepted;
pub use write::RunWriter;

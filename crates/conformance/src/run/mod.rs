//! The one result file, `run.ndjson`: what stands in it, how it is written, read and summed up.

mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod merge;
mod observed;
mod read;
mod record;
mod requirement;
mod summary;
mod unaccepted;
mod write;

pub use error::{MergeError, ReadError};
pub use merge::{merge, merge_runs};
pub use observed::{ErratumSummary, Observation, SkipSummary};
pub use read::Run;
pub use record::{
    BodyRecord, CaseFinding, CaseKind, CaseRecord, ContractRecord, Counts, ErratumRecord, Footer,
    Header, Line, OperationRecord, PartitionRecord, RequestRecord, ResponseRecord, StateRecord,
    StepRecord, TargetRecord, Tool, Verdict,
};
pub use requirement::{LevelCounts, RequirementSummary};
pub(crate) use requirement::{effect, verdict_of};
pub use summary::{OperationSummary, Summary};
pub use unaccepted::{Said, Unaccepted};
pub use write::RunWriter;

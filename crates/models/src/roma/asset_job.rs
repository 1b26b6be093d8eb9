//! `asset-job`, a companion operation: how far an export or deletion job has come.
//!
//! Nothing about it is more than SHOULD, so every member is optional; values of another type than
//! they SHOULD have are refused all the same, for no type could hold them. One type serves both
//! revisions: 2022-12 documents all that it holds, 2025-10 no numeric times.
//! A 403 has the body of the revision's `assets-delete`.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::wire::{present, wire_enum};
use crate::{Error, Extra, Result};

wire_enum! {
    /// Whether a job still runs, and how it ended.
    JobStatus {
        /// It runs, as the table spells it.
        Running = "RUNNING",
        /// It runs, as the example spells it (RO-E10).
        RunningAsInExample = "Running",
        /// It ended well.
        Succeeded = "SUCCEEDED",
        /// It ended well, spelt like the example's `Running`.
        SucceededAsInExample = "Succeeded",
        /// It ended badly.
        Failed = "FAILED",
        /// It ended badly, spelt like the example's `Running`.
        FailedAsInExample = "Failed",
    }
}

impl JobStatus {
    /// Whether the job still runs, in either spelling (RO-E10).
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::RunningAsInExample)
    }
}

/// A point in time: a number by the older table, an ISO-8601 string by the examples and the newer
/// table (RO-E11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a time is a number or an ISO-8601 string (RO-E11)"
)]
pub enum Time {
    /// A number, whose unit is not documented.
    Number(Number),
    /// A string in ISO-8601 form.
    Iso(String),
}

/// How much of a job is done: a number from 0 to 1, in its own spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Number", into = "Number")]
pub struct Progress(Number);

impl Progress {
    /// The share of the whole, 0 to 1.
    #[expect(
        clippy::missing_panics_doc,
        reason = "the constructor has proven the invariant"
    )]
    pub fn as_f64(&self) -> f64 {
        self.0
            .as_f64()
            .expect("only a number that is an f64 between 0 and 1 becomes a `Progress`")
    }
}

impl TryFrom<Number> for Progress {
    type Error = Error;

    fn try_from(number: Number) -> Result<Self> {
        if number
            .as_f64()
            .is_some_and(|share| (0.0..=1.0).contains(&share))
        {
            Ok(Self(number))
        } else {
            Err(Error::Progress(number))
        }
    }
}

impl TryFrom<f64> for Progress {
    type Error = Error;

    fn try_from(share: f64) -> Result<Self> {
        // What is no JSON number (not a number, infinite) is no share either; zero stands in for
        // its spelling, because an error needs a number to show.
        Number::from_f64(share)
            .ok_or_else(|| Error::Progress(0.into()))
            .and_then(Self::try_from)
    }
}

impl From<Progress> for Number {
    fn from(progress: Progress) -> Self {
        progress.0
    }
}

/// The body of a 200.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetJob {
    /// The job's id.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// What kind of job it is.
    #[serde(rename = "type", default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it still runs (RO-E10).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<JobStatus>,
    /// How much of it is done.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub progress_percent: Option<Progress>,
    /// The archive that an export makes.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub archive_id: Option<String>,
    /// When it began (RO-E11).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub begin_time: Option<Time>,
    /// When it ended (RO-E11).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub end_time: Option<Time>,
    /// What went wrong, under the name of the newer table and both examples (RO-E12).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub reason: Option<Vec<JobReason>>,
    /// What went wrong, under the name of the older table and of the SDK (RO-E12).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub reasons: Option<Vec<JobReason>>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Why a job could not do something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobReason {
    /// What kind of thing it is about.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub resource_type: Option<String>,
    /// Which one.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub resource_name: Option<String>,
    /// The error's code.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub error_code: Option<String>,
    /// What went wrong, for people.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub error_msg: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

//! Where the two revisions of roma differ: the request's body, times, and the name of reasons.

use std::time::SystemTime;

use models::roma::asset_job::{AssetJob, JobReason, Time};
use models::roma::assets_delete::{r2022_12, r2025_10};

use super::time;
use crate::engine::{Api, Call, Choices};
use crate::{Error, Result};

/// A revision that the state machine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revision {
    /// `apps` is a string, times are numbers.
    R2022_12,
    /// `apps` and `tasks` are lists of objects, times are ISO-8601 strings.
    R2025_10,
}

impl Revision {
    /// The revision of that name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "2022-12" => Ok(Self::R2022_12),
            "2025-10" => Ok(Self::R2025_10),
            _ => Err(Error::UnknownRevision {
                api: Api::Roma.name().to_owned(),
                revision: name.to_owned(),
                known: "2022-12, 2025-10".to_owned(),
            }),
        }
    }

    /// The ids of applications and tasks in a request's body; none when it is malformed. Entries
    /// without an id, which the tables allow, name nothing.
    pub(crate) fn read(self, call: &Call<'_>) -> Option<(Vec<String>, Vec<String>)> {
        match self {
            Self::R2022_12 => {
                let body: r2022_12::Request = call.body()?;
                let tasks = body.tasks.unwrap_or_default().into_vec();
                let tasks = tasks.into_iter().filter_map(|task| task.task_id).collect();
                Some((body.apps.ids().to_vec(), tasks))
            }
            Self::R2025_10 => {
                let body: r2025_10::Request = call.body()?;
                let ids = |entries: Vec<r2025_10::Entry>| {
                    entries.into_iter().filter_map(|entry| entry.id).collect()
                };
                Some((ids(body.apps.into_vec()), ids(body.tasks.into_vec())))
            }
        }
    }

    /// A time as the revision's table writes it (RO-E11); the number is inferred to be
    /// milliseconds since 1970.
    pub(crate) fn time(self, time: SystemTime, choices: &Choices) -> Time {
        match self {
            Self::R2022_12 if !choices.otherwise() => Time::Number(time::milliseconds(time).into()),
            Self::R2022_12 | Self::R2025_10 => Time::Iso(time::iso_8601(time)),
        }
    }

    /// Writes why a job failed under the revision's name for it; in 2025-10 also under the one that
    /// the vendor's SDK reads, or its users would never learn it (RO-E12, observed).
    pub(crate) fn set_reasons(
        self,
        job: &mut AssetJob,
        reasons: Vec<JobReason>,
        choices: &Choices,
    ) {
        match self {
            Self::R2022_12 if !choices.otherwise() => job.reasons = Some(reasons),
            Self::R2022_12 => job.reason = Some(reasons),
            Self::R2025_10 => {
                job.reason = Some(reasons.clone());
                job.reasons = Some(reasons);
            }
        }
    }
}

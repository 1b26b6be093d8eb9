//! The life of one deletion job.
//!
//! - documented: a job runs and ends as SUCCEEDED or FAILED; its progress goes from 0 to 1.
//! - inferred: each query of a running job advances it, and the third finds it ended; without
//!   queries it ends after a time. One that a state made runs until it is torn down.
//! - inferred: it fails when an application or a task does not exist, and says which; the others
//!   are deleted nevertheless (RO-E14 leaves all of that open).

use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize};

use super::owner::Owner;
use crate::engine::{ItemFailure, JobFailure, User, timestamp};

/// The query that finds a job ended, unless it is perturbed.
pub(super) const LAST_QUERY: u8 = 3;

/// How far a job comes that a fault lets fail.
const FAILS_AT: f64 = 0.6;

/// One deletion job.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// Whose it is; none for one that counts for every user.
    pub(crate) owner: Option<Owner>,
    #[serde(with = "timestamp")]
    pub(crate) begun: SystemTime,
    pub(crate) apps: Vec<String>,
    pub(crate) tasks: Vec<String>,
    /// How often it was asked for while it ran.
    pub(crate) queries: u8,
    /// The query that finds it ended.
    pub(crate) last_query: u8,
    pub(crate) stage: Stage,
    /// What does not exist is passed over in silence.
    pub(crate) ignores_missing: bool,
    /// What a fault makes of it.
    pub(crate) failure: Option<JobFailure>,
    /// The applications and tasks that a fault strikes, by id.
    pub(crate) spared: Vec<(String, ItemFailure)>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Stage {
    /// It goes on with each query and with time.
    Running,
    /// It runs and does not go on.
    Held,
    /// It is over.
    Ended {
        /// Since when.
        #[serde(with = "timestamp")]
        at: SystemTime,
        /// What it should have deleted and did not.
        undone: Vec<Undone>,
    },
}

/// An application or a task that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Undone {
    /// `application` or `task`; `job` when the job had neither.
    pub(crate) kind: &'static str,
    /// Its id as requested.
    pub(crate) id: String,
    /// Why not.
    pub(crate) why: Why,
}

/// Why something was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Why {
    /// It does not exist.
    Missing,
    /// A fault let the whole job fail.
    BrokenOff,
    /// A fault let just this fail.
    Told(ItemFailure),
}

/// The same as it is kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptUndone {
    kind: String,
    id: String,
    why: Why,
}

/// By hand, because the derived one would borrow the kind from what is read.
impl<'de> Deserialize<'de> for Undone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const KINDS: [&str; 3] = ["application", "task", "job"];
        let kept = KeptUndone::deserialize(deserializer)?;
        let kind = KINDS.into_iter().find(|kind| *kind == kept.kind);
        let kind = kind.ok_or_else(|| {
            serde::de::Error::unknown_variant(&kept.kind, &["application", "task", "job"])
        })?;
        Ok(Self {
            kind,
            id: kept.id,
            why: kept.why,
        })
    }
}

impl Job {
    /// Whether it still runs.
    pub(crate) fn runs(&self) -> bool {
        matches!(self.stage, Stage::Running | Stage::Held)
    }

    /// Whether it stands in the way of another job of `user`.
    pub(crate) fn blocks(&self, user: &User) -> bool {
        self.runs() && self.owner.as_ref().is_none_or(|owner| owner.is(user))
    }

    /// Counts a query, and tells whether the job ends with it.
    pub(crate) fn ends_with_query(&mut self) -> bool {
        if self.stage != Stage::Running {
            return false;
        }
        self.queries = self.queries.saturating_add(1);
        self.queries >= self.last_query
    }

    /// How much of it is done, from 0 to 1: nothing at the first query. A snapshot may hold counts
    /// that no job comes to.
    pub(crate) fn share(&self) -> f64 {
        let fails = self.failure == Some(JobFailure::Fails);
        match self.stage {
            Stage::Running | Stage::Held if self.queries <= 1 => 0.0,
            _ if fails => FAILS_AT,
            Stage::Running | Stage::Held => {
                let all = f64::from(self.last_query.saturating_sub(1));
                (f64::from(self.queries - 1) / all).min(1.0)
            }
            Stage::Ended { .. } => 1.0,
        }
    }
}

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
use crate::engine::{User, timestamp};

/// The query that finds the job ended.
const LAST_QUERY: u8 = 3;

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
    pub(crate) stage: Stage,
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
        /// What it should have deleted and could not.
        missing: Vec<Missing>,
    },
}

/// An application or a task that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Missing {
    /// `application` or `task`.
    pub(crate) kind: &'static str,
    /// Its id as requested.
    pub(crate) id: String,
}

/// The same as it is kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptMissing {
    kind: String,
    id: String,
}

/// By hand, because the derived one would borrow the kind from what is read.
impl<'de> Deserialize<'de> for Missing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = KeptMissing::deserialize(deserializer)?;
        let mut known = ["application", "task"].into_iter();
        let kind = known.find(|kind| *kind == kept.kind).ok_or_else(|| {
            serde::de::Error::unknown_variant(&kept.kind, &["application", "task"])
        })?;
        Ok(Self { kind, id: kept.id })
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
        self.queries >= LAST_QUERY
    }

    /// How much of it is done while it runs, from 0 to 1: nothing at the first query.
    pub(crate) fn share(&self) -> f64 {
        f64::from(self.queries.saturating_sub(1)) / f64::from(LAST_QUERY - 1)
    }
}

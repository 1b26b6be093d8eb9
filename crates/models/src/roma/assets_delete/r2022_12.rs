//! `assets-delete` as revision 2022-12 has it.

use serde::{Deserialize, Serialize};

use super::MAX_ENTRIES;
use crate::wire::present;
use crate::{Extra, List, Result, Text};

/// The length that every documented string of a response has (RO-AD-07, RO-AD-08, RO-E03).
pub type Text128 = Text<1, 128>;

/// The request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The application or applications to delete (RO-AD-03).
    pub apps: Apps,
    /// The tasks to delete (RO-AD-04), at most 100 (RO-AD-05).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub tasks: Option<List<Task, MAX_ENTRIES>>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Request {
    /// A request to delete one application, without tasks.
    pub fn new(app: impl Into<String>) -> Self {
        Self {
            apps: Apps::One(app.into()),
            tasks: None,
            extra: Extra::new(),
        }
    }
}

/// What `apps` holds: the table's string, or the list that the prose speaks of (RO-E01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "`apps` is a string (or at most 100 strings: RO-E01)"
)]
pub enum Apps {
    /// One application's id, as the table has it.
    One(String),
    /// Several ids, as the prose implies; at most 100 (RO-AD-05).
    Many(List<String, MAX_ENTRIES>),
}

impl Apps {
    /// The application ids, whichever reading they came in.
    pub fn ids(&self) -> &[String] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }
}

/// A task to delete (RO-AD-04, RO-E09).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id; optional by the table.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub task_id: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Task {
    /// The task of that id.
    pub fn new(task_id: impl Into<String>) -> Self {
        Self {
            task_id: Some(task_id.into()),
            extra: Extra::new(),
        }
    }
}

/// The body of a 200 (RO-AD-07).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The job that deletes, to be asked for by `asset-job` (RO-AD-11, RO-E08).
    pub job_id: Text128,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Response {
    /// A response that names the job; an error when the id has not 1 to 128 characters.
    pub fn new(job_id: impl Into<String>) -> Result<Self> {
        Ok(Self {
            job_id: Text::new(job_id)?,
            extra: Extra::new(),
        })
    }
}

/// The body of a 403 (RO-AD-08).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error's code, e.g. `ROMA.00000101`. That it has this form is only SHOULD (RO-AD-09).
    pub error_code: Text128,
    /// What went wrong, for people.
    pub error_msg: Text128,
    /// More of it; SHOULD be there.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub error_details: Option<Text128>,
    /// The id of the refused request; SHOULD be there.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub request_id: Option<Text128>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ErrorBody {
    /// An error body with all four documented members; an error when one of them has not 1 to 128
    /// characters.
    pub fn new(
        error_code: impl Into<String>,
        error_msg: impl Into<String>,
        error_details: impl Into<String>,
        request_id: impl Into<String>,
    ) -> Result<Self> {
        Ok(Self {
            error_code: Text::new(error_code)?,
            error_msg: Text::new(error_msg)?,
            error_details: Some(Text::new(error_details)?),
            request_id: Some(Text::new(request_id)?),
            extra: Extra::new(),
        })
    }
}

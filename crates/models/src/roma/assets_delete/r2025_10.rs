//! `assets-delete` as revision 2025-10, the vendor's current page, has it.

use serde::{Deserialize, Serialize};

use super::MAX_ENTRIES;
use crate::wire::present;
use crate::{Extra, List};

/// The request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The applications to delete, at most 100 (RO-AD-05).
    pub apps: List<Entry, MAX_ENTRIES>,
    /// The tasks to delete, at most 100 (RO-AD-05).
    pub tasks: List<Entry, MAX_ENTRIES>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An application or a task to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id; optional by the table.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Entry {
    /// The application or task of that id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            extra: Extra::new(),
        }
    }
}

/// The body of a 200. Unlike 2022-12, this revision names no length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The job that deletes, to be asked for by `asset-job` (RO-AD-11, RO-E08).
    pub job_id: String,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Response {
    /// A response that names the job.
    pub fn new(job_id: impl Into<String>) -> Self {
        Self {
            job_id: job_id.into(),
            extra: Extra::new(),
        }
    }
}

/// The body of a 403. Unlike 2022-12, this revision names no lengths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error's code, e.g. `ROMA.00000101`. That it has this form is only SHOULD (RO-AD-09).
    pub error_code: String,
    /// What went wrong, for people.
    pub error_msg: String,
    /// More of it; SHOULD be there.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub error_details: Option<String>,
    /// The id of the refused request; SHOULD be there.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub request_id: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ErrorBody {
    /// An error body with all four documented members.
    pub fn new(
        error_code: impl Into<String>,
        error_msg: impl Into<String>,
        error_details: impl Into<String>,
        request_id: impl Into<String>,
    ) -> Self {
        Self {
            error_code: error_code.into(),
            error_msg: error_msg.into(),
            error_details: Some(error_details.into()),
            request_id: Some(request_id.into()),
            extra: Extra::new(),
        }
    }
}

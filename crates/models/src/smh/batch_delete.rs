//! `batch-delete`: deletes directories, albums and files, at once or later.

use serde::{Deserialize, Serialize};

use super::Reading;
use super::reading::code_enum;
use crate::wire::present;
use crate::{Error, Extra, Integer, Result};

/// The request's body (SM-BD-04).
pub type Request = Vec<Deletion>;

/// One thing to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The path of a directory, album or file (SM-BD-04).
    pub path: String,
    /// Whether it is deleted for good instead of going to the recycle bin; absent means no
    /// (SM-BD-04, SM-E03).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub permanent: Option<bool>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Deletion {
    /// A deletion that says nothing of the recycle bin.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            permanent: None,
            extra: Extra::new(),
        }
    }

    /// A deletion for good.
    pub fn permanent(path: impl Into<String>) -> Self {
        Self {
            permanent: Some(true),
            ..Self::new(path)
        }
    }

    /// Whether it is for good, absence read as no.
    pub fn is_permanent(&self) -> bool {
        self.permanent.unwrap_or(false)
    }
}

code_enum! {
    /// How one item fared (SM-BD-06; SM-E04 on what 200 and 204 mean).
    ItemCode {
        /// It went to the recycle bin.
        Recycled = 200,
        /// It is gone.
        Gone = 204,
        /// It must not be deleted.
        Forbidden = 403,
        /// It is not there.
        NotFound = 404,
        /// Something else stands against it.
        Conflict = 409,
        /// The server failed.
        Internal = 500,
    }
}

impl ItemCode {
    /// Whether the item was deleted.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Recycled | Self::Gone)
    }
}

/// How one item fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemResult {
    /// Its status (SM-BD-06), a number or a string (SM-E01).
    pub status: Reading<ItemCode>,
    /// Its id in the recycle bin, if it went there (SM-BD-05, SM-BD-08).
    #[serde(rename = "recycledItemId", default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recycled_item_id: Option<Integer>,
    /// The requested path, split at `/` (SM-BD-05, SM-BD-07).
    pub path: Vec<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ItemResult {
    /// The result of the item that was requested as `path`, which is split here.
    pub fn new(path: &str, status: impl Into<Reading<ItemCode>>) -> Self {
        Self {
            status: status.into(),
            recycled_item_id: None,
            path: path.split('/').map(str::to_owned).collect(),
            extra: Extra::new(),
        }
    }

    /// The result of an item that went to the recycle bin under that id.
    pub fn recycled(path: &str, recycled_item_id: impl Into<Integer>) -> Self {
        Self {
            recycled_item_id: Some(recycled_item_id.into()),
            ..Self::new(path, ItemCode::Recycled)
        }
    }
}

/// The body of what was done at once (SM-BD-05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The items.
    pub result: Vec<ItemResult>,
    /// A task, should a server name one here as well; no document forbids it.
    #[serde(rename = "taskId", skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Integer>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Done {
    /// A response of those items.
    pub fn new(result: Vec<ItemResult>) -> Self {
        Self {
            result,
            task_id: None,
            extra: Extra::new(),
        }
    }
}

/// The body of what was taken up for later (SM-BD-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Later {
    /// The task, to be asked for by `task`.
    #[serde(rename = "taskId")]
    pub task_id: Integer,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Later {
    /// A response that names the task.
    pub fn new(task_id: impl Into<Integer>) -> Self {
        Self {
            task_id: task_id.into(),
            extra: Extra::new(),
        }
    }
}

/// The body of a 2xx. What it is shows in its members, since no document ties either to a status
/// (SM-E05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Members")]
pub enum Response {
    /// Done at once.
    Done(Done),
    /// Taken up for later.
    Later(Later),
}

impl From<Done> for Response {
    fn from(done: Done) -> Self {
        Self::Done(done)
    }
}

impl From<Later> for Response {
    fn from(later: Later) -> Self {
        Self::Later(later)
    }
}

/// Both kinds of body at once. Read like this, and not one kind after the other, a body with a
/// wrong `result` is not taken for one that has only a `taskId`.
#[derive(Deserialize)]
struct Members {
    #[serde(default, deserialize_with = "present")]
    result: Option<Vec<ItemResult>>,
    #[serde(rename = "taskId", default, deserialize_with = "present")]
    task_id: Option<Integer>,
    #[serde(flatten)]
    extra: Extra,
}

impl TryFrom<Members> for Response {
    type Error = Error;

    fn try_from(
        Members {
            result,
            task_id,
            extra,
        }: Members,
    ) -> Result<Self> {
        match (result, task_id) {
            (Some(result), task_id) => Ok(Self::Done(Done {
                result,
                task_id,
                extra,
            })),
            (None, Some(task_id)) => Ok(Self::Later(Later { task_id, extra })),
            (None, None) => Err(Error::NeitherResultNorTask),
        }
    }
}

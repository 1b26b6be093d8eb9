//! `task`, a companion operation: how far asynchronous deletions have come.

use serde::{Deserialize, Serialize};

use super::Reading;
use super::batch_delete::ItemResult;
use super::reading::code_enum;
use crate::wire::present;
use crate::{Extra, Integer};

/// The body of a 200: one element for each task that was asked for (SM-BD-10).
pub type Response = Vec<Task>;

code_enum! {
    /// Where a task stands (SM-BD-10).
    TaskCode {
        /// All items were deleted.
        AllSucceeded = 200,
        /// It runs.
        Running = 202,
        /// Some or all items could not be deleted.
        SomeFailed = 207,
    }
}

/// One task (SM-BD-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    #[serde(rename = "taskId")]
    pub task_id: Integer,
    /// Where it stands, a number or a string (SM-E02).
    pub status: Reading<TaskCode>,
    /// The items, once they are known.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub result: Option<Vec<ItemResult>>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Task {
    /// A task that still runs.
    pub fn running(task_id: impl Into<Integer>) -> Self {
        Self {
            task_id: task_id.into(),
            status: TaskCode::Running.into(),
            result: None,
            extra: Extra::new(),
        }
    }

    /// A task that ended with those items; its status follows from theirs.
    pub fn ended(task_id: impl Into<Integer>, result: Vec<ItemResult>) -> Self {
        let all_succeeded = result.iter().all(|item| item.status.code().is_success());
        let code = if all_succeeded {
            TaskCode::AllSucceeded
        } else {
            TaskCode::SomeFailed
        };
        Self {
            status: code.into(),
            result: Some(result),
            ..Self::running(task_id)
        }
    }
}

//! One space: its files, its recycle bin and its tasks.
//!
//! - documented: with the recycle bin on, an item goes there and gets an id, unless it is
//!   `permanent`.
//! - inferred: the bin is on; ids of the bin and of tasks count up from 1 in each space; a
//!   directory goes to the bin as one item; what is not there is a 404 item; the space itself (an
//!   empty path) is a 403 item; items are taken in order, so that one within a directory that was
//!   deleted before it is no longer there.
//! - inferred: what is taken up for later is done at once and told later: the first query finds
//!   the task running, the next one its result.
//! - documented by the companion page: tasks that ended more than 30 days ago are not known.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use models::smh::batch_delete::{Deletion, ItemCode, ItemResult};
use models::smh::task::Task;
use serde::{Deserialize, Serialize};

use super::slips;
use super::tree::Tree;
use crate::engine::{Choices, JobFailure, Struck, count, timestamp};
use crate::mutants::Slip;

/// How long a task is known.
const TASK_KNOWN_FOR: Duration = Duration::from_hours(30 * 24);

/// How many tasks are remembered, so that a fake that runs for days does not grow.
const TASKS_KEPT: usize = 1000;

/// How far the ids of a space are apart.
const STEPS: [u64; 4] = [1, 2, 1000, 5_000_000_000];

/// When batches are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// Before the response.
    #[serde(rename = "at once")]
    AtOnce,
    /// The response names a task.
    #[serde(rename = "later")]
    Later,
}

/// One space of one library.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Space {
    pub(crate) tree: Tree,
    pub(crate) bin_enabled: bool,
    /// None: the number of items decides.
    pub(crate) mode: Option<Mode>,
    #[serde(deserialize_with = "count")]
    recycled: u64,
    #[serde(deserialize_with = "count")]
    tasks_made: u64,
    /// Oldest first.
    pub(super) tasks: VecDeque<TakenUp>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TakenUp {
    pub(super) id: u64,
    #[serde(with = "timestamp")]
    at: SystemTime,
    /// So many queries find it running.
    pub(super) runs_for: u8,
    /// It stays running.
    pub(super) held: bool,
    result: Vec<ItemResult>,
}

impl Default for Space {
    fn default() -> Self {
        Self {
            tree: Tree::default(),
            bin_enabled: true,
            mode: None,
            recycled: 0,
            tasks_made: 0,
            tasks: VecDeque::new(),
        }
    }
}

impl Space {
    /// Deletes the items in order; one result for each. Those that a fault strikes are left alone
    /// and fail: chosen ones, or of a job that is to fail the last 40 %, rounded up.
    pub(crate) fn delete(
        &mut self,
        items: &[Deletion],
        struck: &Struck,
        choices: &Choices,
    ) -> Vec<ItemResult> {
        let done = match struck.jobs() {
            Some(JobFailure::Fails) => items.len() * 6 / 10,
            Some(JobFailure::NeverEnds) | None => items.len(),
        };
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| match struck.item(&item.path) {
                Some(failure) => ItemResult::new(&item.path, code(failure.status)),
                None if index >= done => ItemResult::new(&item.path, ItemCode::Internal),
                None => self.delete_one(item, choices),
            })
            .collect()
    }

    fn delete_one(&mut self, item: &Deletion, choices: &Choices) -> ItemResult {
        if item.path.split('/').all(str::is_empty) {
            return ItemResult::new(&item.path, ItemCode::Forbidden);
        }
        if !self.take_away(item, choices) {
            return ItemResult::new(&item.path, slips::missing(item, choices));
        }
        let bin = self.bin_enabled && !choices.slips(Slip::BinIgnored);
        if item.is_permanent() || !bin {
            return ItemResult::new(&item.path, ItemCode::Gone);
        }
        self.recycled += choices.of(STEPS);
        ItemResult::recycled(&item.path, self.recycled)
    }

    /// Lets the recycle bin count its ids anew.
    pub(super) fn forget_ids(&mut self) {
        self.recycled = 0;
    }

    /// Makes a task of results that are to be told later, and gives its id.
    /// One that is `held` never ends.
    pub(crate) fn take_up(
        &mut self,
        result: Vec<ItemResult>,
        held: bool,
        now: SystemTime,
        choices: &Choices,
    ) -> u64 {
        self.tasks_made += choices.of(STEPS);
        let id = if choices.slips(Slip::TaskIdReused) {
            1
        } else {
            self.tasks_made
        };
        if choices.slips(Slip::LatestTaskOnly) {
            self.tasks.clear();
        }
        self.tasks.push_back(TakenUp {
            id,
            at: now,
            runs_for: choices.of([1, 0, 2, 3]),
            held: held || choices.slips(Slip::TaskNeverEnds),
            result,
        });
        if self.tasks.len() > TASKS_KEPT {
            self.tasks.pop_front();
        }
        id
    }

    /// The tasks of those ids that are known, in the order asked for.
    pub(crate) fn query(&mut self, ids: &[u64], now: SystemTime) -> Vec<Task> {
        self.tasks
            .retain(|task| now.duration_since(task.at).unwrap_or_default() <= TASK_KNOWN_FOR);
        let mut told = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let first = !ids[..index].contains(id);
            if first && let Some(task) = self.tasks.iter_mut().find(|task| task.id == *id) {
                told.push(task.tell());
            }
        }
        told
    }
}

/// The documented status that a fault asks for.
fn code(status: Option<u16>) -> ItemCode {
    match status {
        Some(403) => ItemCode::Forbidden,
        Some(409) => ItemCode::Conflict,
        _ => ItemCode::Internal,
    }
}

impl TakenUp {
    /// Whether the next query finds it running.
    pub(super) fn runs(&self) -> bool {
        self.held || self.runs_for > 0
    }

    fn tell(&mut self) -> Task {
        if self.runs() {
            self.runs_for = self.runs_for.saturating_sub(1);
            Task::running(self.id)
        } else {
            Task::ended(self.id, self.result.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use models::smh::task::TaskCode;

    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn space(files: &[&str]) -> Space {
        let mut space = Space::default();
        for file in files {
            space
                .tree
                .add_file(file)
                .expect("nothing stands in the way");
        }
        space
    }

    fn outcome(results: &[ItemResult]) -> Vec<(u16, Option<i64>)> {
        results
            .iter()
            .map(|item| {
                let id = item
                    .recycled_item_id
                    .as_ref()
                    .and_then(models::Integer::as_i64);
                (item.status.code() as u16, id)
            })
            .collect()
    }

    #[test]
    fn the_documented_example() {
        let mut space = space(&["foo/bar/x", "foo/1.jpg", "foo/2.jpg"]);
        let items = [
            Deletion::new("foo/bar"),
            Deletion::new("foo/1.jpg"),
            Deletion::permanent("foo/2.jpg"),
        ];
        let results = space.delete(&items, &Struck::default(), &Choices::default());
        assert_eq!(
            outcome(&results),
            [(200, Some(1)), (200, Some(2)), (204, None)]
        );
        assert_eq!(results[0].path, ["foo", "bar"]);
        assert_eq!(
            outcome(&space.delete(&items, &Struck::default(), &Choices::default())),
            [(404, None); 3]
        );
    }

    #[test]
    fn without_a_bin_everything_is_gone_for_good() {
        let mut space = space(&["a"]);
        space.bin_enabled = false;
        assert_eq!(
            outcome(&space.delete(
                &[Deletion::new("a")],
                &Struck::default(),
                &Choices::default()
            )),
            [(204, None)]
        );
    }

    #[test]
    fn items_are_taken_in_order() {
        let mut space = space(&["foo/1.jpg"]);
        let items = [
            Deletion::new("foo"),
            Deletion::new("foo/1.jpg"),
            Deletion::new(""),
        ];
        assert_eq!(
            outcome(&space.delete(&items, &Struck::default(), &Choices::default())),
            [(200, Some(1)), (404, None), (403, None)]
        );
    }

    #[test]
    fn a_task_runs_at_the_first_query_and_is_forgotten_after_30_days() {
        let mut space = space(&["a"]);
        let result = space.delete(
            &[Deletion::new("a")],
            &Struck::default(),
            &Choices::default(),
        );
        let done = space.take_up(result, false, NOW, &Choices::default());
        let result = space.delete(
            &[Deletion::new("a")],
            &Struck::default(),
            &Choices::default(),
        );
        let failed = space.take_up(result, false, NOW, &Choices::default());
        let mut codes = |now| -> Vec<TaskCode> {
            let tasks = space.query(&[failed, 99, done], now);
            tasks.iter().map(|task| task.status.code()).collect()
        };
        assert_eq!(codes(NOW), [TaskCode::Running, TaskCode::Running]);
        assert_eq!(
            codes(NOW + TASK_KNOWN_FOR),
            [TaskCode::SomeFailed, TaskCode::AllSucceeded]
        );
        assert!(codes(NOW + TASK_KNOWN_FOR + Duration::from_secs(1)).is_empty());
    }
}

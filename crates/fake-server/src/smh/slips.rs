//! What a careless implementer of smh does otherwise: the slips of the catalogue of mutants that
//! take more than a line. Without a slip everything here does what it stands for, and no more.

use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use models::smh::batch_delete::{Deletion, ItemCode, ItemResult};
use models::smh::task::{Task, TaskCode};
use validator::RequestReading;

use super::space::Space;
use super::tree::{Tree, segments};
use super::{Smh, Tenant, tenant_of};
use crate::engine::{Call, Choices, Refusal, Struck, path_parameter};
use crate::mutants::Slip;

/// How long a tree that was read is taken for the present one.
const STALE_FOR: Duration = Duration::from_millis(100);

/// The slips after which the tree is another than the results say.
const UNDONE: [Slip; 5] = [
    Slip::NoneDeleted,
    Slip::TaskNotDone,
    Slip::OneDeleted,
    Slip::RolledBack,
    Slip::StopsAtMissing,
];

impl Smh {
    /// What goes wrong before a batch is carried out in its space; gives the space's tree as it
    /// was, if the batch works on that.
    pub(super) fn before(&self, call: &Call<'_>, items: &[Deletion]) -> Option<Tree> {
        let own = tenant_of(call);
        let confused: Option<fn(&Tenant, &Tenant) -> bool> = match () {
            () if call.choices.slips(Slip::SpaceIgnored) => Some(|own, other| own.0 == other.0),
            () if call.choices.slips(Slip::LibraryIgnored) => Some(|own, other| own.1 == other.1),
            () if call.choices.slips(Slip::SpaceCut) => {
                Some(|own, other| own.0 == other.0 && own.1.starts_with(&other.1))
            }
            () => None,
        };
        if let Some(confused) = confused {
            self.spaces.each(|other, space| {
                if *other != own && confused(&own, other) {
                    for item in items {
                        space.tree.delete(&item.path);
                    }
                }
            });
        }
        call.choices.slips(Slip::StaleTree).then(|| {
            let now = call.world.now();
            let is_fresh = |at: SystemTime| now.duration_since(at).is_ok_and(|age| age < STALE_FOR);
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            match read.get(&own) {
                Some((at, tree)) if is_fresh(*at) => tree.clone(),
                _ => {
                    let tree = self.spaces.with(own.clone(), |space| space.tree.clone());
                    read.insert(own, (now, tree.clone()));
                    tree
                }
            }
        })
    }

    /// The tasks of these ids in other spaces, if they are looked for there.
    pub(super) fn tasks_elsewhere(&self, call: &Call<'_>, ids: &[u64]) -> Vec<Task> {
        let (library, _) = tenant_of(call);
        let mut found = Vec::new();
        self.spaces.each(|other, space| {
            let searched = call.choices.slips(Slip::TasksOfAll)
                || call.choices.slips(Slip::TasksOfLibrary) && other.0 == library;
            if searched {
                found.extend(space.query(ids, call.world.now()));
            }
        });
        found
    }

    /// What is done of a request before it is refused.
    pub(super) fn before_refusing(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        choices: &Choices,
    ) {
        let body = reading.body.as_ref().and_then(|body| body.as_array());
        let tenant = path_parameter(reading, "LibraryId").zip(path_parameter(reading, "SpaceId"));
        let (Some(body), Some((library, space))) = (body, tenant) else {
            return;
        };
        let sound: Vec<Deletion> = body
            .iter()
            .map_while(|item| serde_json::from_value(item.clone()).ok())
            .collect();
        let whole = sound.len() == body.len();
        let flag = reading.query.iter().any(|pair| pair.name == "delete");
        let done = match refusal {
            Refusal::Unauthenticated => whole && choices.slips(Slip::TokenAskedLast),
            Refusal::Malformed if whole => !flag && choices.slips(Slip::FlagAskedLast),
            Refusal::Malformed => choices.slips(Slip::RefusedInPart),
            Refusal::Told(_) => false,
        };
        if done {
            let tenant = (library.to_owned(), space.to_owned());
            self.spaces.with(tenant, |space| {
                space.delete(&sound, &Struck::default(), choices)
            });
        }
    }
}

impl Space {
    /// As [`Space::delete`], with what goes wrong of a whole batch.
    pub(super) fn delete_batch(
        &mut self,
        items: &[Deletion],
        later: bool,
        struck: &Struck,
        choices: &Choices,
    ) -> Vec<ItemResult> {
        if choices.slips(Slip::BinIdsOfBatch) {
            self.forget_ids();
        }
        let undone = UNDONE.into_iter().any(|slip| choices.slips(slip));
        let before = undone.then(|| self.tree.clone());
        let taken = self.taken(items, choices);
        let mut result = self.delete(taken.as_deref().unwrap_or(items), struck, choices);
        let Some(before) = before else {
            return result;
        };
        let failed = result
            .iter()
            .position(|item| !item.status.code().is_success());
        let really = match failed {
            _ if choices.slips(Slip::NoneDeleted) => 0,
            _ if choices.slips(Slip::OneDeleted) => 1,
            _ if choices.slips(Slip::TaskNotDone) && later => 0,
            Some(_) if choices.slips(Slip::RolledBack) => 0,
            Some(failed) if choices.slips(Slip::StopsAtMissing) => {
                result.truncate(failed + 1);
                failed
            }
            _ => return result,
        };
        self.tree = before;
        for item in items.iter().take(really) {
            self.tree.delete(&item.path);
        }
        result
    }

    /// The items as they are taken, if that is otherwise than they were meant.
    fn taken(&self, items: &[Deletion], choices: &Choices) -> Option<Vec<Deletion>> {
        let first = items.first().is_some_and(Deletion::is_permanent);
        let mut before = false;
        let mut for_good = |item: &Deletion| {
            before |= item.is_permanent();
            match () {
                () if choices.slips(Slip::PermanentInverted) => Some(!item.is_permanent()),
                () if choices.slips(Slip::PermanentOfFirst) => Some(first),
                () if choices.slips(Slip::PermanentSticks) => Some(before),
                () if choices.slips(Slip::DirectoriesForGood) => {
                    Some(item.is_permanent() || self.tree.is_directory(&item.path))
                }
                () => None,
            }
        };
        let taken = items.iter().map(|item| {
            let permanent = for_good(item)?;
            Some(Deletion {
                permanent: Some(permanent),
                ..item.clone()
            })
        });
        taken.collect()
    }

    /// Takes what an item names out of the tree; tells whether something was there.
    pub(super) fn take_away(&mut self, item: &Deletion, choices: &Choices) -> bool {
        let stays = choices.slips(if item.is_permanent() || !self.bin_enabled {
            Slip::PermanentStays
        } else {
            Slip::RecycledStays
        });
        let own = segments(&item.path);
        let there = self.tree.contains(&item.path);
        match () {
            () if stays => {}
            () if choices.slips(Slip::ContentStays) => self.tree.take_where(|path| *path == own),
            () if choices.slips(Slip::DeepContentStays) => self
                .tree
                .take_where(|path| path.starts_with(&own) && path.len() <= own.len() + 1),
            () if choices.slips(Slip::NamesakesDeleted) && there => {
                let start = own.join("/");
                self.tree
                    .take_where(|path| path.join("/").starts_with(&start));
            }
            () => return self.tree.delete(&item.path),
        }
        there
    }

    /// What goes wrong after tasks were told.
    pub(super) fn after_telling(&mut self, told: &[Task], choices: &Choices) {
        let ended = told
            .iter()
            .filter(|task| task.status.code() != TaskCode::Running)
            .filter_map(|task| task.task_id.as_i64());
        for id in ended {
            let is_told = |known: u64| i64::try_from(known) == Ok(id);
            if choices.slips(Slip::TaskForgotten) {
                self.tasks.retain(|task| !is_told(task.id));
            }
            if choices.slips(Slip::TaskRunsAgain) {
                let mut tasks = self.tasks.iter_mut();
                if let Some(task) = tasks.find(|task| is_told(task.id)) {
                    task.runs_for = 1;
                }
            }
        }
    }
}

/// The status of an item that is not there.
pub(super) fn missing(item: &Deletion, choices: &Choices) -> ItemCode {
    let gone = choices.slips(Slip::MissingIsGone)
        || choices.slips(Slip::MissingIsGoneForGood) && item.is_permanent();
    if gone {
        ItemCode::Gone
    } else {
        ItemCode::NotFound
    }
}

/// The status of the answer to what was done at once.
pub(super) fn status(result: &[ItemResult], choices: &Choices) -> u16 {
    let mut codes = result.iter().map(|item| item.status.code());
    match codes.find(|code| !code.is_success()) {
        None => 200,
        Some(code) if choices.slips(Slip::FirstFailureTold) => code as u16,
        Some(_) => 207,
    }
}

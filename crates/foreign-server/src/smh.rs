//! smh, revision 2026-01: `batch-delete` and its companion `task`.
//!
//! Free choices: every deletion is for later and answers a task, which is still running when it is
//! first asked for; statuses are strings; the recycle bin is off until it is set up to be on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::ids::Ids;
use crate::json::{Malformed, Object};
use crate::world::World;

/// A task that ended longer ago is no longer found.
const TASK_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// A place in a space: the parts of a path that are not empty.
type Place = Vec<String>;

/// What belongs to one space of a library.
#[derive(Debug, Default)]
pub(crate) struct Space {
    /// Files and directories alike, with every directory above them.
    entries: BTreeSet<Place>,
    recycle_bin: bool,
    tasks: BTreeMap<u64, Task>,
}

#[derive(Debug)]
struct Task {
    ended: Duration,
    asked: bool,
    all_done: bool,
    result: Vec<Value>,
}

/// One thing to delete.
#[derive(Debug)]
struct Item {
    path: String,
    permanent: bool,
}

impl Space {
    /// Makes a file or a directory, and the directories above it.
    pub(crate) fn create(&mut self, path: &str) -> Result<(), Malformed> {
        let place = place(path);
        if place.is_empty() {
            return Err(Malformed("path names nothing below the root".to_owned()));
        }
        for length in 1..=place.len() {
            self.entries.insert(place[..length].to_vec());
        }
        Ok(())
    }

    /// Switches the recycle bin.
    pub(crate) fn set_recycle_bin(&mut self, on: bool) {
        self.recycle_bin = on;
    }

    /// Deletes one thing with all below it; its status, and its number in the recycle bin.
    fn delete(&mut self, ids: &mut Ids, item: &Item) -> (&'static str, Option<u64>) {
        let place = place(&item.path);
        if place.is_empty() {
            return ("403", None);
        }
        if !self.entries.contains(&place) {
            return ("404", None);
        }
        self.entries.retain(|entry| !entry.starts_with(&place));
        if self.recycle_bin && !item.permanent {
            ("200", Some(ids.recycled()))
        } else {
            ("204", None)
        }
    }
}

fn place(path: &str) -> Place {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// POST `/api/v1/batch/{LibraryId}/{SpaceId}?delete`.
pub(crate) fn batch(world: &mut World, library: &str, space: &str, call: &Call) -> Reply {
    if let Err(reply) = check_common(world, library, space, call) {
        return reply;
    }
    let items = match read_items(call) {
        Ok(items) => items,
        Err(Malformed(reason)) => return error(400, &reason),
    };
    let tenant = (library.to_owned(), space.to_owned());
    let space = world.smh.entry(tenant).or_default();
    // The work is done here, in the order of the requests; only its result is told later.
    let mut all_done = true;
    let mut result = Vec::new();
    for item in &items {
        let (status, recycled) = space.delete(&mut world.ids, item);
        all_done &= matches!(status, "200" | "204");
        let path: Vec<&str> = item.path.split('/').collect();
        let mut entry = json!({"path": path, "status": status});
        if let Some(number) = recycled {
            entry["recycledItemId"] = json!(number);
        }
        result.push(entry);
    }
    let task_id = world.ids.task_number();
    let task = Task {
        ended: world.options.clock.now(),
        asked: false,
        all_done,
        result,
    };
    space.tasks.insert(task_id, task);
    Reply::json(202, json!({"taskId": task_id}))
}

fn read_items(call: &Call) -> Result<Vec<Item>, Malformed> {
    let flag = call.query.iter().find(|(name, _)| name == "delete");
    if !flag.is_some_and(|(_, value)| value.as_deref().unwrap_or_default().is_empty()) {
        return Err(Malformed("the query lacks the flag delete".to_owned()));
    }
    let body = call.json()?;
    let Some(values) = body.as_array() else {
        return Err(Malformed("the body has to be an array".to_owned()));
    };
    let mut items = Vec::new();
    for value in values {
        let item = Object::of("an item", value)?;
        items.push(Item {
            path: item.string("path")?.to_owned(),
            permanent: item.boolean("permanent", false)?,
        });
    }
    Ok(items)
}

/// GET `/api/v1/task/{LibraryId}/{SpaceId}/{TaskIdList}`. Tasks that the space does not have are
/// left out; the others come with the last one asked for first, each once.
pub(crate) fn tasks(
    world: &mut World,
    library: &str,
    space: &str,
    task_ids: &str,
    call: &Call,
) -> Reply {
    if let Err(reply) = check_common(world, library, space, call) {
        return reply;
    }
    let Ok(task_ids) = task_ids
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<u64>, _>>()
    else {
        return error(
            400,
            "TaskIdList has to be integers with commas between them",
        );
    };
    let now = world.options.clock.now();
    let tenant = (library.to_owned(), space.to_owned());
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    if let Some(space) = world.smh.get_mut(&tenant) {
        for id in task_ids.into_iter().rev().filter(|id| seen.insert(*id)) {
            let task = space.tasks.get_mut(&id);
            list.extend(task.and_then(|task| task.report(id, now)));
        }
    }
    Reply::json(200, Value::Array(list))
}

impl Task {
    fn report(&mut self, id: u64, now: Duration) -> Option<Value> {
        if now.saturating_sub(self.ended) > TASK_LIFETIME {
            return None;
        }
        if !self.asked {
            self.asked = true;
            return Some(json!({"taskId": id, "status": "202"}));
        }
        let status = if self.all_done { "200" } else { "207" };
        Some(json!({"taskId": id, "status": status, "result": self.result}))
    }
}

/// SM-BD-02 and SM-BD-03.
fn check_common(world: &World, library: &str, space: &str, call: &Call) -> Result<(), Reply> {
    if !call.has_query("access_token", &world.options.access_token) {
        return Err(error(403, "access_token is missing or not valid"));
    }
    if library.is_empty() || space.is_empty() {
        return Err(error(400, "LibraryId and SpaceId must not be empty"));
    }
    Ok(())
}

/// An error; the document shows no form for it.
pub(crate) fn error(status: u16, reason: &str) -> Reply {
    let code = match status {
        400 => "InvalidRequest",
        403 => "InvalidAccessToken",
        404 | 405 => "NoSuchOperation",
        _ => "Failed",
    };
    Reply::json(status, json!({"code": code, "message": reason}))
}

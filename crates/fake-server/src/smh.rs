//! smh: its operations over the spaces of libraries, and error bodies of its own making.
//!
//! - documented: what is done at once answers `result`, what is taken up for later a `taskId`; an
//!   item's and a task's statuses, and the path split at `/`.
//! - observed: done at once is 200 when all succeeded and 207 when some did not, taken up for
//!   later is 202 (the vendor's SDK pages, SM-E05); statuses are numbers (the examples, SM-E01).
//! - inferred, since the document has no error at all (SM-E07): errors are `code` and `message`;
//!   unauthenticated is 403, malformed 400, more than [`MOST_ITEMS`] items 400, tasks of which
//!   none is known 404. Of several tasks the known ones are told.
//! - inferred: many items are deleted later (SM-E09); `user_id` changes nothing; a space is there
//!   as soon as it is spoken of, and `-` is a space like any other.

mod scenarios;
mod slips;
mod space;
mod tree;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::SystemTime;

use models::smh::Reading;
use models::smh::batch_delete::{Done, ItemResult, Later, Request};
use serde_json::{Value, json};
use validator::{RequestReading, Response};

use crate::engine::{
    Action, Call, Choices, JobFailure, Params, Refusal, Scope, Service, StateError, Tenants, World,
    breach, path_parameter, reply,
};
use space::Mode;
pub(crate) use space::Space;
use tree::{Blocked, Tree};

/// The most items of one request, as the vendor's Chinese page has it.
const MOST_ITEMS: usize = 1000;

/// Library and space.
type Tenant = (String, String);

/// The spaces of all libraries.
#[derive(Debug)]
pub(crate) struct Smh {
    async_from: usize,
    pub(crate) spaces: Tenants<Tenant, Space>,
    /// The trees that a careless implementation has read, and when.
    read: Mutex<HashMap<Tenant, (SystemTime, Tree)>>,
}

impl Service for Smh {
    fn scope(&self, reading: &RequestReading) -> Option<Scope> {
        path_parameter(reading, "LibraryId").map(|library| Scope::Library(library.to_owned()))
    }

    fn refuse(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        _: &World,
        choices: &Choices,
    ) -> Response {
        self.before_refusing(refusal, reading, choices);
        match refusal {
            Refusal::Told(status) => error(status, "RequestFailed", "The request failed."),
            Refusal::Unauthenticated => error(
                choices.of([403, 401, 400]),
                "InvalidAccessToken",
                "The access token is missing or not accepted.",
            ),
            Refusal::Malformed => error(
                choices.of([400, 422, 403]),
                "InvalidParameter",
                &breach(reading).map_or_else(
                    || "The request is not as documented.".to_owned(),
                    |finding| {
                        format!(
                            "At {:?}: expected {}.",
                            finding.location.to_string(),
                            finding.expected
                        )
                    },
                ),
            ),
        }
    }

    fn perform(&self, call: &Call<'_>) -> Response {
        let performed = match call.operation {
            "batch-delete" => self.batch_delete(call),
            "task" => self.task(call),
            _ => None,
        };
        performed.unwrap_or_else(|| {
            self.refuse(Refusal::Malformed, call.reading, call.world, call.choices)
        })
    }
}

impl Smh {
    /// No spaces yet; from `async_from` items on, a batch is taken up for later.
    pub(crate) fn new(async_from: usize) -> Self {
        Self {
            async_from,
            spaces: Tenants::default(),
            read: Mutex::default(),
        }
    }

    fn batch_delete(&self, call: &Call<'_>) -> Option<Response> {
        let items: Request = call.body()?;
        let choices = call.choices;
        if items.len() > MOST_ITEMS && !choices.otherwise() {
            let message = format!("At most {MOST_ITEMS} items can be deleted at a time.");
            return Some(error(400, "TooManyItems", &message));
        }
        let now = call.world.now();
        let stale = self.before(call, &items);
        Some(self.spaces.with(tenant_of(call), |space| {
            if let Some(tree) = stale {
                space.tree = tree;
            }
            let later = match space.mode {
                Some(mode) => mode == Mode::Later,
                None => choices.of([items.len() >= self.async_from, true, false]),
            } || call.struck.jobs().is_some();
            let result = space.delete_batch(&items, later, call.struck, choices);
            if later {
                let held = call.struck.jobs() == Some(JobFailure::NeverEnds);
                reply::json(202, &Later::new(space.take_up(result, held, now, choices)))
            } else {
                let status = slips::status(&result, choices);
                let mut result = result;
                spell(&mut result, choices.otherwise());
                reply::json(status, &Done::new(result))
            }
        }))
    }

    fn task(&self, call: &Call<'_>) -> Option<Response> {
        let ids: Option<Vec<u64>> = call
            .path("TaskIdList")
            .split(',')
            .map(|id| id.parse().ok())
            .collect();
        let ids = ids?;
        let now = call.world.now();
        let mut tasks = self.spaces.with_existing(&tenant_of(call), |space| {
            let told = space.query(&ids, now);
            space.after_telling(&told, call.choices);
            told
        });
        if tasks.is_empty() {
            tasks = self.tasks_elsewhere(call, &ids);
        }
        let as_text = call.choices.otherwise();
        for task in &mut tasks {
            if as_text {
                task.status = Reading::Text(task.status.code());
            }
            spell(task.result.as_deref_mut().unwrap_or_default(), as_text);
        }
        call.choices.order(&mut tasks);
        Some(if tasks.is_empty() {
            error(404, "TaskNotFound", "None of the tasks is known.")
        } else {
            reply::json(200, &tasks)
        })
    }

    /// The state `file exists`.
    pub(crate) fn file_exists(
        &self,
        params: &Params<'_>,
        action: Action,
    ) -> Result<Value, StateError> {
        self.exists(params, action, Tree::add_file)
    }

    /// The state `directory exists`.
    pub(crate) fn directory_exists(
        &self,
        params: &Params<'_>,
        action: Action,
    ) -> Result<Value, StateError> {
        self.exists(params, action, Tree::add_directory)
    }

    fn exists(
        &self,
        params: &Params<'_>,
        action: Action,
        add: impl FnOnce(&mut Tree, &str) -> Result<(), Blocked>,
    ) -> Result<Value, StateError> {
        let path = params.required("path")?;
        self.change(params, |space| match action {
            Action::SetUp => add(&mut space.tree, path)
                .map_err(|blocked| params.invalid("path", &blocked.to_string())),
            Action::TearDown => {
                space.tree.remove(path);
                Ok(())
            }
        })
    }

    /// The state `recycle bin`: on or off; a teardown leads back to on.
    pub(crate) fn recycle_bin(
        &self,
        params: &Params<'_>,
        action: Action,
    ) -> Result<Value, StateError> {
        let enabled: bool = params.required_value("enabled")?;
        self.change(params, |space| {
            space.bin_enabled = enabled || action == Action::TearDown;
            Ok(())
        })
    }

    /// The state `batch deletes run`; after a teardown the number of items decides again.
    pub(crate) fn batch_deletes_run(
        &self,
        params: &Params<'_>,
        action: Action,
    ) -> Result<Value, StateError> {
        let mode: Mode = params.required_value("mode")?;
        self.change(params, |space| {
            space.mode = (action == Action::SetUp).then_some(mode);
            Ok(())
        })
    }

    fn change(
        &self,
        params: &Params<'_>,
        work: impl FnOnce(&mut Space) -> Result<(), StateError>,
    ) -> Result<Value, StateError> {
        let library = params.required("library_id")?.to_owned();
        let space = params.required("space_id")?.to_owned();
        self.spaces.with((library, space), work).map(|()| json!({}))
    }
}

fn tenant_of(call: &Call<'_>) -> Tenant {
    (
        call.path("LibraryId").to_owned(),
        call.path("SpaceId").to_owned(),
    )
}

/// Writes statuses as the table has them or as the examples do (SM-E01), all the same way.
fn spell(result: &mut [ItemResult], as_text: bool) {
    for item in result.iter_mut().filter(|_| as_text) {
        item.status = Reading::Text(item.status.code());
    }
}

fn error(status: u16, code: &str, message: &str) -> Response {
    reply::json(
        status,
        &json!({"code": code, "message": reply::at_most(message, 500)}),
    )
}

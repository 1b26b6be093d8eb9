//! The slips of roma's mutants: what they do in place of the right step. Without a slip each
//! function here does the right step, or nothing.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use models::roma::asset_job::AssetJob;
use serde_json::{Value, json};
use validator::{RequestReading, Response};

use super::instance::Instance;
use super::job::{Job, Stage};
use super::{MAX_ENTRIES, Roma, Tenant, code, error};
use crate::engine::{Call, Choices, Refusal, User, World, path_parameter};
use crate::mutants::Slip;

/// How long a lock lasts that expires.
const LOCK: Duration = Duration::from_millis(50);

/// What an instance of a mutant remembers.
#[derive(Debug, Default)]
pub(super) struct Slipped {
    /// Jobs that were asked about, or told once more after their end.
    seen: HashSet<String>,
    /// A refusal has released the lock.
    released: bool,
    /// Jobs that were refused and wait for their turn.
    queued: u64,
}

impl Instance {
    /// Whether a job is refused because of another one.
    pub(super) fn refuses(&mut self, call: &Call<'_>, apps: &[String], tasks: &[String]) -> bool {
        let (user, choices) = (&call.user, call.choices);
        let now = call.world.now();
        let right = self.runs_job_of(user);
        let blocked = |by: &dyn Fn(&Job) -> bool| {
            let mut running = self.jobs.iter().filter(|job| job.blocks(user));
            running.any(by)
        };
        if choices.slips(Slip::SecondJobAccepted) {
            false
        } else if choices.slips(Slip::SameAssetsRefusedOnly) {
            blocked(&|job| job.apps == apps && job.tasks == tasks)
        } else if choices.slips(Slip::JobLockExpires) {
            blocked(&|job| now.duration_since(job.begun).unwrap_or_default() < LOCK)
        } else if choices.slips(Slip::AskedJobNotInTheWay) {
            blocked(&|job| !self.slipped.seen.contains(&job.id))
        } else if choices.slips(Slip::JobLockKept) {
            self.jobs.iter().any(|job| is_of(job, user))
        } else if choices.slips(Slip::FailedJobLockKept) {
            let failed =
                |job: &Job| matches!(&job.stage, Stage::Ended { undone, .. } if !undone.is_empty());
            let mut own = self.jobs.iter().filter(|job| is_of(job, user));
            right || own.any(failed)
        } else if choices.slips(Slip::RefusalReleasesLock) {
            self.slipped.released = right && !self.slipped.released;
            self.slipped.released
        } else if choices.slips(Slip::RefusalForgetsJob) {
            self.jobs.retain(|job| !job.blocks(user));
            right
        } else if choices.slips(Slip::RefusedJobQueued) {
            if right {
                self.slipped.queued += 1;
            } else if self.slipped.queued > 0 {
                self.slipped.queued -= 1;
                let new_id = |number| format!("queued-{number}");
                self.begin(Some(user), Vec::new(), Vec::new(), now, new_id);
                return true;
            }
            right
        } else {
            right
        }
    }

    /// Does to the job that was begun last what a mutant does.
    pub(super) fn slip_latest(&mut self, choices: &Choices) {
        if choices.slips(Slip::JobNeverEnds)
            && let Some(job) = self.jobs.back_mut()
        {
            job.stage = Stage::Held;
        }
    }

    /// [`Instance::query`], as a mutant does it.
    pub(super) fn slip_query(
        &mut self,
        id: &str,
        now: SystemTime,
        choices: &Choices,
    ) -> Option<&Job> {
        let told = if choices.slips(Slip::NewestJobTold) {
            self.jobs.back()?.id.clone()
        } else {
            id.to_owned()
        };
        if choices.slips(Slip::JobUnknownAtFirst) && self.slipped.seen.insert(told.clone()) {
            return None;
        }
        if choices.slips(Slip::AskedJobNotInTheWay) {
            self.slipped.seen.insert(told.clone());
        }
        let ended = (self.jobs.iter_mut()).find(|job| job.id == told && !job.runs());
        if let Some(job) = ended {
            if choices.slips(Slip::EndedJobForgotten) {
                return None;
            }
            // It ends again with the query after the next, or with this one.
            let until_then = if choices.slips(Slip::JobRunsAgain) {
                2
            } else {
                1
            };
            let again = choices.slips(Slip::JobRunsAgain) || choices.slips(Slip::JobEndsTwice);
            if again && self.slipped.seen.insert(told.clone()) {
                job.stage = Stage::Running;
                job.queries = job.last_query.saturating_sub(until_then);
            }
        }
        if choices.slips(Slip::FirstJobTold) {
            self.query(&told, now)?;
            return self.jobs.front();
        }
        self.query(&told, now)
    }
}

impl Roma {
    /// Begins a job although its request is refused.
    pub(super) fn begin_all_the_same(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        world: &World,
        choices: &Choices,
    ) {
        let begins = match refusal {
            Refusal::Told(_) => false,
            Refusal::Unauthenticated => choices.slips(Slip::JobBeforeAuthenticating),
            Refusal::Malformed => {
                choices.slips(Slip::JobBeforeReading)
                    || choices.slips(Slip::FirstHundredDeleted)
                        && super::too_many(reading).is_some()
            }
        };
        if !begins || path_parameter(reading, "job_id").is_some() {
            return;
        }
        let part = |name| path_parameter(reading, name).unwrap_or_default().to_owned();
        self.instances
            .with((part("project_id"), part("instance_id")), |instance| {
                let new_id = |number| format!("begun-{number}");
                instance.begin(None, Vec::new(), Vec::new(), world.now(), new_id);
            });
    }

    /// The job of that id in another instance, if this mutant looks there.
    pub(super) fn job_of_another(&self, tenant: &Tenant, call: &Call<'_>) -> Option<AssetJob> {
        let mut found = None;
        let (any_instance, any_project) = (
            call.choices.slips(Slip::JobOfAnyInstance),
            call.choices.slips(Slip::JobOfAnyProject),
        );
        if any_instance || any_project {
            self.instances.each(|(project, name), instance| {
                let here = any_instance && *project == tenant.0 || any_project && *name == tenant.1;
                let job = (instance.jobs.iter()).find(|job| here && job.id == call.path("job_id"));
                found = found
                    .take()
                    .or(job.map(|job| self.describe(job, call.choices)));
            });
        }
        found
    }
}

/// Whether a request is refused although it asks for no more than a hundred things.
pub(super) fn too_many(apps: &[String], tasks: &[String], choices: &Choices) -> bool {
    choices.slips(Slip::FewerThanHundredTaken) && apps.len() + tasks.len() >= MAX_ENTRIES
}

/// The id of an instance's `number`th job.
pub(super) fn job_id(call: &Call<'_>, scope: &str, number: u64) -> String {
    if call.choices.slips(Slip::JobIdsReused) {
        return call.world.id(scope, 1);
    }
    let id = call.world.id(scope, number);
    if call.choices.slips(Slip::JobIdNamesTenant) {
        let (project, instance) = (call.path("project_id"), call.path("instance_id"));
        return format!("{project}.{instance}.assets-delete.{id}");
    }
    id
}

/// A refusal whose details quote the body.
pub(super) fn quoting(reading: &RequestReading, world: &World) -> Response {
    let message = "The request is malformed.";
    let mut response = error(403, code::MALFORMED, message, message, world);
    if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
        let given = reading.body.clone().unwrap_or_default();
        body["error_details"] = json!(format!("This is not as documented: {given}"));
        response.body = body.to_string().into();
    }
    response
}

fn is_of(job: &Job, user: &User) -> bool {
    job.owner.as_ref().is_none_or(|owner| owner.is(user))
}

//! roma, revision 2022-12 or, when set so, 2025-10: `assets-delete` and its companion `asset-job`.
//!
//! Free choices: an unknown application or task is accepted and fails the job; a list of
//! applications is refused under 2022-12; statuses are written as in the example (`Running`), times
//! as ISO 8601 strings, and what went wrong is `reason`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::iso_8601;
use crate::http::{Call, Reply};
use crate::ids::Ids;
use crate::json::{Malformed, Object};
use crate::world::World;

/// The longest `project_id` and `instance_id`, in characters.
const ID_LIMIT: usize = 64;
/// The most entries of one list.
const ENTRY_LIMIT: usize = 100;
/// The longest error member, in characters.
const ERROR_LIMIT: usize = 128;
/// The longest name and reason of a job, in characters (the vendor's page of `asset-job`).
const REASON_LIMIT: usize = 64;
/// A job runs until its progress has been asked for so many times.
const PATIENCE: u32 = 3;

/// What belongs to one instance of a project.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    apps: BTreeSet<String>,
    tasks: BTreeSet<String>,
    jobs: BTreeMap<String, Job>,
    running: Option<String>,
}

#[derive(Debug)]
struct Job {
    apps: Vec<String>,
    tasks: Vec<String>,
    begun: Duration,
    asked: u32,
    ended: Option<Duration>,
    reasons: Vec<Value>,
}

impl Instance {
    /// Makes an application.
    pub(crate) fn create_app(&mut self, ids: &mut Ids) -> String {
        let id = ids.app();
        self.apps.insert(id.clone());
        id
    }

    /// Makes a task.
    pub(crate) fn create_task(&mut self, ids: &mut Ids) -> String {
        let id = ids.task();
        self.tasks.insert(id.clone());
        id
    }

    /// Begins a job that deletes nothing, unless one runs already; its id.
    pub(crate) fn run_a_job(&mut self, ids: &mut Ids, now: Duration) -> String {
        match &self.running {
            Some(id) => id.clone(),
            None => self.begin(ids, Batch::default(), now),
        }
    }

    fn begin(&mut self, ids: &mut Ids, batch: Batch, now: Duration) -> String {
        let id = ids.job();
        let job = Job {
            apps: batch.apps,
            tasks: batch.tasks,
            begun: now,
            asked: 0,
            ended: None,
            reasons: Vec::new(),
        };
        self.jobs.insert(id.clone(), job);
        self.running = Some(id.clone());
        id
    }

    /// Ends the running job when it has been asked for often enough, or has run long enough.
    pub(crate) fn settle(&mut self, now: Duration, lifetime: Duration) {
        let running = self.running.as_ref().and_then(|id| self.jobs.get(id));
        if running.is_some_and(|job| job.asked >= PATIENCE || now >= job.begun + lifetime) {
            self.end(now);
        }
    }

    /// Ends the running job, if there is one: all of it is deleted, or nothing.
    pub(crate) fn end(&mut self, now: Duration) {
        let Some(job) = self.running.take().and_then(|id| self.jobs.get_mut(&id)) else {
            return;
        };
        let unknown = |kind: &'static str, ids: &[String], known: &BTreeSet<String>| {
            let missing = ids.iter().filter(|id| !known.contains(*id));
            missing.map(|id| reason(kind, id)).collect::<Vec<_>>()
        };
        job.reasons = unknown("application", &job.apps, &self.apps);
        job.reasons.extend(unknown("task", &job.tasks, &self.tasks));
        job.ended = Some(now);
        if job.reasons.is_empty() {
            self.apps.retain(|id| !job.apps.contains(id));
            self.tasks.retain(|id| !job.tasks.contains(id));
        }
    }
}

impl Job {
    fn report(&self, id: &str) -> Value {
        let mut report = json!({
            "id": id,
            "type": "deleteAsset",
            "begin_time": iso_8601(self.begun),
        });
        if let Some(ended) = self.ended {
            let failed = !self.reasons.is_empty();
            report["status"] = json!(if failed { "Failed" } else { "Succeeded" });
            report["progress_percent"] = json!(1);
            report["end_time"] = json!(iso_8601(ended));
            if failed {
                report["reason"] = json!(self.reasons);
            }
        } else {
            report["status"] = json!("Running");
            report["progress_percent"] = json!(f64::from(self.asked) / f64::from(PATIENCE + 1));
        }
        report
    }
}

fn reason(kind: &str, id: &str) -> Value {
    let name = if id.is_empty() { "(empty)" } else { id };
    json!({
        "resource_type": kind,
        "resource_name": clipped(name, REASON_LIMIT),
        "error_code": "ROMA.00000404",
        "error_msg": "not found in this instance",
    })
}

/// What a job is to delete.
#[derive(Debug, Default)]
struct Batch {
    apps: Vec<String>,
    tasks: Vec<String>,
}

/// POST `/v2/{project_id}/instances/{instance_id}/assets/delete`.
pub(crate) fn delete(world: &mut World, project: &str, instance: &str, call: &Call) -> Reply {
    let batch = check_common(world, project, instance, call)
        .and_then(|()| read_batch(call, world.options.roma_2025_10));
    let batch = match batch {
        Ok(batch) => batch,
        Err(Malformed(reason)) => return refusal(&mut world.ids, 403, &reason),
    };
    let now = world.options.clock.now();
    let tenant = (project.to_owned(), instance.to_owned());
    let lifetime = world.options.job_lifetime;
    let runs_elsewhere = world.options.one_job_anywhere
        && world.roma.values_mut().any(|other| {
            other.settle(now, lifetime);
            other.running.is_some()
        });
    let instance = world.roma.entry(tenant).or_default();
    instance.settle(now, lifetime);
    if runs_elsewhere || instance.running.is_some() {
        return refusal(
            &mut world.ids,
            403,
            "a deletion job is running in this instance",
        );
    }
    let job_id = instance.begin(&mut world.ids, batch, now);
    Reply::json(200, json!({"job_id": job_id}))
}

fn read_batch(call: &Call, revision_2025_10: bool) -> Result<Batch, Malformed> {
    let body = call.json()?;
    let body = Object::of("the body", &body)?;
    if revision_2025_10 {
        return Ok(Batch {
            apps: entries("an app", body.array("apps")?, "id")?,
            tasks: entries("a task", body.array("tasks")?, "id")?,
        });
    }
    let apps = vec![body.string("apps")?.to_owned()];
    let tasks = match body.optional("tasks") {
        Some(_) => entries("a task", body.array("tasks")?, "task_id")?,
        None => Vec::new(),
    };
    Ok(Batch { apps, tasks })
}

/// The ids of a list's entries; an entry without one names nothing.
fn entries(name: &'static str, values: &[Value], member: &str) -> Result<Vec<String>, Malformed> {
    if values.len() > ENTRY_LIMIT {
        return Err(Malformed(format!(
            "{name} is one of more than {ENTRY_LIMIT}"
        )));
    }
    let mut ids = Vec::new();
    for value in values {
        let id = Object::of(name, value)?.optional_string(member)?;
        ids.extend(id.map(str::to_owned));
    }
    Ok(ids)
}

/// GET `/v2/{project_id}/instances/{instance_id}/assets/jobs/{job_id}`.
pub(crate) fn progress(
    world: &mut World,
    project: &str,
    instance: &str,
    job: &str,
    call: &Call,
) -> Reply {
    if let Err(Malformed(reason)) = check_common(world, project, instance, call) {
        return refusal(&mut world.ids, 403, &reason);
    }
    let now = world.options.clock.now();
    let tenant = (project.to_owned(), instance.to_owned());
    let instance = world.roma.entry(tenant).or_default();
    instance.settle(now, world.options.job_lifetime);
    let Some(found) = instance.jobs.get_mut(job) else {
        return refusal(&mut world.ids, 403, "there is no such job in this instance");
    };
    found.asked = found.asked.saturating_add(1);
    Reply::json(200, found.report(job))
}

/// RO-AD-01 and RO-AD-02. Only the token is known here; a signature is refused.
fn check_common(
    world: &World,
    project: &str,
    instance: &str,
    call: &Call,
) -> Result<(), Malformed> {
    if !call.has_header("x-auth-token", &world.options.token) {
        return Err(Malformed("X-Auth-Token is missing or not valid".to_owned()));
    }
    for (name, value) in [("project_id", project), ("instance_id", instance)] {
        if value.is_empty() || value.chars().count() > ID_LIMIT {
            return Err(Malformed(format!(
                "{name} needs 1 to {ID_LIMIT} characters"
            )));
        }
    }
    Ok(())
}

/// An error with all four members, none longer than the document allows.
pub(crate) fn refusal(ids: &mut Ids, status: u16, text: &str) -> Reply {
    let summary = match status {
        403 => "refused",
        404 | 405 => "no such operation",
        _ => "failed",
    };
    Reply::json(
        status,
        json!({
            "error_code": format!("ROMA.{status:08}"),
            "error_msg": summary,
            "error_details": clipped(text, ERROR_LIMIT),
            "request_id": ids.request(),
        }),
    )
}

fn clipped(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

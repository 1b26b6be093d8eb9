//! roma: its operations in both revisions, and its documented errors, over instances with their
//! deletion jobs.
//!
//! - documented: what is refused is 403 with `error_code`, `error_msg`, `error_details` and
//!   `request_id` of 1 to 128 characters; more than 100 applications or tasks are refused, and so
//!   is a second job of a user while one runs in the instance.
//! - inferred: unauthenticated and malformed requests are 403 too (RO-E06), and so is a job that
//!   is not known; the codes beside the example's `ROMA.00000101`; a user is a token or an
//!   access key; up to 100 each is accepted (RO-E02); a list of strings as `apps` is accepted in
//!   2022-12 (RO-E01).
//! - inferred: the limit on jobs is one for each user and instance, not beyond.
//! - 2025-10 lets clients sign instead of sending a token (RO-E13); the access key is the user then.

mod instance;
mod job;
mod owner;
mod revision;
mod scenarios;
mod slips;
mod time;

use std::time::Duration;

use models::roma::asset_job::{AssetJob, JobReason, JobStatus, Progress};
use models::roma::assets_delete::{MAX_ENTRIES, r2025_10};
use serde_json::{Value, json};
use validator::{RequestReading, Response};

use crate::engine::{
    Action, Call, Choices, Params, Refusal, Scope, Service, StateError, Tenants, World, breach,
    path_parameter, reply,
};
use crate::mutants::Slip;
pub(crate) use instance::Instance;
use job::{Job, Stage, Undone, Why};
pub(crate) use revision::Revision;

/// Project and instance.
type Tenant = (String, String);

/// The instances of all projects.
#[derive(Debug)]
pub(crate) struct Roma {
    revision: Revision,
    job_duration: Duration,
    pub(crate) instances: Tenants<Tenant, Instance>,
}

/// The error codes; only the first is documented.
mod code {
    pub(super) const JOB_RUNNING: &str = "ROMA.00000101";
    pub(super) const TOO_MANY: &str = "ROMA.00000102";
    pub(super) const MALFORMED: &str = "ROMA.00000103";
    pub(super) const UNAUTHENTICATED: &str = "ROMA.00000104";
    pub(super) const NO_SUCH_JOB: &str = "ROMA.00000105";
    pub(super) const NOT_FOUND: &str = "ROMA.00000106";
    pub(super) const TOLD_TO_FAIL: &str = "ROMA.00000107";
}

impl Service for Roma {
    fn scope(&self, reading: &RequestReading) -> Option<Scope> {
        path_parameter(reading, "project_id").map(|project| Scope::Project(project.to_owned()))
    }

    fn refuse(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        world: &World,
        choices: &Choices,
    ) -> Response {
        self.begin_all_the_same(refusal, reading, world, choices);
        match refusal {
            Refusal::Told(status) => error(
                status,
                code::TOLD_TO_FAIL,
                "The request failed.",
                "A state or a fault of the fake asked for it.",
                world,
            ),
            Refusal::Unauthenticated => error(
                403,
                code::UNAUTHENTICATED,
                "The request is not authenticated.",
                "No credential that is accepted was given.",
                world,
            ),
            Refusal::Malformed if choices.slips(Slip::DetailsQuoteBody) => {
                slips::quoting(reading, world)
            }
            Refusal::Malformed => match too_many(reading) {
                Some(what) => error(
                    403,
                    code::TOO_MANY,
                    "Too many assets in one request.",
                    &format!("At most {MAX_ENTRIES} {what} can be deleted at a time."),
                    world,
                ),
                None => error(
                    403,
                    code::MALFORMED,
                    "The request is malformed.",
                    &breach(reading).map_or_else(
                        || "The body is not as documented.".to_owned(),
                        |finding| {
                            format!(
                                "At {:?}: expected {}.",
                                finding.location.to_string(),
                                finding.expected
                            )
                        },
                    ),
                    world,
                ),
            },
        }
    }

    fn perform(&self, call: &Call<'_>) -> Response {
        let performed = match call.operation {
            "assets-delete" => self.assets_delete(call),
            "asset-job" => Some(self.asset_job(call)),
            _ => None,
        };
        performed.unwrap_or_else(|| {
            self.refuse(Refusal::Malformed, call.reading, call.world, call.choices)
        })
    }
}

impl Roma {
    /// No instances yet; jobs end after `job_duration` at the latest.
    pub(crate) fn new(revision: Revision, job_duration: Duration) -> Self {
        Self {
            revision,
            job_duration,
            instances: Tenants::default(),
        }
    }

    fn assets_delete(&self, call: &Call<'_>) -> Option<Response> {
        let (apps, tasks) = self.revision.read(call)?;
        let tenant = (
            call.path("project_id").to_owned(),
            call.path("instance_id").to_owned(),
        );
        let scope = format!("job {}/{}", tenant.0, tenant.1);
        let now = call.world.now();
        let choices = call.choices;
        let begun = self.instances.with(tenant, |instance| {
            instance.settle(now, self.job_duration);
            if instance.refuses(call, &apps, &tasks) {
                return Err(Refused::JobRunning);
            }
            if apps.len() + tasks.len() > MAX_ENTRIES && choices.otherwise() {
                return Err(Refused::TooMany);
            }
            if slips::too_many(&apps, &tasks, choices) {
                return Err(Refused::TooMany);
            }
            let mut unknown = Unknown::Fails;
            if !instance.has_all(&apps, &tasks) {
                unknown = choices.of([Unknown::Fails, Unknown::Ignored, Unknown::Refused]);
            }
            if unknown == Unknown::Refused {
                return Err(Refused::NotFound);
            }
            let new_id = |number| slips::job_id(call, &scope, number);
            let id = instance.begin(Some(&call.user), apps, tasks, now, new_id);
            instance.arrange_latest(unknown == Unknown::Ignored, choices);
            instance.strike_latest(call.struck);
            instance.slip_latest(choices);
            Ok(id)
        });
        let refuse = |code, message, details| error(403, code, message, details, call.world);
        Some(match begun {
            Ok(id) => reply::json(200, &r2025_10::Response::new(id)),
            Err(Refused::JobRunning) => refuse(
                code::JOB_RUNNING,
                "A deletion job is running.",
                "A user can have only one deletion job in an instance at a time.",
            ),
            Err(Refused::TooMany) => refuse(
                code::TOO_MANY,
                "Too many assets in one request.",
                "At most 100 applications and tasks can be deleted at a time.",
            ),
            Err(Refused::NotFound) => refuse(
                code::NOT_FOUND,
                "Not found.",
                "An application or a task does not exist.",
            ),
        })
    }

    fn asset_job(&self, call: &Call<'_>) -> Response {
        let tenant = (
            call.path("project_id").to_owned(),
            call.path("instance_id").to_owned(),
        );
        let now = call.world.now();
        let told = self.instances.with_existing(&tenant, |instance| {
            instance.settle(now, self.job_duration);
            instance
                .slip_query(call.path("job_id"), now, call.choices)
                .map(|job| self.describe(job, call.choices))
        });
        let told = told.or_else(|| self.job_of_another(&tenant, call));
        told.map_or_else(
            || {
                error(
                    403,
                    code::NO_SUCH_JOB,
                    "The job does not exist.",
                    "The instance has no job with the id of the request's path.",
                    call.world,
                )
            },
            |job| reply::json(200, &job),
        )
    }

    fn describe(&self, job: &Job, choices: &Choices) -> AssetJob {
        let (status, share, ended, undone) = match &job.stage {
            Stage::Running | Stage::Held => (JobStatus::Running, job.share(), None, &[][..]),
            Stage::Ended { at, undone } if undone.is_empty() => {
                (JobStatus::Succeeded, 1.0, Some(*at), &[][..])
            }
            Stage::Ended { at, undone } => (JobStatus::Failed, job.share(), Some(*at), &undone[..]),
        };
        let mut reasons: Vec<JobReason> = undone.iter().map(reason).collect();
        choices.order(&mut reasons);
        let mut told = AssetJob {
            id: Some(job.id.clone()),
            kind: Some("delete".to_owned()),
            status: Some(spelling(status, choices)),
            progress_percent: Progress::try_from(share).ok(),
            begin_time: Some(self.revision.time(job.begun, choices)),
            end_time: ended.map(|at| self.revision.time(at, choices)),
            ..AssetJob::default()
        };
        if !reasons.is_empty() {
            self.revision.set_reasons(&mut told, reasons, choices);
        }
        // Beyond its id and its status, nothing of a job is sure to be told.
        choices.optional(&mut told.kind);
        choices.optional(&mut told.progress_percent);
        choices.optional(&mut told.begin_time);
        choices.optional(&mut told.end_time);
        if choices.otherwise() {
            told.archive_id = Some(String::new());
        }
        told
    }

    /// The state `no deletion job running`: ends what runs in the instance, whoever began it.
    pub(crate) fn no_job_running(
        &self,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        let tenant = tenant(params)?;
        if action == Action::SetUp {
            self.instances
                .with_existing(&tenant, |instance| instance.end_all(world.now()));
        }
        Ok(json!({}))
    }

    /// The state `deletion job running`: a job that counts for every user and runs until teardown.
    pub(crate) fn job_running(
        &self,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        let tenant = tenant(params)?;
        match action {
            Action::SetUp => {
                let scope = format!("job {}/{}", tenant.0, tenant.1);
                let id = self.instances.with(tenant, |instance| {
                    instance.hold(params.all(), world.now(), |number| world.id(&scope, number))
                });
                Ok(json!({"job_id": id}))
            }
            Action::TearDown => {
                self.instances.with_existing(&tenant, |instance| {
                    instance.release(params.all(), world.now());
                });
                Ok(json!({}))
            }
        }
    }

    /// The state `application exists`.
    pub(crate) fn application_exists(
        &self,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        self.asset_exists("app_id", params, action, world)
    }

    /// The state `task exists`.
    pub(crate) fn task_exists(
        &self,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        self.asset_exists("task_id", params, action, world)
    }

    fn asset_exists(
        &self,
        member: &'static str,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        let tenant = tenant(params)?;
        let given = params.text(member)?;
        match action {
            Action::SetUp => {
                let scope = format!("{member} {}/{}", tenant.0, tenant.1);
                let id = self.instances.with(tenant, |instance| {
                    let assets = instance.assets(member);
                    assets.set_up(params.all(), given, |number| world.id(&scope, number))
                });
                Ok(json!({member: id}))
            }
            Action::TearDown => {
                self.instances.with_existing(&tenant, |instance| {
                    instance.assets(member).tear_down(params.all());
                });
                Ok(json!({}))
            }
        }
    }
}

/// Why no job is begun.
enum Refused {
    JobRunning,
    /// Too many of both together (RO-E02).
    TooMany,
    /// Something does not exist (RO-E14).
    NotFound,
}

/// What becomes of an application or a task that does not exist (RO-E14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// The job fails.
    Fails,
    /// It does as if it had been there.
    Ignored,
    /// No job is begun.
    Refused,
}

/// The status as the table or the example spells it (RO-E10).
fn spelling(status: JobStatus, choices: &Choices) -> JobStatus {
    let as_in_example = match status {
        JobStatus::Running => JobStatus::RunningAsInExample,
        JobStatus::Succeeded => JobStatus::SucceededAsInExample,
        JobStatus::Failed => JobStatus::FailedAsInExample,
        spelt => spelt,
    };
    choices.of([status, as_in_example])
}

/// Why a job did not do something, as it is told.
fn reason(undone: &Undone) -> JobReason {
    let (code, message) = match &undone.why {
        Why::Missing => (
            code::NOT_FOUND,
            format!("The {} does not exist.", undone.kind),
        ),
        Why::BrokenOff => (code::TOLD_TO_FAIL, "The job broke off.".to_owned()),
        Why::Told(failure) => (
            failure.error_code.as_deref().unwrap_or(code::TOLD_TO_FAIL),
            failure
                .error_msg
                .clone()
                .unwrap_or_else(|| format!("The {} could not be deleted.", undone.kind)),
        ),
    };
    JobReason {
        resource_type: Some(undone.kind.to_owned()),
        resource_name: Some(undone.id.clone()),
        error_code: Some(code.to_owned()),
        error_msg: Some(message),
        ..JobReason::default()
    }
}

fn tenant(params: &Params<'_>) -> Result<Tenant, StateError> {
    Ok((
        params.required("project_id")?.to_owned(),
        params.required("instance_id")?.to_owned(),
    ))
}

/// Which of the lists is over the limit, if one is.
fn too_many(reading: &RequestReading) -> Option<&'static str> {
    let body = reading.body.as_ref()?;
    [("apps", "applications"), ("tasks", "tasks")]
        .into_iter()
        .find_map(|(member, what)| {
            (body.get(member)?.as_array()?.len() > MAX_ENTRIES).then_some(what)
        })
}

/// The documented error. Both revisions' bodies look alike; the older one's lengths are kept.
fn error(status: u16, code: &str, message: &str, details: &str, world: &World) -> Response {
    let text = |text| reply::at_most(text, 128);
    reply::json(
        status,
        &r2025_10::ErrorBody::new(
            code,
            text(message),
            text(details),
            text(&world.request_id()),
        ),
    )
}

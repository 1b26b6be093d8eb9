//! Deletion jobs as things with a state.

use std::time::SystemTime;

use super::Roma;
use super::instance::Instance;
use super::job::{Job, Stage};
use crate::engine::{Found, NotPossible, Tenant};

const POSSIBLE: [&str; 4] = ["RUNNING", "HELD", "SUCCEEDED", "FAILED"];

impl Roma {
    /// Adds every job of the tenant, or of all.
    pub(crate) fn scenarios(&self, tenant: Option<&Tenant>, now: SystemTime, found: &mut Found) {
        self.instances.each(|(project, instance), store| {
            if tenant.is_some_and(|tenant| !tenant.has_instance(project, instance)) {
                return;
            }
            store.settle(now, self.job_duration);
            for job in &store.jobs {
                found.add(&["roma", project, instance, &job.id], state(job), &POSSIBLE);
            }
        });
    }

    /// Lets a job go on, holds it, or ends it now.
    pub(crate) fn set_scenario(
        &self,
        (project, instance): (&str, &str),
        job: &str,
        state: &str,
        now: SystemTime,
    ) -> Result<(), NotPossible> {
        let tenant = (project.to_owned(), instance.to_owned());
        self.instances.with_existing(&tenant, |instance| {
            instance.settle(now, self.job_duration);
            bring(instance, job, state, now)
        })
    }
}

fn state(job: &Job) -> &'static str {
    match &job.stage {
        Stage::Running => "RUNNING",
        Stage::Held => "HELD",
        Stage::Ended { undone, .. } if undone.is_empty() => "SUCCEEDED",
        Stage::Ended { .. } => "FAILED",
    }
}

fn bring(
    instance: &mut Instance,
    id: &str,
    wanted: &str,
    now: SystemTime,
) -> Result<(), NotPossible> {
    let index = instance.jobs.iter().position(|job| job.id == id);
    let index = index.ok_or(NotPossible::NoSuchThing)?;
    if !POSSIBLE.contains(&wanted) {
        return Err(NotPossible::NoSuchState(POSSIBLE.to_vec()));
    }
    let job = &instance.jobs[index];
    if state(job) == wanted {
        return Ok(());
    }
    if !job.runs() {
        let why = format!("the job has ended as {}", state(job));
        return Err(NotPossible::Because(why));
    }
    let end = if instance.misses_any(job) {
        "FAILED"
    } else {
        "SUCCEEDED"
    };
    match wanted {
        "RUNNING" | "HELD" => {
            let job = &mut instance.jobs[index];
            job.stage = if wanted == "HELD" {
                Stage::Held
            } else {
                Stage::Running
            };
            // A job that is let go has its whole time before it.
            job.begun = now;
            job.queries = 0;
        }
        _ if wanted == end => instance.end(index, now),
        _ => {
            let why = format!("by what exists of what it deletes, it ends as {end}");
            return Err(NotPossible::Because(why));
        }
    }
    Ok(())
}

//! An instance: its applications and tasks, and the jobs that delete them.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::job::{Job, LAST_QUERY, Stage, Undone, Why};
use super::owner::Owner;
use super::slips::Slipped;
use crate::engine::{Choices, ItemFailure, JobFailure, SetUps, Struck, User, count, in_order};

/// How many jobs that ended are remembered, so that a fake that runs for days does not grow.
const ENDED_JOBS_KEPT: usize = 1000;

/// Ids of what exists, with how it was set up.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assets {
    #[serde(serialize_with = "in_order")]
    ids: HashSet<String>,
    #[serde(deserialize_with = "count")]
    made: u64,
    set_ups: SetUps,
}

/// One instance of one project.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instance {
    apps: Assets,
    tasks: Assets,
    /// Oldest first.
    pub(super) jobs: VecDeque<Job>,
    #[serde(deserialize_with = "count")]
    jobs_made: u64,
    held: SetUps,
    /// What a mutant remembers.
    #[serde(skip)]
    pub(super) slipped: Slipped,
}

impl Assets {
    /// Makes one exist, under the given id or a new one, and gives its id.
    pub(crate) fn set_up(
        &mut self,
        params: &Map<String, Value>,
        id: Option<&str>,
        new_id: impl Fn(u64) -> String,
    ) -> String {
        self.made += 1;
        let id = id.map_or_else(|| new_id(self.made), str::to_owned);
        self.ids.insert(id.clone());
        self.set_ups.add(params, &id);
        id
    }

    /// Takes away what the latest set-up with these parameters made.
    pub(crate) fn tear_down(&mut self, params: &Map<String, Value>) {
        if let Some(id) = self.set_ups.take(params) {
            self.ids.remove(&id);
        }
    }

    /// Deletes what the job is to delete of these, and notes what it does not.
    fn delete(&mut self, kind: &'static str, ids: &[String], job: &Ending) -> Vec<Undone> {
        let why = |id: &String| {
            if job.breaks_off {
                return Some(Why::BrokenOff);
            }
            if let Some((_, failure)) = job.spared.iter().find(|(spared, _)| spared == id) {
                return Some(Why::Told(failure.clone()));
            }
            let missing = !self.ids.remove(id) && !job.ignores_missing;
            missing.then_some(Why::Missing)
        };
        let undone = ids.iter().map(why).zip(ids);
        undone
            .filter_map(|(why, id)| {
                let (id, why) = (id.clone(), why?);
                Some(Undone { kind, id, why })
            })
            .collect()
    }
}

/// What faults make of the end of a job.
struct Ending {
    breaks_off: bool,
    ignores_missing: bool,
    spared: Vec<(String, ItemFailure)>,
}

impl Instance {
    /// What the state with that member is about: `app_id` or `task_id`.
    pub(crate) fn assets(&mut self, member: &str) -> &mut Assets {
        if member == "app_id" {
            &mut self.apps
        } else {
            &mut self.tasks
        }
    }

    /// Ends the jobs whose time is over.
    pub(crate) fn settle(&mut self, now: SystemTime, duration: Duration) {
        for index in 0..self.jobs.len() {
            let job = &self.jobs[index];
            let age = now.duration_since(job.begun).unwrap_or_default();
            if job.stage == Stage::Running && age >= duration {
                let at = job.begun + duration;
                self.end(index, at);
            }
        }
    }

    /// Whether a running job stands in the way of one of `user`.
    pub(crate) fn runs_job_of(&self, user: &User) -> bool {
        self.jobs.iter().any(|job| job.blocks(user))
    }

    /// Begins a job and gives its id.
    pub(crate) fn begin(
        &mut self,
        owner: Option<&User>,
        apps: Vec<String>,
        tasks: Vec<String>,
        now: SystemTime,
        new_id: impl Fn(u64) -> String,
    ) -> String {
        self.jobs_made += 1;
        let id = new_id(self.jobs_made);
        self.jobs.push_back(Job {
            id: id.clone(),
            owner: owner.map(Owner::of),
            begun: now,
            apps,
            tasks,
            queries: 0,
            last_query: LAST_QUERY,
            stage: Stage::Running,
            ignores_missing: false,
            failure: None,
            spared: Vec::new(),
        });
        while self.jobs.len() > ENDED_JOBS_KEPT && self.jobs.front().is_some_and(|job| !job.runs())
        {
            self.jobs.pop_front();
        }
        id
    }

    /// Whether everything exists that a job is to delete.
    pub(crate) fn has_all(&self, apps: &[String], tasks: &[String]) -> bool {
        let apps = apps.iter().all(|id| self.apps.ids.contains(id));
        apps && tasks.iter().all(|id| self.tasks.ids.contains(id))
    }

    /// Lets the job that was begun last be as it may be.
    pub(crate) fn arrange_latest(&mut self, ignores_missing: bool, choices: &Choices) {
        if let Some(job) = self.jobs.back_mut() {
            job.ignores_missing = ignores_missing;
            job.last_query = choices.of([LAST_QUERY, 1, 2, 4, 5]);
        }
    }

    /// Lets faults do to the job that was begun last what they do.
    pub(crate) fn strike_latest(&mut self, struck: &Struck) {
        if let Some(job) = self.jobs.back_mut() {
            job.failure = struck.jobs();
            if job.failure == Some(JobFailure::NeverEnds) {
                job.stage = Stage::Held;
            }
            let ids = job.apps.iter().chain(&job.tasks);
            job.spared = ids
                .filter_map(|id| Some((id.clone(), struck.item(id)?.clone())))
                .collect();
        }
    }

    /// Begins a job that counts for every user and does not go on.
    pub(crate) fn hold(
        &mut self,
        params: &Map<String, Value>,
        now: SystemTime,
        new_id: impl Fn(u64) -> String,
    ) -> String {
        let id = self.begin(None, Vec::new(), Vec::new(), now, new_id);
        if let Some(job) = self.jobs.back_mut() {
            job.stage = Stage::Held;
        }
        self.held.add(params, &id);
        id
    }

    /// Ends the job that the latest [`Self::hold`] with these parameters began.
    pub(crate) fn release(&mut self, params: &Map<String, Value>, now: SystemTime) {
        if let Some(id) = self.held.take(params)
            && let Some(index) = self.jobs.iter().position(|job| job.id == id)
        {
            self.end(index, now);
        }
    }

    /// Ends all jobs, the held ones too.
    pub(crate) fn end_all(&mut self, now: SystemTime) {
        for index in 0..self.jobs.len() {
            self.end(index, now);
        }
    }

    /// Counts a query of a job, and gives the job as it then is.
    pub(crate) fn query(&mut self, id: &str, now: SystemTime) -> Option<&Job> {
        let index = self.jobs.iter().position(|job| job.id == id)?;
        if self.jobs[index].ends_with_query() {
            self.end(index, now);
        }
        self.jobs.get(index)
    }

    /// Whether something that the job is to delete does not exist, or not a second time.
    pub(super) fn misses_any(&self, job: &Job) -> bool {
        let lacks = |ids: &[String], of: &Assets| {
            let mut seen = HashSet::new();
            ids.iter()
                .any(|id| !of.ids.contains(id) || !seen.insert(id))
        };
        lacks(&job.apps, &self.apps) || lacks(&job.tasks, &self.tasks)
    }

    /// Deletes what the job is to delete.
    pub(super) fn end(&mut self, index: usize, at: SystemTime) {
        let job = &mut self.jobs[index];
        if !job.runs() {
            return;
        }
        let ending = Ending {
            breaks_off: job.failure == Some(JobFailure::Fails),
            ignores_missing: job.ignores_missing,
            spared: std::mem::take(&mut job.spared),
        };
        let mut undone = self.apps.delete("application", &job.apps, &ending);
        undone.extend(self.tasks.delete("task", &job.tasks, &ending));
        if ending.breaks_off && undone.is_empty() {
            undone.push(Undone {
                kind: "job",
                id: job.id.clone(),
                why: Why::BrokenOff,
            });
        }
        job.stage = Stage::Ended { at, undone };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;
    const DURATION: Duration = Duration::from_secs(30);

    fn user(name: &str) -> User {
        User(name.to_owned())
    }

    fn begin(instance: &mut Instance, owner: &str, apps: &[&str]) -> String {
        let apps = apps.iter().map(|&app| app.to_owned()).collect();
        instance.begin(Some(&user(owner)), apps, Vec::new(), NOW, |number| {
            format!("job-{number}")
        })
    }

    #[test]
    fn a_job_blocks_its_user_only_until_the_third_query() {
        let mut instance = Instance::default();
        let job = begin(&mut instance, "a", &[]);
        assert!(instance.runs_job_of(&user("a")));
        assert!(!instance.runs_job_of(&user("b")));
        let shares: Vec<(bool, f64)> = (0..3)
            .map(|_| {
                let job = instance.query(&job, NOW).expect("it exists");
                (job.runs(), job.share())
            })
            .collect();
        assert_eq!(shares, [(true, 0.0), (true, 0.5), (false, 1.0)]);
        assert!(!instance.runs_job_of(&user("a")));
    }

    #[test]
    fn a_job_ends_with_time_and_a_held_one_with_its_teardown() {
        let mut instance = Instance::default();
        begin(&mut instance, "a", &[]);
        let held = instance.hold(&Map::new(), NOW, |number| format!("job-{number}"));
        instance.settle(NOW + DURATION, DURATION);
        assert!(
            instance.runs_job_of(&user("a")),
            "the held job counts for every user"
        );
        for _ in 0..5 {
            assert!(instance.query(&held, NOW).expect("it exists").runs());
        }
        instance.release(&Map::new(), NOW);
        assert!(!instance.runs_job_of(&user("a")));
    }

    #[test]
    fn what_does_not_exist_makes_the_job_fail_and_the_rest_is_deleted() {
        let mut instance = Instance::default();
        instance.apps.set_up(&Map::new(), Some("here"), |_| {
            unreachable!("the id is given")
        });
        let job = begin(&mut instance, "a", &["here", "gone"]);
        instance.settle(NOW + DURATION, DURATION);
        let job = instance.query(&job, NOW).expect("it exists");
        let undone = vec![Undone {
            kind: "application",
            id: "gone".to_owned(),
            why: Why::Missing,
        }];
        assert_eq!(
            job.stage,
            Stage::Ended {
                at: NOW + DURATION,
                undone
            }
        );
        assert!(instance.apps.ids.is_empty());
    }

    #[test]
    fn ended_jobs_are_forgotten_in_the_end() {
        let mut instance = Instance::default();
        let first = begin(&mut instance, "a", &[]);
        for _ in 0..ENDED_JOBS_KEPT {
            instance.end_all(NOW);
            begin(&mut instance, "a", &[]);
        }
        assert_eq!(instance.jobs.len(), ENDED_JOBS_KEPT);
        assert!(instance.query(&first, NOW).is_none());
    }
}

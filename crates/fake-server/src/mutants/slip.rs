//! The slips that a state machine can make in its transitions: names only. Each is made where the
//! machine does the step in question; what it does stands in the catalogue.

use serde::Deserialize;

/// A slip by its name in the catalogue (`bin-ignored`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Slip {
    // metastudio
    /// The batch is answered and not carried out.
    NothingDone,

    // roma
    /// A second job is accepted while one runs.
    SecondJobAccepted,
    /// Only a job for the same applications and tasks is refused.
    SameAssetsRefusedOnly,
    /// A job is in the way of the next one for a tenth of a second, however long it runs.
    JobLockExpires,
    /// A job that was asked about is not in the way of the next one any more.
    AskedJobNotInTheWay,
    /// A refusal takes the lock of the running job away.
    RefusalReleasesLock,
    /// A refusal takes the running job away.
    RefusalForgetsJob,
    /// A job that was refused is begun when the one before it has ended.
    RefusedJobQueued,
    /// The lock of a job outlasts it.
    JobLockKept,
    /// The lock of a job that fails outlasts it.
    FailedJobLockKept,
    /// A job runs for ever.
    JobNeverEnds,
    /// A job that has ended runs once more.
    JobRunsAgain,
    /// A job that has succeeded is carried out once more, and fails.
    JobEndsTwice,
    /// A job that has ended can be asked for only once more.
    EndedJobForgotten,
    /// A job is not known before it was asked for once.
    JobUnknownAtFirst,
    /// Whatever job is asked for, the newest one is told.
    NewestJobTold,
    /// A job's progress is that of the instance's first job.
    FirstJobTold,
    /// Every job of an instance has the same id.
    JobIdsReused,
    /// The id of a job holds those of its project and its instance.
    JobIdNamesTenant,
    /// A job is looked for in all instances of its project.
    JobOfAnyInstance,
    /// A job is looked for in the instances of that name of all projects.
    JobOfAnyProject,
    /// A job is begun before the body is looked at.
    JobBeforeReading,
    /// A job is begun before the credentials are looked at.
    JobBeforeAuthenticating,
    /// Of too many assets, the first hundred are deleted.
    FirstHundredDeleted,
    /// Fewer than a hundred applications and tasks are taken together.
    FewerThanHundredTaken,
    /// The details of a refusal quote the body in full.
    DetailsQuoteBody,

    // smh
    /// The recycle bin counts as off.
    BinIgnored,
}

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
    /// It is carried out for the first asset only.
    FirstOnly,
    /// It is carried out for all assets but the last.
    LastSkipped,
    /// It is carried out for a hundred assets at most.
    HundredDone,
    /// It ends at the first asset that fails.
    StopsAtFailure,
    /// One asset that fails undoes it for all.
    AllOrNothing,
    /// An asset that fails is told as one that succeeded.
    FailuresSwallowed,
    /// What fails has been done nevertheless.
    FailedYetDone,
    /// The batch is carried out on a copy that is written back later.
    StaleCopy,
    /// An asset that stands twice in a batch is told twice.
    RepeatsTold,
    /// `DELETE_FORCE` does what DELETE does.
    ForceAsDelete,
    /// `DELETE_FORCE` leaves the asset DELETING until it is swept away a second later.
    ForceLater,
    /// `DELETE_FORCE` takes only what is DELETING.
    ForceOfDeletingOnly,
    /// RESTORE brings back what is DELETED.
    DeletedRestored,
    /// DELETE does what UNACTIVE does.
    DeleteAsUnactive,
    /// DELETE takes only what is UNACTIVED.
    DeleteOfUnactivedOnly,
    /// A second DELETE succeeds, and forgets where RESTORE leads back to.
    DeletedAgain,
    /// RESTORE fails.
    RestoreRefused,
    /// RESTORE has no effect.
    RestoreForgotten,
    /// RESTORE leads to CREATING.
    RestoredToCreating,
    /// UNACTIVE has no effect.
    UnactiveForgotten,
    /// ACTIVE has no effect.
    ActiveForgotten,
    /// UNACTIVE and ACTIVE both change the state to the other one.
    Toggled,
    /// UNACTIVE leads to DELETING.
    UnactiveDeletes,
    /// ACTIVE fails.
    ActiveRefused,
    /// UNACTIVE fails.
    UnactiveRefused,
    /// UNSHARE does what UNACTIVE does.
    UnshareUnactivates,
    /// UNSHARE is not implemented.
    UnshareUnknown,
    /// SHARE of an asset that is not ACTIVED fails as a request.
    ShareOfUnactivedRefused,
    /// Whichever project has the asset: it is changed there.
    ChangedAnywhere,
    /// Whichever project has the asset: it is listed.
    ShownAnywhere,
    /// A project is found by the beginning of its id.
    ProjectByStart,
    /// A malformed batch is carried out for its ids that are text, and then refused.
    CarriedOutThenMalformed,
    /// A batch is carried out, and then refused to who may not ask for it.
    CarriedOutThenUnauthenticated,
    /// The summary lists an asset as often as it is asked for.
    SummaryRepeats,
    /// The summary lists all assets of the project.
    SummaryOfAll,
    /// The summary is of the first hundred ids.
    SummaryOfHundred,
    /// The summary remembers how it first saw an asset.
    SummaryRemembers,
    /// The summary reads states in the order of the ids and lists them in that of the request.
    SummaryMixedUp,
    /// The summary leaves out what is DELETING.
    DeletingHidden,
    /// The summary leaves out what is CREATING.
    CreatingHidden,
    /// The summary leaves out what is UNACTIVED.
    UnactivedHidden,
    /// A frozen asset is listed as FAILED.
    FrozenAsFailed,

    // roma
    /// A second job is accepted while one runs.
    SecondJobAccepted,
    /// Only a job for the same applications and tasks is refused.
    SameAssetsRefusedOnly,
    /// A job is in the way of the next one for a twentieth of a second, however long it runs.
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
    /// Each batch counts the ids of the recycle bin from 1.
    BinIdsOfBatch,
    /// Directories are deleted for good.
    DirectoriesForGood,
    /// `permanent` says that an item goes to the recycle bin.
    PermanentInverted,
    /// The first item's `permanent` is that of all.
    PermanentOfFirst,
    /// Once an item is `permanent`, all that follow are.
    PermanentSticks,
    /// The first item is deleted, and all are told as if they were.
    OneDeleted,
    /// Nothing is deleted, and all is told as if it were.
    NoneDeleted,
    /// A task tells of deletions that nobody carried out.
    TaskNotDone,
    /// What goes to the recycle bin stays in its place as well.
    RecycledStays,
    /// What is deleted for good stays in its place.
    PermanentStays,
    /// What is not there is told to be gone.
    MissingIsGone,
    /// What is not there is told to be gone if it is `permanent`.
    MissingIsGoneForGood,
    /// What is in a directory stays when that is deleted.
    ContentStays,
    /// What is in the directories of a directory stays when that is deleted.
    DeepContentStays,
    /// Whatever begins with a path is deleted with it.
    NamesakesDeleted,
    /// The batch ends at the first item that is not there.
    StopsAtMissing,
    /// One item that is not there brings all others back, and they are told to be deleted.
    RolledBack,
    /// The files are written back whole as they were read, which may be for another batch.
    StaleTree,
    /// The first failure's status is that of the whole answer.
    FirstFailureTold,
    /// Files are deleted in all spaces of the library.
    SpaceIgnored,
    /// Files are deleted in the spaces of that name in all libraries.
    LibraryIgnored,
    /// Files are deleted in the space, too, with whose name that of the request begins.
    SpaceCut,
    /// Tasks are looked for in all spaces of the library.
    TasksOfLibrary,
    /// Tasks are looked for in all spaces.
    TasksOfAll,
    /// Every task has the id 1.
    TaskIdReused,
    /// A task never ends.
    TaskNeverEnds,
    /// A task that has ended runs again.
    TaskRunsAgain,
    /// A task is forgotten as soon as it was told to have ended.
    TaskForgotten,
    /// Of all tasks the latest one is remembered.
    LatestTaskOnly,
    /// The items before the malformed one are deleted before the request is refused.
    RefusedInPart,
    /// The token is looked at when the items have been deleted.
    TokenAskedLast,
    /// The flag is looked at when the items have been deleted.
    FlagAskedLast,
}

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
    /// The files are read, changed a moment later, and written back whole.
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

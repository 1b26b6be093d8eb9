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

    // smh
    /// The recycle bin counts as off.
    BinIgnored,
}

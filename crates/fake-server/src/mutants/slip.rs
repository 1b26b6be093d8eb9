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
}

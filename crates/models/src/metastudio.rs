//! Wire objects of `MetaStudio`'s digital assets, revision 2025-12.
//!
//! One module for each operation; the error body, which they share, is here.

use serde::{Deserialize, Serialize};

use crate::Extra;

pub mod asset_summary;
pub mod batch_action;

/// Why something was refused: the body of a 400 or 500 (MS-BA-15, MS-BA-17, MS-AS-09) and the
/// `error_info` of a failed result (MS-BA-12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error's code, e.g. `MSS.00000003`. That it has this form is only SHOULD (MS-BA-16).
    pub error_code: String,
    /// What went wrong, for people.
    pub error_msg: String,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ErrorBody {
    /// An error body of that code and message.
    pub fn new(error_code: impl Into<String>, error_msg: impl Into<String>) -> Self {
        Self {
            error_code: error_code.into(),
            error_msg: error_msg.into(),
            extra: Extra::new(),
        }
    }
}

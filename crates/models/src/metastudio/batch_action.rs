//! `batch-action`: one command for many assets.

use serde::{Deserialize, Serialize};

use super::ErrorBody;
use crate::Extra;
use crate::wire::{present, wire_enum};

wire_enum! {
    /// A batch command (MS-BA-05).
    Action {
        /// Deletes; the asset can still be restored (MS-BA-19).
        Delete = "DELETE",
        /// Deletes at once and for good (MS-BA-20).
        DeleteForce = "DELETE_FORCE",
        /// Brings a deleted asset back (MS-BA-19).
        Restore = "RESTORE",
        /// Deactivates (MS-BA-21). The command lacks the D that the state has (MS-E14).
        Unactive = "UNACTIVE",
        /// Activates (MS-BA-21). The command lacks the D that the state has (MS-E14).
        Active = "ACTIVE",
        /// Shares (MS-BA-22).
        Share = "SHARE",
        /// Ends the sharing (MS-BA-22).
        Unshare = "UNSHARE",
    }
}

wire_enum! {
    /// How one group of assets fared (MS-BA-10).
    RetStatus {
        /// The command was carried out.
        Success = "SUCCESS",
        /// It was not.
        Failed = "FAILED",
    }
}

/// The request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What to do (MS-BA-05).
    pub action: Action,
    /// The assets to do it to (MS-BA-06).
    pub asset_ids: Vec<String>,
    /// "Operation parameter", of which nothing more is told (MS-BA-07).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub params: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Request {
    /// A request without `params`.
    pub fn new<I>(action: Action, asset_ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self {
            action,
            asset_ids: asset_ids.into_iter().map(Into::into).collect(),
            params: None,
            extra: Extra::new(),
        }
    }
}

/// The body of a 200 (MS-BA-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The assets, grouped by how they fared.
    pub results: Vec<AssetActionResult>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Response {
    /// A response of those results.
    pub fn new(results: Vec<AssetActionResult>) -> Self {
        Self {
            results,
            extra: Extra::new(),
        }
    }
}

/// What became of some of the requested assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetActionResult {
    /// How they fared (MS-BA-10).
    pub ret_status: RetStatus,
    /// Which ones they are (MS-BA-11).
    pub asset_ids: Vec<String>,
    /// Why they failed (MS-BA-12). That a failed result has it, and no other does, is SHOULD
    /// (MS-BA-13).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub error_info: Option<ErrorBody>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AssetActionResult {
    /// These assets succeeded.
    pub fn success(asset_ids: Vec<String>) -> Self {
        Self {
            ret_status: RetStatus::Success,
            asset_ids,
            error_info: None,
            extra: Extra::new(),
        }
    }

    /// These assets failed for that reason.
    pub fn failed(asset_ids: Vec<String>, error_info: ErrorBody) -> Self {
        Self {
            ret_status: RetStatus::Failed,
            asset_ids,
            error_info: Some(error_info),
            extra: Extra::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undocumented_action_is_refused_with_the_allowed_ones() {
        let error = serde_json::from_str::<Request>(r#"{"action":"DETELTE","asset_ids":[]}"#)
            .expect_err("MS-E01 is a slip");
        let text = error.to_string();
        assert!(
            text.contains("`DETELTE`") && text.contains("`DELETE_FORCE`"),
            "{text}"
        );
    }

    #[test]
    fn an_action_is_a_string_and_nothing_else() {
        assert!(serde_json::from_str::<Action>(r#"{"DELETE":null}"#).is_err());
        assert!(serde_json::from_str::<Action>(r#""\u0044ELETE""#).is_ok());
    }

    #[test]
    fn a_null_is_not_taken_for_an_absent_member() {
        let body = r#"{"action":"DELETE","asset_ids":[],"params":null}"#;
        assert!(serde_json::from_str::<Request>(body).is_err());
    }
}

//! `asset-summary`: what the library knows of given assets.

use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::wire::{present, wire_enum};

wire_enum! {
    /// Where an asset stands in its life (MS-AS-05).
    AssetState {
        /// Being created; the main file is not there yet.
        Creating = "CREATING",
        /// The main file could not be uploaded.
        Failed = "FAILED",
        /// Uploaded and not activated.
        Unactived = "UNACTIVED",
        /// Uploaded and activated.
        Actived = "ACTIVED",
        /// Deleted so that it can be restored.
        Deleting = "DELETING",
        /// Deleted for good.
        Deleted = "DELETED",
        /// Frozen by the platform (MS-E16).
        Block = "BLOCK",
        /// About to be taken offline by the platform.
        WaitingDelete = "WAITING_DELETE",
    }
}

wire_enum! {
    /// What an asset is (MS-AS-06).
    AssetType {
        /// A timbre model.
        VoiceModel = "VOICE_MODEL",
        /// A video file.
        Video = "VIDEO",
        /// An image file.
        Image = "IMAGE",
        /// A presentation.
        Ppt = "PPT",
        /// Music.
        Music = "MUSIC",
        /// Other sound.
        Audio = "AUDIO",
        /// A file of no special kind.
        CommonFile = "COMMON_FILE",
        /// A virtual avatar model.
        HumanModel2d = "HUMAN_MODEL_2D",
        /// A virtual avatar's business card template. The vendor's client spells the end TEMPLET
        /// (MS-E15), which is refused here.
        BusinessCardTemplate = "BUSINESS_CARD_TEMPLATE",
    }
}

/// The request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The assets that are asked for (MS-AS-02).
    pub asset_ids: Vec<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Request {
    /// A request for those assets.
    pub fn new<I>(asset_ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self {
            asset_ids: asset_ids.into_iter().map(Into::into).collect(),
            extra: Extra::new(),
        }
    }
}

/// The body of a 200 (MS-AS-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The assets that were found.
    pub asset_list: Vec<DigitalAssetSummary>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Response {
    /// A response that lists those assets.
    pub fn new(asset_list: Vec<DigitalAssetSummary>) -> Self {
        Self {
            asset_list,
            extra: Extra::new(),
        }
    }
}

/// One asset in brief. Only its id is sure to be there (MS-AS-04, MS-E11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigitalAssetSummary {
    /// Its id (MS-AS-04).
    pub asset_id: String,
    /// Its name (MS-AS-07).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub asset_name: Option<String>,
    /// Where it stands in its life (MS-AS-05).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub asset_state: Option<AssetState>,
    /// What it is (MS-AS-06).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub asset_type: Option<AssetType>,
    /// Why it is frozen: a "reason number", typed as string (MS-AS-07).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub block_reason_code: Option<String>,
    /// Where its cover lies; need not be a valid URI (MS-AS-07, MS-E12).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub cover_url: Option<String>,
    /// Where its thumbnail lies (MS-AS-07).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub thumbnail_url: Option<String>,
    /// Members that the document does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl DigitalAssetSummary {
    /// An asset of which only the id is told.
    pub fn new(asset_id: impl Into<String>) -> Self {
        Self {
            asset_id: asset_id.into(),
            asset_name: None,
            asset_state: None,
            asset_type: None,
            block_reason_code: None,
            cover_url: None,
            thumbnail_url: None,
            extra: Extra::new(),
        }
    }
}

//! The life of one asset.
//!
//! - documented: UNACTIVED and ACTIVED are each other's by UNACTIVE and ACTIVE; DELETE leads from
//!   either to DELETING, from which RESTORE leads back; `DELETE_FORCE` leads to DELETED at once;
//!   DELETED is for good.
//! - inferred: `DELETE_FORCE` also takes assets that are CREATING, FAILED or DELETING; RESTORE
//!   leads back to the state before; a command that would change nothing (ACTIVE of an ACTIVED asset)
//!   fails; what the platform has frozen or announced (BLOCK, `WAITING_DELETE`) no command changes;
//!   SHARE and UNSHARE succeed for UNACTIVED and ACTIVED assets and show nowhere.
//! - inferred: a DELETING asset is DELETED after [`RESTORABLE_FOR`].

use std::time::{Duration, SystemTime};

use models::metastudio::asset_summary::{AssetState, AssetType};
use models::metastudio::batch_action::Action;
use serde::{Deserialize, Serialize};

use crate::engine::timestamp;

/// How long a deleted asset can be restored.
pub(crate) const RESTORABLE_FOR: Duration = Duration::from_hours(30 * 24);

/// The action is none that the asset's state allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAllowed;

/// One asset.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asset {
    #[serde(rename = "asset_name")]
    pub(crate) name: String,
    #[serde(rename = "asset_type")]
    pub(crate) kind: AssetType,
    #[serde(rename = "asset_state")]
    pub(crate) state: AssetState,
    /// Where RESTORE leads back to.
    before: AssetState,
    /// Since when the state is what it is.
    #[serde(with = "timestamp")]
    since: SystemTime,
}

impl Asset {
    /// An asset that is in `state` since `now`. One that is DELETING already is restored to
    /// ACTIVED.
    pub(crate) fn new(name: &str, kind: AssetType, state: AssetState, now: SystemTime) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            state,
            before: AssetState::Actived,
            since: now,
        }
    }

    /// Lets time do what it does.
    pub(crate) fn settle(&mut self, now: SystemTime) {
        let age = now.duration_since(self.since).unwrap_or_default();
        if self.state == AssetState::Deleting && age >= RESTORABLE_FOR {
            self.enter(AssetState::Deleted, now);
        }
    }

    /// Carries out a command.
    pub(crate) fn act(&mut self, action: Action, now: SystemTime) -> Result<(), NotAllowed> {
        use AssetState::{Actived, Creating, Deleted, Deleting, Failed, Unactived};
        let next = match (action, self.state) {
            (Action::Delete, Actived | Unactived) => Deleting,
            (Action::DeleteForce, Creating | Failed | Unactived | Actived | Deleting) => Deleted,
            (Action::Restore, Deleting) => self.before,
            (Action::Unactive, Actived) => Unactived,
            (Action::Active, Unactived) => Actived,
            (Action::Share | Action::Unshare, Actived | Unactived) => return Ok(()),
            _ => return Err(NotAllowed),
        };
        self.enter(next, now);
        Ok(())
    }

    /// Brings it into a state, whatever its life allows.
    pub(crate) fn enter(&mut self, next: AssetState, now: SystemTime) {
        self.before = self.state;
        self.state = next;
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

    fn asset(state: AssetState) -> Asset {
        Asset::new("a", AssetType::Image, state, EPOCH)
    }

    /// The whole table of states and commands, as one readable page.
    #[test]
    fn life() {
        let expected = "\
             DELETE    DELETE_FORCE RESTORE   UNACTIVE  ACTIVE    SHARE     UNSHARE  \n\
CREATING       -         DELETED      -         -         -         -         -\n\
FAILED         -         DELETED      -         -         -         -         -\n\
UNACTIVED      DELETING  DELETED      -         -         ACTIVED   UNACTIVED UNACTIVED\n\
ACTIVED        DELETING  DELETED      -         UNACTIVED -         ACTIVED   ACTIVED\n\
DELETING       -         DELETED      ACTIVED   -         -         -         -\n\
DELETED        -         -            -         -         -         -         -\n\
BLOCK          -         -            -         -         -         -         -\n\
WAITING_DELETE -         -            -         -         -         -         -\n";
        let rows: Vec<Vec<String>> = expected
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().map(str::to_owned).collect())
            .collect();
        let actual: Vec<Vec<String>> = AssetState::ALL
            .iter()
            .map(|&state| {
                let after = Action::ALL.iter().map(|&action| {
                    let mut asset = asset(state);
                    let allowed = asset.act(action, EPOCH).is_ok();
                    assert!(
                        allowed || asset.state == state,
                        "a refused command changes nothing"
                    );
                    if allowed {
                        asset.state.to_string()
                    } else {
                        "-".to_owned()
                    }
                });
                std::iter::once(state.to_string()).chain(after).collect()
            })
            .collect();
        assert_eq!(actual, rows);
    }

    #[test]
    fn restore_leads_back_to_the_state_before() {
        for state in [AssetState::Actived, AssetState::Unactived] {
            let mut asset = asset(state);
            asset.act(Action::Delete, EPOCH).expect("allowed");
            asset.act(Action::Restore, EPOCH).expect("allowed");
            assert_eq!(asset.state, state);
        }
    }

    #[test]
    fn a_deleted_asset_can_be_restored_for_a_time() {
        let mut asset = asset(AssetState::Actived);
        asset.act(Action::Delete, EPOCH).expect("allowed");
        asset.settle(EPOCH + RESTORABLE_FOR - Duration::from_secs(1));
        assert_eq!(asset.state, AssetState::Deleting);
        asset.settle(EPOCH + RESTORABLE_FOR);
        assert_eq!(asset.state, AssetState::Deleted);
    }
}

//! A project's assets, and what a batch does to them.
//!
//! - documented: the results of a batch are groups of ids (example); an asset that fails does not
//!   fail the others (example).
//! - inferred: one group of those that succeeded comes first, then one for each error; an id that
//!   is given twice counts once; an unknown or deleted id fails with `MSS.00000011`, a command
//!   that the asset's state does not allow with `MSS.00000012`.
//! - inferred: the summary lists what exists in the order of the request, leaves out ids that do
//!   not exist (MS-AS-10) or are DELETED, and lists frozen assets with their state and reason
//!   (MS-E16).

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use models::metastudio::ErrorBody;
use models::metastudio::asset_summary::{AssetState, DigitalAssetSummary};
use models::metastudio::batch_action::{Action, AssetActionResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::asset::{Asset, NotAllowed};
use super::slips;
use crate::engine::{Choices, ItemFailure, SetUps, Struck, count};
use crate::mutants::Slip;

/// So many ids are few.
const FEW: usize = 16;

/// The assets of one project.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Library {
    pub(super) assets: HashMap<String, Asset>,
    #[serde(deserialize_with = "count")]
    made: u64,
    set_ups: SetUps,
    /// What a mutant remembers of its summaries.
    #[serde(skip)]
    pub(super) remembered: HashMap<String, DigitalAssetSummary>,
}

/// Why a command failed for an asset, in the order of the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Unknown,
    NotAllowed,
}

impl Failure {
    /// As inferred; no document says which code it is.
    fn body(self, choices: &Choices) -> ErrorBody {
        match self {
            Self::Unknown => ErrorBody::new(
                choices.of(["MSS.00000011", "MSS.00000404", "MSS.99999999"]),
                "Asset not found.",
            ),
            Self::NotAllowed => ErrorBody::new(
                choices.of(["MSS.00000012", "MSS.00000011", "MSS.00000409"]),
                "The asset's state does not allow the operation.",
            ),
        }
    }
}

impl Library {
    /// Carries out `action` for each asset once, and groups the ids by how it went. Those that a
    /// fault strikes are left alone and fail.
    pub(crate) fn act(
        &mut self,
        action: Action,
        ids: Vec<String>,
        now: SystemTime,
        struck: &Struck,
        choices: &Choices,
    ) -> Vec<AssetActionResult> {
        let mut succeeded = Vec::new();
        let mut unknown = Vec::new();
        let mut not_allowed = Vec::new();
        let mut told: Vec<(ErrorBody, Vec<String>)> = Vec::new();
        let ids = once_each(ids, choices.slips(Slip::RepeatsTold));
        let before = choices
            .slips(Slip::AllOrNothing)
            .then(|| self.assets.clone());
        let many = ids.len();
        for (place, id) in ids.into_iter().enumerate() {
            if let Some(failure) = struck.item(&id) {
                let body = body_of(failure);
                match told.iter_mut().find(|(known, _)| *known == body) {
                    Some((_, ids)) => ids.push(id),
                    None => told.push((body, vec![id])),
                }
                continue;
            }
            if slips::passes_over(place, many, choices) {
                succeeded.push(id);
                continue;
            }
            let failed_before = !(unknown.is_empty() && not_allowed.is_empty());
            if failed_before && choices.slips(Slip::StopsAtFailure) {
                not_allowed.push(id);
                continue;
            }
            match self.act_on(&id, action, now, choices) {
                Ok(()) => succeeded.push(id),
                Err(_) if choices.slips(Slip::FailuresSwallowed) => succeeded.push(id),
                Err(Failure::Unknown) => unknown.push(id),
                Err(Failure::NotAllowed) => not_allowed.push(id),
            }
        }
        if let Some(before) = before.filter(|_| !(unknown.is_empty() && not_allowed.is_empty())) {
            self.assets = before;
            not_allowed.append(&mut succeeded);
        }
        let mut results = Vec::new();
        if !succeeded.is_empty() {
            results.push(AssetActionResult::success(succeeded));
        }
        for (failure, ids) in [
            (Failure::Unknown, unknown),
            (Failure::NotAllowed, not_allowed),
        ] {
            if !ids.is_empty() {
                results.push(AssetActionResult::failed(ids, failure.body(choices)));
            }
        }
        let told = told.into_iter();
        results.extend(told.map(|(body, ids)| AssetActionResult::failed(ids, body)));
        arrange(results, choices)
    }

    fn act_on(
        &mut self,
        id: &str,
        action: Action,
        now: SystemTime,
        choices: &Choices,
    ) -> Result<(), Failure> {
        let asset = self.assets.get_mut(id).ok_or(Failure::Unknown)?;
        if choices.slips(Slip::NothingDone) {
            return Ok(());
        }
        asset.settle(now);
        if let Some(done) = slips::act(asset, action, now, choices) {
            return done.map_err(|NotAllowed| Failure::NotAllowed);
        }
        if asset.state == AssetState::Deleted {
            return Err(Failure::Unknown);
        }
        // Whether sharing succeeds for an asset, no document says.
        if matches!(action, Action::Share | Action::Unshare) && choices.otherwise() {
            return Err(Failure::NotAllowed);
        }
        asset
            .act(action, now)
            .map_err(|NotAllowed| Failure::NotAllowed)?;
        // Nor which of its two states a restored one comes back to.
        if action == Action::Restore {
            asset.state = choices.of([asset.state, AssetState::Unactived, AssetState::Actived]);
        }
        Ok(())
    }

    /// What is known of the assets of those ids; none when that is refused because nothing ever
    /// was, which is open (MS-AS-10).
    pub(crate) fn summary(
        &mut self,
        project: &str,
        ids: Vec<String>,
        now: SystemTime,
        choices: &Choices,
    ) -> Option<Vec<DigitalAssetSummary>> {
        let ids = slips::asked_for(&self.assets, ids, choices);
        let ids = once_each(ids, choices.slips(Slip::SummaryRepeats));
        let unheard_of = !ids.iter().any(|id| self.assets.contains_key(id));
        if unheard_of && !ids.is_empty() && choices.seldom() {
            return None;
        }
        let mut listed: Vec<DigitalAssetSummary> = ids
            .into_iter()
            .filter_map(|id| {
                let asset = self.assets.get_mut(&id)?;
                asset.settle(now);
                is_listed(asset.state, choices).then(|| describe(project, id, asset, choices))
            })
            .collect();
        slips::listed(&mut listed, &mut self.remembered, choices);
        choices.order(&mut listed);
        Some(listed)
    }

    /// Puts an asset in, under the given id or a new one, and gives its id.
    pub(crate) fn set_up(
        &mut self,
        params: &Map<String, Value>,
        asset: Asset,
        id: Option<&str>,
        new_id: impl Fn(u64) -> String,
    ) -> String {
        let id = id.map_or_else(
            || {
                self.made += 1;
                new_id(self.made)
            },
            str::to_owned,
        );
        self.assets.insert(id.clone(), asset);
        self.set_ups.add(params, &id);
        id
    }

    /// Takes away the asset of the latest set-up with these parameters.
    pub(crate) fn tear_down(&mut self, params: &Map<String, Value>) {
        if let Some(id) = self.set_ups.take(params) {
            self.assets.remove(&id);
        }
    }
}

/// The error of an item that a fault strikes.
fn body_of(failure: &ItemFailure) -> ErrorBody {
    ErrorBody::new(
        failure.error_code.as_deref().unwrap_or("MSS.00000004"),
        failure.error_msg.as_deref().unwrap_or("Internal Error"),
    )
}

/// The ids without repetitions, in the order of their first; with them for who makes a slip.
fn once_each(ids: Vec<String>, repeated: bool) -> Vec<String> {
    if repeated {
        return ids;
    }
    if ids.len() <= FEW {
        // Comparing a few with each other costs less than a set of them does.
        let mut once: Vec<String> = Vec::with_capacity(ids.len());
        for id in ids {
            if !once.contains(&id) {
                once.push(id);
            }
        }
        return once;
    }
    let mut seen = HashSet::with_capacity(ids.len());
    let mut once = ids;
    once.retain(|id| seen.insert(id.clone()));
    once
}

/// Whether the summary lists an asset of that state. Those that an owner can do something with
/// SHOULD be listed (MS-AS-12); of the others it is open, of a frozen one expressly (MS-E16).
fn is_listed(state: AssetState, choices: &Choices) -> bool {
    use AssetState::{Block, Deleted, Failed, WaitingDelete};
    let usually = state != Deleted;
    if slips::hides(state, choices) {
        return false;
    }
    if matches!(state, Block | Deleted | Failed | WaitingDelete) {
        choices.of([usually, !usually])
    } else {
        usually
    }
}

/// The results in an order and in groups of which no document says anything.
fn arrange(mut results: Vec<AssetActionResult>, choices: &Choices) -> Vec<AssetActionResult> {
    for result in &mut results {
        choices.order(&mut result.asset_ids);
    }
    if choices.otherwise() {
        let each_alone = |result: AssetActionResult| {
            let ids = result.asset_ids.clone();
            ids.into_iter().map(move |id| AssetActionResult {
                asset_ids: vec![id],
                ..result.clone()
            })
        };
        results = results.into_iter().flat_map(each_alone).collect();
    }
    choices.order(&mut results);
    results
}

fn describe(project: &str, id: String, asset: &Asset, choices: &Choices) -> DigitalAssetSummary {
    // A name under .invalid (RFC 6761) leads nowhere, so no client follows it by mistake.
    let url = |what| Some(format!("https://assets.invalid/{project}/{id}/{what}.png"));
    let mut told = DigitalAssetSummary {
        asset_name: Some(asset.name.clone()),
        asset_state: Some(asset.state),
        asset_type: Some(asset.kind),
        block_reason_code: (asset.state == AssetState::Block).then(|| "1".to_owned()),
        cover_url: url("cover"),
        thumbnail_url: url("thumbnail"),
        ..DigitalAssetSummary::new(id)
    };
    // The example does without (MS-E11).
    choices.optional(&mut told.thumbnail_url);
    choices.optional(&mut told.block_reason_code);
    if choices.seldom_a_tenant() {
        told.asset_state = None;
    }
    told
}

#[cfg(test)]
mod tests {
    use models::metastudio::asset_summary::AssetType;
    use models::metastudio::batch_action::RetStatus;

    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn library(states: &[(&str, AssetState)]) -> Library {
        let mut library = Library::default();
        for (id, state) in states {
            let asset = Asset::new("a", AssetType::Image, *state, NOW);
            library.set_up(&Map::new(), asset, Some(id), |_| {
                unreachable!("ids are given")
            });
        }
        library
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn a_batch_succeeds_in_part_and_is_grouped_by_outcome() {
        let mut library = library(&[
            ("a", AssetState::Actived),
            ("b", AssetState::Block),
            ("c", AssetState::Unactived),
        ]);
        let results = library.act(
            Action::Delete,
            ids(&["x", "a", "b", "a", "c"]),
            NOW,
            &Struck::default(),
            &Choices::default(),
        );
        let groups: Vec<(RetStatus, Vec<String>, Option<String>)> = results
            .into_iter()
            .map(|result| {
                (
                    result.ret_status,
                    result.asset_ids,
                    result.error_info.map(|info| info.error_code),
                )
            })
            .collect();
        assert_eq!(
            groups,
            [
                (RetStatus::Success, ids(&["a", "c"]), None),
                (
                    RetStatus::Failed,
                    ids(&["x"]),
                    Some("MSS.00000011".to_owned())
                ),
                (
                    RetStatus::Failed,
                    ids(&["b"]),
                    Some("MSS.00000012".to_owned())
                ),
            ]
        );
    }

    #[test]
    fn an_empty_batch_has_no_results() {
        let results = library(&[]).act(
            Action::Delete,
            Vec::new(),
            NOW,
            &Struck::default(),
            &Choices::default(),
        );
        assert!(results.is_empty());
    }

    #[test]
    fn the_summary_follows_the_request_and_leaves_out_what_is_gone() {
        let mut library = library(&[
            ("a", AssetState::Actived),
            ("b", AssetState::Block),
            ("d", AssetState::Deleted),
        ]);
        let listed: Vec<(String, Option<AssetState>, bool)> = library
            .summary(
                "p",
                ids(&["b", "d", "x", "a", "b"]),
                NOW,
                &Choices::default(),
            )
            .expect("not refused")
            .into_iter()
            .map(|asset| {
                (
                    asset.asset_id,
                    asset.asset_state,
                    asset.block_reason_code.is_some(),
                )
            })
            .collect();
        assert_eq!(
            listed,
            [
                ("b".to_owned(), Some(AssetState::Block), true),
                ("a".to_owned(), Some(AssetState::Actived), false),
            ]
        );
    }

    #[test]
    fn teardown_takes_away_what_its_own_set_up_made() {
        let mut library = Library::default();
        let mut params = Map::new();
        params.insert("asset_name".to_owned(), Value::from("one"));
        let asset = Asset::new("one", AssetType::Image, AssetState::Actived, NOW);
        let one = library.set_up(&params, asset.clone(), None, |number| number.to_string());
        let two = library.set_up(&Map::new(), asset, None, |number| number.to_string());
        library.tear_down(&params);
        library.tear_down(&params);
        let left = library.summary("p", vec![one, two.clone()], NOW, &Choices::default());
        let left = left.expect("not refused");
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].asset_id, two);
    }
}

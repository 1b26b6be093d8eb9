//! What goes wrong in the machine of a mutant, where it takes more than a line. Without a slip
//! everything here does nothing.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use models::metastudio::asset_summary::{AssetState, DigitalAssetSummary};
use models::metastudio::batch_action::{self, Action};
use serde_json::Value;
use tokio::runtime::{Handle, RuntimeFlavor};
use validator::RequestReading;

use super::asset::{Asset, NotAllowed, RESTORABLE_FOR};
use super::{Library, Metastudio};
use crate::engine::{Call, Choices, Refusal, Struck, World, path_parameter};
use crate::mutants::Slip;

/// How many ids a careless server takes of a long list.
const PAGE: usize = 100;

/// How much of a project's id is looked at by who keeps too little of it.
const START: usize = 16;

/// How long a copy is kept before it is written back: so long that a batch which was sent at the
/// same time has read the same.
const KEPT: Duration = Duration::from_millis(10);

/// Waits as long as a copy is kept, and lets the runtime serve others meanwhile where it can: a
/// server whose threads all wait serves one batch after the other, and loses nothing.
fn hold() {
    let wait = || std::thread::sleep(KEPT);
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(wait);
        }
        _ => wait(),
    }
}

/// Whether the batch is told as done at this place and is not.
pub(super) fn passes_over(place: usize, many: usize, choices: &Choices) -> bool {
    choices.slips(Slip::FirstOnly) && place > 0
        || choices.slips(Slip::LastSkipped) && place > 0 && place + 1 == many
        || choices.slips(Slip::HundredDone) && place >= PAGE
}

/// Carries out a command wrongly, if that is the slip.
pub(super) fn act(
    asset: &mut Asset,
    action: Action,
    now: SystemTime,
    choices: &Choices,
) -> Option<Result<(), NotAllowed>> {
    use AssetState::{Actived, Creating, Deleted, Deleting, Unactived};
    let slips = |slip| choices.slips(slip);
    let next = match (action, asset.state) {
        (Action::DeleteForce, _) if slips(Slip::ForceAsDelete) => {
            return Some(asset.act(Action::Delete, now));
        }
        (Action::DeleteForce, Actived | Unactived | Deleting) if slips(Slip::ForceLater) => {
            let swept = now + Duration::from_secs(1);
            asset.enter(Deleting, swept.checked_sub(RESTORABLE_FOR).unwrap_or(now));
            return Some(Ok(()));
        }
        (Action::DeleteForce, Actived | Unactived) if slips(Slip::ForceOfDeletingOnly) => None,
        (Action::Restore, Deleted) if slips(Slip::DeletedRestored) => Some(Actived),
        (Action::Delete, Actived | Unactived) if slips(Slip::DeleteAsUnactive) => Some(Unactived),
        (Action::Delete, Actived) if slips(Slip::DeleteOfUnactivedOnly) => None,
        (Action::Delete, Deleting) if slips(Slip::DeletedAgain) => Some(Deleting),
        (Action::Restore, Deleting) if slips(Slip::RestoreRefused) => None,
        (Action::Restore, Deleting) if slips(Slip::RestoreForgotten) => return Some(Ok(())),
        (Action::Restore, Deleting) if slips(Slip::RestoredToCreating) => Some(Creating),
        (Action::Unactive, Actived) if slips(Slip::UnactiveForgotten) => return Some(Ok(())),
        (Action::Active, Unactived) if slips(Slip::ActiveForgotten) => return Some(Ok(())),
        (Action::Unactive | Action::Active, Actived) if slips(Slip::Toggled) => Some(Unactived),
        (Action::Unactive | Action::Active, Unactived) if slips(Slip::Toggled) => Some(Actived),
        (Action::Unactive, Actived) if slips(Slip::UnactiveDeletes) => Some(Deleting),
        (Action::Unactive, Actived) if slips(Slip::UnactiveRefused) => None,
        (Action::Active, Unactived) if slips(Slip::ActiveRefused) => None,
        (Action::Unshare, Actived) if slips(Slip::UnshareUnactivates) => Some(Unactived),
        _ if slips(Slip::FailedYetDone) => return Some(fail_when_done(asset, action, now)),
        _ => return None,
    };
    Some(next.map(|next| asset.enter(next, now)).ok_or(NotAllowed))
}

/// The command is carried out first; that its state did not allow it is noticed afterwards.
fn fail_when_done(asset: &mut Asset, action: Action, now: SystemTime) -> Result<(), NotAllowed> {
    let allowed = asset.act(action, now);
    if allowed.is_err() {
        match action {
            Action::Delete => asset.enter(AssetState::Deleting, now),
            Action::Active => asset.enter(AssetState::Actived, now),
            Action::Unactive => asset.enter(AssetState::Unactived, now),
            _ => {}
        }
    }
    allowed
}

/// The ids that a summary is made of.
pub(super) fn asked_for(
    assets: &HashMap<String, Asset>,
    mut ids: Vec<String>,
    choices: &Choices,
) -> Vec<String> {
    if choices.slips(Slip::SummaryOfAll) {
        return assets.keys().cloned().collect();
    }
    if choices.slips(Slip::SummaryOfHundred) {
        ids.truncate(PAGE);
    }
    ids
}

/// Whether the summary wrongly leaves out an asset of that state.
pub(super) fn hides(state: AssetState, choices: &Choices) -> bool {
    match state {
        AssetState::Deleting => choices.slips(Slip::DeletingHidden),
        AssetState::Creating => choices.slips(Slip::CreatingHidden),
        AssetState::Unactived => choices.slips(Slip::UnactivedHidden),
        _ => false,
    }
}

/// What a summary says wrongly of the assets that it lists.
pub(super) fn listed(
    listed: &mut [DigitalAssetSummary],
    remembered: &mut HashMap<String, DigitalAssetSummary>,
    choices: &Choices,
) {
    if choices.slips(Slip::SummaryRemembers) {
        for told in &mut *listed {
            let known = remembered.entry(told.asset_id.clone());
            *told = known.or_insert_with(|| told.clone()).clone();
        }
    }
    if choices.slips(Slip::SummaryMixedUp) {
        let mut rows = listed.to_vec();
        rows.sort_by(|a, b| a.asset_id.cmp(&b.asset_id));
        for (told, row) in listed.iter_mut().zip(rows) {
            told.asset_state = row.asset_state;
        }
    }
    if choices.slips(Slip::FrozenAsFailed) {
        for told in listed {
            if told.asset_state == Some(AssetState::Block) {
                told.asset_state = Some(AssetState::Failed);
            }
        }
    }
}

impl Metastudio {
    /// The project that a request is about: the one in its path, but for who does not look there.
    pub(super) fn project(&self, call: &Call<'_>, ids: &[String], anywhere: Slip) -> String {
        let told = call.path("project_id");
        let mut taken = told.to_owned();
        let start = |project: &str| project.chars().take(START).collect::<String>();
        let (anywhere, by_start) = (
            call.choices.slips(anywhere),
            call.choices.slips(Slip::ProjectByStart),
        );
        if anywhere || by_start {
            self.libraries.each(|project, library| {
                let owns = ids.iter().any(|id| library.assets.contains_key(id));
                if owns && (anywhere || start(project) == start(told)) {
                    taken.clone_from(project);
                }
            });
        }
        taken
    }

    /// Works on a project's library, or on a copy of it that is written back afterwards.
    pub(super) fn with_library<T>(
        &self,
        project: &String,
        choices: &Choices,
        work: impl FnOnce(&mut Library) -> T,
    ) -> T {
        if !choices.slips(Slip::StaleCopy) {
            return self.libraries.with_existing(project, work);
        }
        let mut copy = self
            .libraries
            .with_existing(project, |library| library.clone());
        let done = work(&mut copy);
        hold();
        self.libraries
            .with_existing(project, |library| *library = copy);
        done
    }

    /// The status by which a batch fails that the server cannot carry out.
    pub(super) fn unimplemented(
        &self,
        request: &batch_action::Request,
        project: &String,
        choices: &Choices,
    ) -> Option<u16> {
        match request.action {
            Action::Unshare if choices.slips(Slip::UnshareUnknown) => Some(501),
            Action::Share if choices.slips(Slip::ShareOfUnactivedRefused) => {
                let all_actived = self.libraries.with_existing(project, |library| {
                    let mut assets = request.asset_ids.iter().map(|id| library.assets.get(id));
                    assets.all(|asset| asset.is_some_and(|one| one.state == AssetState::Actived))
                });
                (!all_actived).then_some(400)
            }
            _ => None,
        }
    }

    /// Carries out what of a batch can be read, although it is about to be refused.
    pub(super) fn slip_before_refusing(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        world: &World,
        choices: &Choices,
    ) {
        let slip = match refusal {
            Refusal::Malformed => Slip::CarriedOutThenMalformed,
            Refusal::Unauthenticated => Slip::CarriedOutThenUnauthenticated,
            Refusal::Told(_) => return,
        };
        let body = reading.body.as_ref().filter(|_| choices.slips(slip));
        let Some((body, project)) = body.zip(path_parameter(reading, "project_id")) else {
            return;
        };
        let action = body["action"].as_str().and_then(|told| {
            let mut known = Action::ALL.iter();
            known.find(|action| action.as_str() == told)
        });
        let ids = body["asset_ids"].as_array().map(|ids| {
            let texts = ids.iter().map_while(Value::as_str);
            texts.map(str::to_owned).collect()
        });
        if let Some((action, ids)) = action.zip(ids) {
            self.libraries
                .with_existing(&project.to_owned(), |library| {
                    library.act(*action, ids, world.now(), &Struck::default(), choices)
                });
        }
    }
}

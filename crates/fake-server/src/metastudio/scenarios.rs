//! Assets as things with a state.

use std::time::SystemTime;

use models::metastudio::asset_summary::AssetState;

use super::Metastudio;
use crate::engine::{Found, NotPossible, Tenant};

impl Metastudio {
    /// Adds every asset of the tenant, or of all.
    pub(crate) fn scenarios(&self, tenant: Option<&Tenant>, now: SystemTime, found: &mut Found) {
        self.libraries.each(|project, library| {
            if tenant.is_some_and(|tenant| !tenant.is_project(project)) {
                return;
            }
            for (id, asset) in &mut library.assets {
                asset.settle(now);
                found.add(
                    &["metastudio", project, id],
                    asset.state.as_str(),
                    &possible(),
                );
            }
        });
    }

    /// Brings an asset into a state, whatever its life allows.
    pub(crate) fn set_scenario(
        &self,
        project: &str,
        asset: &str,
        state: &str,
        now: SystemTime,
    ) -> Result<(), NotPossible> {
        let mut states = AssetState::ALL.iter();
        let wanted = states.find(|known| known.as_str() == state);
        self.libraries
            .with_existing(&project.to_owned(), |library| {
                let asset = library.assets.get_mut(asset);
                let asset = asset.ok_or(NotPossible::NoSuchThing)?;
                let wanted = wanted.ok_or_else(|| NotPossible::NoSuchState(possible()))?;
                asset.enter(*wanted, now);
                Ok(())
            })
    }
}

fn possible() -> Vec<&'static str> {
    AssetState::ALL.iter().map(|state| state.as_str()).collect()
}

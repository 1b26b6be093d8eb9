//! What the engine can tell about a request beside answering it, for logs and journals: why it is
//! not authenticated, and which other revision of its API it fits. Nothing here changes a state.

use std::sync::{Arc, OnceLock};

use contract::{Contract, embedded};
use validator::{Request, Validator};

use super::{Api, Engine, Unauthenticated, breach};

/// The embedded revisions that are not served, compiled when they are asked for.
#[derive(Debug, Default)]
pub(super) struct OtherRevisions {
    /// In the order of [`Api::ALL`].
    compiled: [OnceLock<Vec<Arc<Validator>>>; 3],
}

impl OtherRevisions {
    /// Those of `api` but for `served`; one that cannot be compiled is left out, since all that is
    /// lost is a hint.
    fn of(&self, api: Api, served: &Contract) -> &[Arc<Validator>] {
        let index = Api::ALL.iter().position(|one| *one == api);
        let Some(compiled) = index.and_then(|index| self.compiled.get(index)) else {
            return &[];
        };
        compiled.get_or_init(|| {
            embedded::names()
                .into_iter()
                .filter(|(name, revision)| *name == api.name() && *revision != served.revision)
                .filter_map(|(name, revision)| Contract::embedded_one(name, revision).ok())
                .filter_map(|contract| Validator::new(Arc::new(contract)).ok())
                .map(Arc::new)
                .collect()
        })
    }
}

impl Engine {
    /// Why [`Engine::answer`] takes `request` for unauthenticated, at the present time; none when
    /// it does not, or when nothing is served at its path. No response tells this.
    pub fn why_unauthenticated(&self, request: &Request) -> Option<Unauthenticated> {
        let api = self.routes.find(request.path())?.api;
        let reading = self.validator(api).request(request);
        self.authenticator
            .authenticate(api, request, &reading, self.world.now())
            .err()
    }

    /// Compiles the revisions that are not served. Who serves for long calls it once, beside the
    /// first requests: without it, the first one that is malformed waits for this.
    pub fn know_other_revisions(&self) {
        for api in Api::ALL {
            self.other_revisions.of(api, self.validator(api).contract());
        }
    }

    /// The other revision that `request` fits (`roma 2025-10`), when it breaks the one that is
    /// served and keeps to that one. The first call about an API compiles its other revisions, if
    /// [`Engine::know_other_revisions`] has not.
    pub fn fits_other_revision(&self, request: &Request) -> Option<String> {
        Api::ALL.into_iter().find_map(|api| {
            let served = self.validator(api);
            if fits(served, request) {
                return None;
            }
            let others = self.other_revisions.of(api, served.contract());
            let fitting = others.iter().find(|other| fits(other, request))?;
            Some(format!("{api} {}", fitting.contract().revision))
        })
    }
}

/// Whether the request is one of the contract's operations and breaks nothing, credentials aside.
fn fits(validator: &Validator, request: &Request) -> bool {
    let reading = validator.request(request);
    reading.operation.is_some() && breach(&reading).is_none()
}

//! What an engine can be told before it is made, and the making.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contract::Contract;
use validator::Validator;

use super::explain::OtherRevisions;
use super::next_failures::NextFailures;
use super::route::Routes;
use super::{
    AcceptedCredentials, Api, Authenticator, Clock, DEFAULT_ACCESS_KEY, DEFAULT_ACCESS_TOKEN,
    DEFAULT_CLOCK_SKEW, DEFAULT_SECRET_KEY, DEFAULT_TOKEN, Engine, IdSource, SeededIds,
    SystemClock, World,
};
use crate::metastudio::Metastudio;
use crate::roma::{Revision, Roma};
use crate::smh::Smh;
use crate::{Error, Result};

/// How long a deletion job of roma runs when nobody asks for its progress.
pub const DEFAULT_JOB_DURATION: Duration = Duration::from_secs(30);

/// From how many items on smh deletes later rather than at once.
pub const DEFAULT_ASYNC_FROM: usize = 100;

/// Everything that an engine can be told; what is not told has the documented default.
#[derive(Debug)]
pub struct EngineBuilder {
    revisions: BTreeMap<String, String>,
    validators: BTreeMap<String, Arc<Validator>>,
    tokens: Vec<String>,
    access_tokens: Vec<String>,
    key_pairs: Vec<(String, String)>,
    clock_skew: Duration,
    authenticator: Option<Box<dyn Authenticator>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    job_duration: Duration,
    async_from: usize,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            revisions: BTreeMap::new(),
            validators: BTreeMap::new(),
            tokens: Vec::new(),
            access_tokens: Vec::new(),
            key_pairs: Vec::new(),
            clock_skew: DEFAULT_CLOCK_SKEW,
            authenticator: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SeededIds::default()),
            job_duration: DEFAULT_JOB_DURATION,
            async_from: DEFAULT_ASYNC_FROM,
        }
    }
}

impl EngineBuilder {
    /// Serves this revision of `api` (`roma`, `2025-10`).
    #[must_use]
    pub fn revision(mut self, api: impl Into<String>, revision: impl Into<String>) -> Self {
        self.revisions.insert(api.into(), revision.into());
        self
    }

    /// Uses a validator that is already compiled, and serves its revision.
    #[must_use]
    pub fn validator(mut self, validator: Arc<Validator>) -> Self {
        let contract = validator.contract();
        self.revisions
            .insert(contract.api.clone(), contract.revision.clone());
        self.validators.insert(contract.api.clone(), validator);
        self
    }

    /// Accepts this `X-Auth-Token`; the first one told replaces the default `assetproof-token`.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Accepts this `access_token`; the first one told replaces the default `assetproof-access`.
    #[must_use]
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.access_tokens.push(token.into());
        self
    }

    /// Accepts what is signed with this access key and its secret key; the first pair told replaces
    /// the default one, `ASSETPROOFAK` with `assetproof-secret`.
    #[must_use]
    pub fn key_pair(
        mut self,
        access_key: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> Self {
        self.key_pairs.push((access_key.into(), secret_key.into()));
        self
    }

    /// Lets a signature's date be this far from the clock; 15 minutes unless told otherwise.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Lets this decide who makes a request, in place of sets of accepted credentials.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Some(Box::new(authenticator));
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Takes ids from this source.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = ids;
        self
    }

    /// Lets all ids follow from this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.ids(Arc::new(SeededIds::new(seed)))
    }

    /// Ends a deletion job of roma after this time, if queries have not ended it before.
    #[must_use]
    pub fn job_duration(mut self, duration: Duration) -> Self {
        self.job_duration = duration;
        self
    }

    /// Lets smh delete later rather than at once from this many items on.
    #[must_use]
    pub fn async_from(mut self, items: usize) -> Self {
        self.async_from = items;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// An API or a revision that has no state machine, or a contract that cannot be loaded or
    /// compiled.
    pub fn build(self) -> Result<Engine> {
        if let Some(api) = self.revisions.keys().find(|api| Api::named(api).is_none()) {
            return Err(Error::UnknownApi {
                api: api.clone(),
                known: Api::ALL.map(Api::name).join(", "),
            });
        }
        let roma = Revision::named(self.revision_of(Api::Roma))?;
        for api in [Api::Metastudio, Api::Smh] {
            let revision = self.revision_of(api);
            if revision != api.default_revision() {
                return Err(Error::UnknownRevision {
                    api: api.name().to_owned(),
                    revision: revision.to_owned(),
                    known: api.default_revision().to_owned(),
                });
            }
        }
        let validators = [
            self.validator_of(Api::Metastudio)?,
            self.validator_of(Api::Roma)?,
            self.validator_of(Api::Smh)?,
        ];
        let mut routes = Routes::default();
        for (api, validator) in Api::ALL.into_iter().zip(&validators) {
            routes.add(api, validator.contract());
        }
        let authenticator = self.authenticator.unwrap_or_else(|| {
            let signing = Api::ALL.into_iter().zip(&validators);
            let signing = signing.filter(|(_, validator)| takes_signatures(validator.contract()));
            let pair = (DEFAULT_ACCESS_KEY.to_owned(), DEFAULT_SECRET_KEY.to_owned());
            Box::new(
                AcceptedCredentials::new(signing.map(|(api, _)| api))
                    .tokens(or_default(self.tokens, DEFAULT_TOKEN.to_owned()))
                    .access_tokens(or_default(
                        self.access_tokens,
                        DEFAULT_ACCESS_TOKEN.to_owned(),
                    ))
                    .key_pairs(or_default(self.key_pairs, pair))
                    .clock_skew(self.clock_skew),
            )
        });
        Ok(Engine {
            validators,
            routes,
            authenticator,
            world: World::new(self.clock, self.ids),
            next_failures: NextFailures::default(),
            other_revisions: OtherRevisions::default(),
            metastudio: Metastudio::default(),
            roma: Roma::new(roma, self.job_duration),
            smh: Smh::new(self.async_from),
        })
    }

    fn revision_of(&self, api: Api) -> &str {
        self.revisions
            .get(api.name())
            .map_or(api.default_revision(), String::as_str)
    }

    fn validator_of(&self, api: Api) -> Result<Arc<Validator>> {
        if let Some(validator) = self.validators.get(api.name()) {
            return Ok(Arc::clone(validator));
        }
        let revision = self.revision_of(api);
        let name = format!("{api}/{revision}");
        let contract =
            Contract::embedded_one(api.name(), revision).map_err(|source| Error::Contract {
                name: name.clone(),
                source: Box::new(source),
            })?;
        Validator::new(Arc::new(contract))
            .map(Arc::new)
            .map_err(|source| Error::Validator {
                name,
                source: Box::new(source),
            })
    }
}

/// Whether a contract documents a signature as a way to authenticate.
fn takes_signatures(contract: &Contract) -> bool {
    let schemes = contract.operations.iter().flat_map(|one| &one.security);
    let mut schemes = schemes
        .flatten()
        .filter_map(|name| contract.schemes.get(name));
    schemes.any(|scheme| scheme.signature.is_some())
}

fn or_default<T>(told: Vec<T>, default: T) -> Vec<T> {
    if told.is_empty() { vec![default] } else { told }
}

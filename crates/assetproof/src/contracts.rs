//! Which contracts a command works with: the embedded ones, one revision of each API, and those
//! that `--contract` brings along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use contract::{Contract, embedded};
use fake_server::engine::Api;
use validator::Validator;

use crate::targets::{FAKE, Subject};
use crate::{Error, Result};

/// Contracts by API and revision, each compiled at most once.
pub(crate) struct Library {
    /// Those that `--contract` brings along, by API.
    own: BTreeMap<String, Arc<Contract>>,
    compiled: BTreeMap<(String, String), Arc<Validator>>,
}

/// What a target is to be judged by.
pub(crate) struct Wanted<'w> {
    /// The APIs that the user asked for; empty for what there is.
    pub(crate) apis: &'w [String],
    /// The revisions that the user asked for.
    pub(crate) revisions: &'w [(String, String)],
    /// The target; none for the fake server.
    pub(crate) subject: Option<&'w Subject>,
    /// Whether the contracts that nobody asked for are loaded, too.
    pub(crate) all: bool,
}

/// One contract for each API.
pub(crate) struct Chosen {
    /// The contracts, compiled, in order of API.
    pub(crate) validators: Vec<Arc<Validator>>,
    /// The APIs of them that are to be judged.
    pub(crate) selected: Vec<String>,
}

impl Library {
    /// Loads the contracts of these folders.
    pub(crate) fn new(from_dirs: &[PathBuf]) -> Result<Self> {
        let mut own = BTreeMap::new();
        for dir in from_dirs {
            let contract = Contract::from_dir(dir)?;
            own.insert(contract.api.clone(), Arc::new(contract));
        }
        Ok(Self {
            own,
            compiled: BTreeMap::new(),
        })
    }

    /// The contracts that a target is to be judged by, one for each API.
    pub(crate) fn choose(&mut self, wanted: &Wanted<'_>) -> Result<Chosen> {
        let built_in = self.built_in(wanted)?;
        let mut apis: BTreeSet<&str> = self.own.keys().map(String::as_str).collect();
        apis.extend(built_in.keys().copied());
        for api in wanted.apis {
            if !apis.contains(api.as_str()) {
                return Err(unknown_api(api, apis.iter().copied()));
            }
        }
        let served = self.served(wanted, &apis)?;
        let selected: Vec<String> = served
            .iter()
            .filter(|api| match wanted.apis {
                // A contract of one's own is what one came for; the built-in ones then stay out
                // unless asked.
                [] => self.own.is_empty() || self.own.contains_key(**api),
                asked => asked.iter().any(|asked| asked == **api),
            })
            .map(|api| (*api).to_owned())
            .collect();
        if selected.is_empty() {
            return Err(Error::NothingServed {
                target: wanted
                    .subject
                    .map_or(FAKE, |subject| &subject.target.name)
                    .to_owned(),
                own: self.own.keys().cloned().collect::<Vec<_>>().join(", "),
            });
        }
        let loaded: Vec<String> = if wanted.all {
            served.iter().map(|api| (*api).to_owned()).collect()
        } else {
            selected.clone()
        };
        let mut validators = Vec::new();
        for api in &loaded {
            validators.push(self.compile(api, &built_in)?);
        }
        Ok(Chosen {
            validators,
            selected,
        })
    }

    /// One revision of each built-in API: the flags weigh more than the target's file.
    fn built_in(&self, wanted: &Wanted<'_>) -> Result<BTreeMap<&'static str, &'static str>> {
        // A contract of one's own has the revision that it has; to ask for that one is no mistake.
        let is_own = |api: &str, revision: &str| {
            let own = self.own.get(api);
            own.is_some_and(|contract| contract.revision == *revision)
        };
        let mut revisions: Vec<(String, String)> = Vec::new();
        for (api, revision) in wanted.subject.into_iter().flat_map(Subject::revisions) {
            let pair = (api.to_owned(), revision.name.clone());
            if !is_own(api, &revision.name) {
                choose(std::slice::from_ref(&pair))
                    .map_err(|error| revision.error(error.to_string()))?;
                revisions.push(pair);
            }
        }
        let by_flag = wanted.revisions.iter();
        revisions.extend(
            by_flag
                .filter(|(api, revision)| !is_own(api, revision))
                .cloned(),
        );
        Ok(choose(&revisions)?.into_iter().collect())
    }

    /// The APIs of `apis` that the target serves.
    fn served<'a>(&self, wanted: &Wanted<'_>, apis: &BTreeSet<&'a str>) -> Result<Vec<&'a str>> {
        let Some(subject) = wanted.subject else {
            // The fake stands in for what it has a state machine for. That it does not serve what
            // somebody asked for is told when it is started.
            let asked = |api: &str| wanted.apis.iter().any(|asked| asked == api);
            let served = apis.iter().copied().filter(|api| {
                Api::named(api).is_some() || asked(api) || self.own.contains_key(*api)
            });
            return Ok(served.collect());
        };
        let listed = subject.apis();
        for named in listed {
            if !apis.contains(named.name.as_str()) {
                let error = unknown_api(&named.name, apis.iter().copied());
                return Err(named.error(error.to_string()).into());
            }
        }
        let serves = |api: &str| listed.is_empty() || listed.iter().any(|named| named.name == api);
        if let Some(api) = wanted.apis.iter().find(|api| !serves(api)) {
            let listed: Vec<&str> = listed.iter().map(|named| named.name.as_str()).collect();
            return Err(Error::ApiNotServed {
                target: subject.target.name.clone(),
                api: api.clone(),
                served: listed.join(", "),
            });
        }
        Ok(apis.iter().copied().filter(|api| serves(api)).collect())
    }

    fn compile(
        &mut self,
        api: &str,
        built_in: &BTreeMap<&'static str, &'static str>,
    ) -> Result<Arc<Validator>> {
        let own = self.own.get(api);
        let revision = own.map(|contract| contract.revision.as_str());
        let revision = revision.or_else(|| built_in.get(api).copied());
        let key = (api.to_owned(), revision.unwrap_or_default().to_owned());
        if let Some(compiled) = self.compiled.get(&key) {
            return Ok(Arc::clone(compiled));
        }
        let contract = match own {
            Some(contract) => Arc::clone(contract),
            None => Arc::new(Contract::embedded_one(&key.0, &key.1)?),
        };
        let compiled = Arc::new(Validator::new(contract)?);
        self.compiled.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// One revision for each built-in API: the one asked for, or its default.
pub(crate) fn choose(revisions: &[(String, String)]) -> Result<Vec<(&'static str, &'static str)>> {
    let names = embedded::names();
    let mut chosen: BTreeMap<&'static str, &'static str> = BTreeMap::new();
    for (api, revision) in &names {
        // Names are sorted, so that the newest revision stays where no default is served.
        let default = Api::named(api).map(Api::default_revision);
        if default.is_none_or(|default| default == *revision) {
            chosen.insert(api, revision);
        }
    }
    for (api, revision) in revisions {
        let of_api: Vec<&str> = names
            .iter()
            .filter(|(name, _)| name == api)
            .map(|(_, revision)| *revision)
            .collect();
        if of_api.is_empty() {
            return Err(unknown_api(api, chosen.keys().copied()));
        }
        let Some((name, revision)) = names
            .iter()
            .find(|(name, known)| name == api && known == revision)
        else {
            return Err(Error::UnknownRevision {
                api: api.clone(),
                revision: revision.clone(),
                known: of_api.join(", "),
            });
        };
        chosen.insert(name, revision);
    }
    Ok(chosen.into_iter().collect())
}

fn unknown_api<'n>(api: &str, known: impl Iterator<Item = &'n str>) -> Error {
    Error::UnknownApi {
        api: api.to_owned(),
        known: known
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(", "),
    }
}

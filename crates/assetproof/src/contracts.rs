//! Which contracts a command works with: the embedded ones, one revision of each API, and those
//! that `--contract` brings along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use contract::{Contract, embedded};
use fake_server::engine::Api;
use validator::Validator;

use crate::{Error, Result};

/// Loads and compiles one contract for each selected API.
pub(crate) fn load(
    apis: &[String],
    revisions: &[(String, String)],
    from_dirs: &[PathBuf],
) -> Result<Vec<Arc<Validator>>> {
    let mut contracts: BTreeMap<String, Contract> = BTreeMap::new();
    for dir in from_dirs {
        let contract = Contract::from_dir(dir)?;
        contracts.insert(contract.api.clone(), contract);
    }
    let own: Vec<String> = contracts.keys().cloned().collect();
    // A contract of one's own has the revision that it has; to ask for that one is no mistake.
    let of_built_in: Vec<(String, String)> = revisions
        .iter()
        .filter(|(api, revision)| {
            contracts
                .get(api)
                .is_none_or(|contract| contract.revision != *revision)
        })
        .cloned()
        .collect();
    let chosen = choose(&of_built_in)?;
    for (api, revision) in chosen {
        if !contracts.contains_key(api)
            && (apis.is_empty() || apis.iter().any(|wanted| wanted == api))
        {
            contracts.insert(api.to_owned(), Contract::embedded_one(api, revision)?);
        }
    }
    for api in apis {
        if !contracts.contains_key(api) {
            let known = embedded::names().into_iter().map(|(api, _)| api);
            return Err(unknown_api(
                api,
                known.chain(own.iter().map(String::as_str)),
            ));
        }
    }
    // A contract of one's own is what one came for; the built-in ones then stay out unless asked.
    let own_only = !from_dirs.is_empty() && apis.is_empty();
    let mut validators = Vec::new();
    for (api, contract) in contracts {
        let wanted = apis.is_empty() || apis.contains(&api);
        if wanted && (own.contains(&api) || !own_only) {
            validators.push(Arc::new(Validator::new(Arc::new(contract))?));
        }
    }
    Ok(validators)
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

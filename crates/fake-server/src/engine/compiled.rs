//! The built-in contracts, compiled once in a process. A fake for each test is the rule, and
//! reading and compiling is nearly all that its start costs; a compiled contract never changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::Contract;
use validator::Validator;

use super::Api;
use crate::{Error, Result};

/// A place for one of them. It is locked while it is filled, so that fakes that start together do
/// not all compile the same, and compile different ones side by side.
type Place = Arc<Mutex<Option<Arc<Validator>>>>;

static COMPILED: Mutex<BTreeMap<(Api, String), Place>> = Mutex::new(BTreeMap::new());

/// The validator of a built-in revision.
///
/// # Errors
/// A contract that is not built in, or one that cannot be compiled.
pub(super) fn embedded(api: Api, revision: &str) -> Result<Arc<Validator>> {
    let place = {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(compiled.entry((api, revision.to_owned())).or_default())
    };
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = &*place {
        return Ok(Arc::clone(validator));
    }
    let contract = Contract::embedded_for_a_server(api.name(), revision);
    let validator = compile(api, revision, contract)?;
    *place = Some(Arc::clone(&validator));
    Ok(validator)
}

/// The validator of a built-in revision as it was misread: with this content in some of its files.
///
/// # Errors
/// What is wrong with that content.
pub(super) fn misread(
    api: Api,
    revision: &str,
    files: BTreeMap<String, Vec<u8>>,
) -> Result<Arc<Validator>> {
    let contract = Contract::embedded_with_files(api.name(), revision, files);
    compile(api, revision, contract)
}

fn compile(
    api: Api,
    revision: &str,
    contract: contract::Result<Contract>,
) -> Result<Arc<Validator>> {
    let name = format!("{api}/{revision}");
    let contract = contract.map_err(|source| Error::Contract {
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

//! The built-in contracts, compiled once in a process. A fake for each test is the rule, and
//! reading and compiling is nearly all that its start costs; a compiled contract never changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::Contract;
use validator::Validator;

use super::Api;
use crate::{Error, Result};

static COMPILED: Mutex<BTreeMap<(Api, String), Arc<Validator>>> = Mutex::new(BTreeMap::new());

/// The validator of a built-in revision.
///
/// # Errors
/// A contract that is not built in, or one that cannot be compiled.
pub(super) fn embedded(api: Api, revision: &str) -> Result<Arc<Validator>> {
    let key = (api, revision.to_owned());
    // Held while compiling, so that tests that start together do not all compile the same.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = compiled.get(&key) {
        return Ok(Arc::clone(validator));
    }
    let name = format!("{api}/{revision}");
    let contract =
        Contract::embedded_one(api.name(), revision).map_err(|source| Error::Contract {
            name: name.clone(),
            source: Box::new(source),
        })?;
    let validator = Validator::new(Arc::new(contract))
        .map(Arc::new)
        .map_err(|source| Error::Validator {
            name,
            source: Box::new(source),
        })?;
    compiled.insert(key, Arc::clone(&validator));
    Ok(validator)
}

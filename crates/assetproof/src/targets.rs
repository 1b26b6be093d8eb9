//! From flags and environment to targets.

use std::collections::BTreeMap;

use conformance::{Credentials, Target};
use validator::Validator;

use crate::cli::ConformanceArgs;
use crate::{Error, Result};

/// The targets that the flags name.
pub(crate) fn from_flags(args: &ConformanceArgs) -> Result<Vec<Target>> {
    if args.state_url.is_some() && args.target.len() > 1 {
        return Err(Error::StateUrlForSeveral {
            targets: args.target.len(),
        });
    }
    args.target
        .iter()
        .map(|url| {
            let mut target = Target::new(url)?;
            target.state_url = args
                .state_url
                .as_deref()
                .map(Target::parse_url)
                .transpose()?;
            target.credentials = Credentials::from_env();
            Ok(complete(target, args))
        })
        .collect()
}

/// Adds what all targets of a run share.
pub(crate) fn complete(mut target: Target, args: &ConformanceArgs) -> Target {
    target.tenant = args.tenant.iter().cloned().collect::<BTreeMap<_, _>>();
    target.timeout = args.timeout;
    target
}

/// Refuses tenant values that no operation takes: a misspelt one would be silently made up.
pub(crate) fn check_tenant<'v>(
    args: &ConformanceArgs,
    validators: impl IntoIterator<Item = &'v Validator>,
) -> Result<()> {
    let mut known: Vec<String> = validators
        .into_iter()
        .flat_map(|validator| &validator.contract().operations)
        .flat_map(contract::Operation::tenant_parameters)
        .flat_map(|parameter| {
            [
                parameter.name.clone(),
                conformance::snake_case(&parameter.name),
            ]
        })
        .collect();
    known.sort();
    known.dedup();
    match args.tenant.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::UnknownTenant {
            name: name.clone(),
            known: known.join(", "),
        }),
    }
}

//! From flags, environment and target file to targets. Where they say different things, a flag
//! weighs more than the environment, and that more than the file.

use std::path::Path;

use conformance::{Credentials, FileError, Named, Target, TargetEntry, TargetFile};
use validator::Validator;

use crate::cli::ConformanceArgs;
use crate::{Error, Result};

/// The name of the fake server as a target.
pub(crate) const FAKE: &str = "the built-in fake server";

/// A target as the user names it, without its credentials.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The target.
    pub(crate) target: Target,
    /// What the file says of it, where its name is one of the file.
    entry: Option<TargetEntry>,
}

impl Subject {
    /// The APIs that it serves, by its file; empty for all.
    pub(crate) fn apis(&self) -> &[Named] {
        self.entry.as_ref().map_or(&[], |entry| &entry.apis)
    }

    /// The revision of each API that it serves, where its file names one.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = (&str, &Named)> {
        let revisions = self.entry.iter().flat_map(|entry| &entry.revisions);
        revisions.map(|(api, revision)| (api.as_str(), revision))
    }

    /// Whether its file says something that is about all cases, whichever are selected.
    pub(crate) fn decides_over_all(&self) -> bool {
        let entry = self.entry.as_ref();
        let tenant = entry.is_some_and(|entry| !entry.tenant.is_empty());
        tenant || !self.target.lacks.is_empty() || !self.target.known.is_empty()
    }

    /// The target with its credentials.
    pub(crate) fn complete(self) -> Result<Target> {
        let environment = Credentials::from_env();
        let credentials = match &self.entry {
            None => environment,
            Some(entry) => entry.credentials(environment, |name| std::env::var(name).ok())?,
        };
        Ok(Target {
            credentials,
            ..self.target
        })
    }

    /// Refuses tenant values of the file that no operation of these contracts takes: a misspelt
    /// one would be silently made up.
    pub(crate) fn check_tenant<'v>(
        &self,
        validators: impl IntoIterator<Item = &'v Validator>,
    ) -> Result<()> {
        let Some(entry) = self.entry.as_ref().filter(|entry| !entry.tenant.is_empty()) else {
            return Ok(());
        };
        let known = tenant_names(validators);
        for (name, value) in &entry.tenant {
            if !known.contains(name) {
                let known = known.join(", ");
                let problem =
                    format!("no path parameter {name:?} separates tenants: there are {known}");
                return Err(value.error(problem).into());
            }
        }
        Ok(())
    }
}

/// The targets that the flags name; none for the fake server.
pub(crate) fn from_flags(args: &ConformanceArgs) -> Result<Vec<Subject>> {
    if args.state_url.is_some() && args.target.len() > 1 {
        return Err(Error::StateUrlForSeveral {
            targets: args.target.len(),
        });
    }
    let mut file = args.targets.as_deref().map(TargetFile::read).transpose()?;
    let mut subjects = Vec::new();
    for named in &args.target {
        let subject = if named.contains("://") {
            let target = Target::new(named)?;
            Subject {
                target,
                entry: None,
            }
        } else {
            let file = match &file {
                Some(file) => file,
                None => file.insert(default_file(named)?),
            };
            let entry = file.entry(named)?.clone();
            Subject {
                target: entry.target.clone(),
                entry: Some(entry),
            }
        };
        let target = override_by_flags(subject.target, args)?;
        subjects.push(Subject { target, ..subject });
    }
    Ok(subjects)
}

/// The target file that is read without being named.
fn default_file(target: &str) -> Result<TargetFile> {
    let path = Path::new(TargetFile::DEFAULT);
    match TargetFile::read(path) {
        Err(FileError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::NoTargetFile {
                name: target.to_owned(),
            })
        }
        read => Ok(read?),
    }
}

/// What the flags say of every target of a run.
pub(crate) fn override_by_flags(mut target: Target, args: &ConformanceArgs) -> Result<Target> {
    if let Some(url) = &args.state_url {
        target.state_url = Some(Target::parse_url(url)?);
    }
    for (name, value) in &args.tenant {
        target
            .tenant
            .insert(conformance::snake_case(name), value.clone());
    }
    target.timeout = args.timeout.unwrap_or(target.timeout);
    Ok(target)
}

/// Refuses tenant values that no operation takes: a misspelt one would be silently made up.
pub(crate) fn check_tenant<'v>(
    args: &ConformanceArgs,
    validators: impl IntoIterator<Item = &'v Validator>,
) -> Result<()> {
    let known = tenant_names(validators);
    match args.tenant.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::UnknownTenant {
            name: name.clone(),
            known: known.join(", "),
        }),
    }
}

/// The names of what separates tenants, as documented and in snake case.
fn tenant_names<'v>(validators: impl IntoIterator<Item = &'v Validator>) -> Vec<String> {
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
    known
}

//! Where the secrets of a target come from: environment variables that its file names. The file
//! itself is no place for one, and no message repeats what stands where one may stand.

use crate::credentials::Secret;
use crate::toml_file::{Place, Table, Value};
use crate::{Credentials, FileError};

/// How a reference is written.
const REFERENCE: &str = "{ env = \"NAME\" }";

/// The variables that hold a target's secrets, where its file names them.
#[derive(Debug, Clone, Default)]
pub(super) struct SecretRefs {
    token: Option<SecretRef>,
    access_key: Option<SecretRef>,
    secret_key: Option<SecretRef>,
    access_token: Option<SecretRef>,
}

#[derive(Debug, Clone)]
struct SecretRef {
    variable: String,
    place: Place,
}

impl SecretRefs {
    /// Reads the `credentials` of a target's table.
    pub(super) fn read(target: &Table<'_>) -> Result<Self, FileError> {
        let Some(value) = target.get("credentials") else {
            return Ok(Self::default());
        };
        let table = value.table(&format!("{{ token = {REFERENCE} }}"))?;
        table.only(&["token", "access_key", "secret_key", "access_token"])?;
        let read = |name: &str| {
            let value = table.get(name);
            value.map(|value| SecretRef::read(name, &value)).transpose()
        };
        Ok(Self {
            token: read("token")?,
            access_key: read("access_key")?,
            secret_key: read("secret_key")?,
            access_token: read("access_token")?,
        })
    }

    /// The credentials of the target of that name: what `environment` has weighs more than what
    /// `lookup` says of the variables, and a variable that is outweighed is not asked for.
    pub(super) fn resolve(
        &self,
        target: &str,
        environment: Credentials,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Credentials, FileError> {
        let resolve = |given: Option<Secret>, name: &str, reference: &Option<SecretRef>| match (
            given, reference,
        ) {
            (Some(given), _) => Ok(Some(given)),
            (None, None) => Ok(None),
            (None, Some(reference)) => reference.resolve(target, name, &lookup).map(Some),
        };
        Ok(Credentials {
            token: resolve(environment.token, "token", &self.token)?,
            access_key: resolve(environment.access_key, "access_key", &self.access_key)?,
            secret_key: resolve(environment.secret_key, "secret_key", &self.secret_key)?,
            access_token: resolve(environment.access_token, "access_token", &self.access_token)?,
        })
    }
}

impl SecretRef {
    fn read(name: &str, value: &Value<'_>) -> Result<Self, FileError> {
        if value.is_string() {
            return Err(value.error(format!(
                "is written out, and a file is no place for a secret: write {name} = {REFERENCE}, \
                 and put it into the environment variable NAME"
            )));
        }
        let table = value.table(REFERENCE)?;
        table.only(&["env"])?;
        let env = table.required("env", "\"NAME\"")?;
        let variable = env.string("\"NAME\"")?;
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if !variable.chars().all(plain) || variable.starts_with(|char: char| char.is_ascii_digit())
        {
            return Err(env.error(
                "is no name of an environment variable (letters, digits and _): name the variable \
                 that holds the secret, not the secret",
            ));
        }
        Ok(Self {
            variable: variable.to_owned(),
            place: value.place(),
        })
    }

    fn resolve(
        &self,
        target: &str,
        name: &str,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Secret, FileError> {
        let state = match lookup(&self.variable) {
            Some(value) if !value.is_empty() => return Ok(Secret::new(value)),
            Some(_) => "empty",
            None => "not set",
        };
        Err(self.place.error(format!(
            "the target {target} takes its {name} from the environment variable {}, which is \
             {state}: set it, or ASSETPROOF_{}, or take {name} out of [targets.{target}.credentials]",
            self.variable,
            name.to_uppercase(),
        )))
    }
}

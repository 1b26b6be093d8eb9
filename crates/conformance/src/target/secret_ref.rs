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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::TargetEntry;
    use crate::target::fixture;

    fn entry(token: &str) -> Result<TargetEntry, String> {
        fixture::entry(&format!("credentials.token = {token}"))
    }

    fn token(text: &str) -> Credentials {
        Credentials {
            token: Some(Secret::new(text)),
            ..Credentials::default()
        }
    }

    #[rstest]
    #[case("ACME_TOKEN")]
    #[case("_acme2")]
    fn a_secret_is_that_of_the_variable_that_is_named(#[case] variable: &str) {
        let entry = entry(&format!("{{ env = {variable:?} }}")).expect("a sound file");
        let lookup = |name: &str| (name == variable).then(|| "t0ken".to_owned());
        let found = entry.credentials(Credentials::default(), lookup);
        assert_eq!(found.expect("it is set"), token("t0ken"));
    }

    #[test]
    fn what_the_environment_has_weighs_more_and_the_variable_is_not_asked_for() {
        let entry = entry("{ env = \"ACME_TOKEN\" }").expect("a sound file");
        let found = entry.credentials(token("given"), |name| panic!("{name} is asked for"));
        assert_eq!(found.expect("it is given"), token("given"));
    }

    #[rstest]
    #[case(None, "not set")]
    #[case(Some(""), "empty")]
    fn a_variable_without_a_value_is_told(#[case] value: Option<&str>, #[case] state: &str) {
        let entry = entry("{ env = \"ACME_TOKEN\" }").expect("a sound file");
        let found = entry.credentials(Credentials::default(), |_| value.map(str::to_owned));
        assert_eq!(
            found.expect_err("no value").to_string(),
            format!(
                "assetproof.toml:3: the target acme takes its token from the environment variable \
                 ACME_TOKEN, which is {state}: set it, or ASSETPROOF_TOKEN, or take token out of \
                 [targets.acme.credentials]"
            )
        );
    }

    #[rstest]
    #[case("\"hunter2\"", "is written out, and a file is no place for a secret")]
    #[case("{ env = \"hunter-2\" }", "is no name of an environment variable")]
    #[case("{ env = \"2hunter\" }", "is no name of an environment variable")]
    #[case("{ environment = \"hunter\" }", "has no \"environment\"")]
    fn a_secret_in_the_file_is_refused_and_not_repeated(#[case] token: &str, #[case] says: &str) {
        let error = entry(token).expect_err("refused");
        let begins = "assetproof.toml:3: targets.acme.credentials.token";
        assert!(error.starts_with(begins), "{error}");
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("hunter"), "{error}");
    }
}

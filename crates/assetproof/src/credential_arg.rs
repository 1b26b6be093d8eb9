//! The value of `serve --credential`: what the fake accepts, given there or in a file. No message
//! repeats what a file holds.

use std::fs;

use fake_server::EngineBuilder;

/// What one `--credential` tells.
#[derive(Clone)]
pub struct CredentialArg {
    credentials: Vec<Credential>,
}

#[derive(Clone)]
enum Credential {
    Token(String),
    AccessToken(String),
    KeyPair(String, String),
}

/// Without the credentials.
impl std::fmt::Debug for CredentialArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialArg")
            .field("credentials", &self.credentials.len())
            .finish()
    }
}

impl CredentialArg {
    /// Reads the flag's value: `KIND=VALUE`, or `@` and the name of a file with one on each line,
    /// where empty lines and those that begin with `#` are passed over. The error is for clap.
    pub(crate) fn read(value: &str) -> Result<Self, String> {
        let Some(file) = value.strip_prefix('@') else {
            let credentials = vec![credential(value)?];
            return Ok(Self { credentials });
        };
        let text =
            fs::read_to_string(file).map_err(|error| format!("failed to read {file}: {error}"))?;
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let credentials: Vec<Credential> = lines
            .map(|(index, line)| {
                credential(line).map_err(|error| format!("{file}:{}: {error}", index + 1))
            })
            .collect::<Result<_, _>>()?;
        if credentials.is_empty() {
            return Err(format!("{file} holds no credential: {FORM}"));
        }
        Ok(Self { credentials })
    }

    /// Lets the fake accept them.
    pub(crate) fn tell(&self, builder: EngineBuilder) -> EngineBuilder {
        let credentials = self.credentials.iter().cloned();
        credentials.fold(builder, |builder, credential| match credential {
            Credential::Token(token) => builder.token(token),
            Credential::AccessToken(token) => builder.access_token(token),
            Credential::KeyPair(access_key, secret_key) => builder.key_pair(access_key, secret_key),
        })
    }
}

/// How a credential is written.
const FORM: &str = "write token=VALUE, access_token=VALUE or key_pair=ACCESS_KEY:SECRET_KEY";

fn credential(text: &str) -> Result<Credential, String> {
    match text.split_once('=') {
        Some(("token", value)) if !value.is_empty() => Ok(Credential::Token(value.to_owned())),
        Some(("access_token", value)) if !value.is_empty() => {
            Ok(Credential::AccessToken(value.to_owned()))
        }
        Some(("key_pair", value)) => match value.split_once(':') {
            Some((access_key, secret_key)) if !access_key.is_empty() && !secret_key.is_empty() => {
                Ok(Credential::KeyPair(
                    access_key.to_owned(),
                    secret_key.to_owned(),
                ))
            }
            _ => Err(format!("a key pair is ACCESS_KEY:SECRET_KEY: {FORM}")),
        },
        _ => Err(FORM.to_owned()),
    }
}

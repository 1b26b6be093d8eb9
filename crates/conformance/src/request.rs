//! From an operation and values to the request on the wire: path, query, headers, credentials.

use std::collections::BTreeMap;

use bytes::Bytes;
use contract::{Contract, Operation, ParameterLocation, SecurityScheme};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use validator::Request;

use crate::credentials::{Credentials, Secret};
use crate::tenant::Tenant;

/// What is encoded in one segment of a path: all but RFC 3986's `pchar`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What is encoded in a name or a value of a query.
pub(crate) const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',')
    .remove(b'@');

/// Security schemes with what fills them.
pub(crate) type Authentication<'c> = Vec<(&'c SecurityScheme, &'c Secret)>;

/// The first documented way to authenticate for which all credentials are known.
///
/// # Errors
/// In words: which credentials are missing, and how to give them.
pub(crate) fn authentication<'c>(
    contract: &'c Contract,
    operation: &Operation,
    credentials: &'c Credentials,
) -> Result<Authentication<'c>, String> {
    if operation.security.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted = Vec::new();
    for alternative in &operation.security {
        let schemes = alternative
            .iter()
            .filter_map(|name| contract.schemes.get(name));
        let filled: Option<Vec<_>> = schemes
            .clone()
            .map(|scheme| credentials.fill(scheme).map(|secret| (scheme, secret)))
            .collect();
        if let Some(filled) = filled.filter(|filled| filled.len() == alternative.len()) {
            return Ok(filled);
        }
        let unsigned = schemes.clone().all(|scheme| scheme.signature.is_none());
        wanted.extend(schemes.filter(|_| unsigned).filter_map(|scheme| {
            match scheme.credential.as_deref()? {
                "token" => Some("ASSETPROOF_TOKEN"),
                "access_token" => Some("ASSETPROOF_ACCESS_TOKEN"),
                _ => None,
            }
        }));
    }
    Err(if wanted.is_empty() {
        "it can be called with a signed request only, and this runner does not sign".to_owned()
    } else {
        format!("no credential for it is known: set {}", wanted.join(" or "))
    })
}

/// Makes the request. `parameters` are the values of parameters that do not separate tenants;
/// an optional parameter without a value is left out.
///
/// # Errors
/// In words, when a required parameter has no value.
pub(crate) fn build(
    operation: &Operation,
    tenant: &Tenant,
    parameters: &BTreeMap<String, String>,
    authentication: &Authentication<'_>,
    body: Option<Bytes>,
) -> Result<Request, String> {
    let mut path = operation.path.clone();
    let mut query: Vec<String> = Vec::new();
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let mut credentials = authentication.clone();

    for parameter in &operation.parameters {
        let name = &parameter.name;
        if parameter.flag {
            if parameter.required || parameters.contains_key(name) {
                query.push(encode(name, VALUE));
            }
            continue;
        }
        // A credential stands where the document lists its parameter, the rest of them at the end.
        let credential = credentials
            .iter()
            .position(|(scheme, _)| scheme.location == parameter.location && scheme.name == *name)
            .map(|index| credentials.remove(index).1.reveal());
        let given = parameters.get(name).map(String::as_str);
        let value = match credential.or(given).or_else(|| tenant.get(name)) {
            Some(value) => value,
            None if parameter.required && !parameter.secret => {
                return Err(format!(
                    "the parameter {name} of {} has no value",
                    operation.id
                ));
            }
            None => continue,
        };
        match parameter.location {
            ParameterLocation::Path => {
                path = path.replace(&format!("{{{name}}}"), &encode(value, SEGMENT));
            }
            ParameterLocation::Query => query.push(pair(name, value)),
            ParameterLocation::Header => headers.push((name.clone(), value.as_bytes().to_vec())),
        }
    }
    for (scheme, secret) in credentials {
        match scheme.location {
            ParameterLocation::Query => query.push(pair(&scheme.name, secret.reveal())),
            ParameterLocation::Header | ParameterLocation::Path => {
                headers.push((scheme.name.clone(), secret.reveal().as_bytes().to_vec()));
            }
        }
    }
    if let (Some(spec), Some(_)) = (&operation.request, &body) {
        headers.push((
            "Content-Type".to_owned(),
            spec.media_type.as_bytes().to_vec(),
        ));
    }
    let target = if query.is_empty() {
        path
    } else {
        format!("{path}?{}", query.join("&"))
    };
    Ok(Request {
        method: operation.method.clone(),
        target,
        headers,
        body: body.unwrap_or_default(),
    })
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encode(name, VALUE), encode(value, VALUE))
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smh() -> Contract {
        Contract::embedded_one("smh", "2026-01").expect("the embedded contract is sound")
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn a_flag_has_no_value_and_the_credential_stands_where_its_parameter_does() {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let credentials = Credentials::from_lookup(|_| Some("t/o k&n".to_owned()));
        let authentication =
            authentication(&contract, operation, &credentials).expect("a known credential");
        let parameters = values(&[
            ("LibraryId", "lib/1"),
            ("SpaceId", "-"),
            ("user_id", "u=\u{f6}"),
        ]);
        let body = Some(Bytes::from_static(b"[]"));
        let request = build(
            operation,
            &Tenant::default(),
            &parameters,
            &authentication,
            body,
        );
        let request = request.expect("all is given");
        assert_eq!(
            request.target,
            "/api/v1/batch/lib%2F1/-?delete&access_token=t/o%20k%26n&user_id=u%3D%C3%B6"
        );
        assert_eq!(
            request.header("content-type"),
            Some(&b"application/json"[..])
        );
    }

    #[test]
    fn a_required_parameter_without_a_value_is_named() {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let parameters = values(&[("LibraryId", "l")]);
        let problem = build(
            operation,
            &Tenant::default(),
            &parameters,
            &Vec::new(),
            None,
        )
        .expect_err("SpaceId is missing");
        assert!(problem.contains("SpaceId"), "{problem}");
    }

    #[test]
    fn without_a_credential_the_variable_is_named() {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let problem = authentication(&contract, operation, &Credentials::default())
            .expect_err("no credential");
        assert!(problem.contains("ASSETPROOF_ACCESS_TOKEN"), "{problem}");
    }
}

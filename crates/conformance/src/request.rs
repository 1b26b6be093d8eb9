//! From an operation and values to the request on the wire: path, query, headers, credentials.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use bytes::Bytes;
use contract::{Contract, Operation, Parameter, ParameterLocation, SecurityScheme};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use validator::Request;

use crate::case::{Alteration, SignedWrong};
use crate::credentials::Secret;
use crate::signing::{self, ALGORITHM, Caller, Signing};
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

/// What proves who makes a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Authentication<'c> {
    /// What is sent as it is.
    pub(crate) credentials: Vec<Credential<'c>>,
    /// What is computed of the request when all of it is there.
    pub(crate) signing: Option<Signing<'c>>,
}

impl Authentication<'_> {
    /// Nothing that proves anything.
    pub(crate) fn new() -> Self {
        Self::default()
    }
}

impl<'c> FromIterator<Credential<'c>> for Authentication<'c> {
    fn from_iter<I: IntoIterator<Item = Credential<'c>>>(credentials: I) -> Self {
        Self {
            credentials: credentials.into_iter().collect(),
            signing: None,
        }
    }
}

/// One header or query parameter with a secret in it.
#[derive(Debug, Clone)]
pub(crate) struct Credential<'c> {
    /// Header or query.
    pub(crate) location: ParameterLocation,
    /// Its name there.
    pub(crate) name: &'c str,
    /// Its value.
    pub(crate) value: Cow<'c, Secret>,
}

/// The first documented way to authenticate for which all credentials are known.
///
/// # Errors
/// In words: which credentials are missing, and how to give them.
pub(crate) fn authentication<'c>(
    contract: &'c Contract,
    operation: &Operation,
    caller: &Caller<'c>,
) -> Result<Authentication<'c>, String> {
    if operation.security.is_empty() {
        return Ok(Authentication::new());
    }
    let all = 0..operation.security.len();
    all.clone()
        .find_map(|index| by_alternative(contract, operation, caller, (index, None)))
        .ok_or_else(|| unknown(contract, operation, caller, all))
}

/// The caller's credentials by the alternative with this index in `Operation::security`, with what
/// is to be wrong of a signature; none when one of them is not known.
pub(crate) fn by_alternative<'c>(
    contract: &'c Contract,
    operation: &Operation,
    caller: &Caller<'c>,
    (index, wrong): (usize, Option<SignedWrong>),
) -> Option<Authentication<'c>> {
    let names = operation.security.get(index)?;
    let schemes: Vec<&SecurityScheme> = names
        .iter()
        .map(|name| contract.schemes.get(name))
        .collect::<Option<_>>()?;
    let date = schemes.iter().find(|scheme| is_date(scheme));
    let mut authentication = Authentication::new();
    for scheme in &schemes {
        if let Some(algorithm) = &scheme.signature {
            let date = date.filter(|_| algorithm == ALGORITHM)?;
            let signing = Signing::new(caller, (&scheme.name, &date.name), wrong)?;
            authentication.signing = Some(signing);
            continue;
        }
        let value = if is_date(scheme) {
            Cow::Owned(Secret::new(signing::date(caller.now, wrong)))
        } else {
            Cow::Borrowed(caller.credentials.fill(scheme)?)
        };
        authentication.credentials.push(Credential {
            location: scheme.location,
            name: &scheme.name,
            value,
        });
    }
    Some(authentication)
}

/// Whether a scheme holds no credential, but the date of a signature beside it.
fn is_date(scheme: &SecurityScheme) -> bool {
    scheme.credential.is_none() && scheme.signature.is_none()
}

/// Which credentials are missing for these alternatives, and how to give them.
pub(crate) fn unknown(
    contract: &Contract,
    operation: &Operation,
    caller: &Caller<'_>,
    alternatives: Range<usize>,
) -> String {
    let mut wanted = Vec::new();
    for alternative in operation.security.get(alternatives).unwrap_or_default() {
        for name in alternative {
            let Some(scheme) = contract.schemes.get(name) else {
                continue;
            };
            wanted.extend(match (&scheme.signature, scheme.credential.as_deref()) {
                (Some(algorithm), _) if algorithm != ALGORITHM => None,
                (Some(_), _) => match caller.credentials.key_pair() {
                    Err(half) => return half.to_string(),
                    Ok(_) => Some("ASSETPROOF_ACCESS_KEY with ASSETPROOF_SECRET_KEY"),
                },
                (None, Some("token")) => Some("ASSETPROOF_TOKEN"),
                (None, Some("access_token")) => Some("ASSETPROOF_ACCESS_TOKEN"),
                (None, _) => None,
            });
        }
    }
    if wanted.is_empty() {
        "it can be called with a signed request only, whose algorithm this runner does not know"
            .to_owned()
    } else {
        format!("no credential for it is known: set {}", wanted.join(" or "))
    }
}

/// What fills a request besides credentials and body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values<'v> {
    /// Values of the parameters that separate tenants.
    pub(crate) tenant: &'v Tenant,
    /// Values of the others; one that stands in both is taken from here.
    pub(crate) parameters: &'v BTreeMap<String, String>,
    /// How the request differs from the documented form.
    pub(crate) alterations: &'v [Alteration],
}

/// Makes the request. An optional parameter without a value is left out.
///
/// # Errors
/// In words, when a required parameter has no value.
pub(crate) fn build(
    operation: &Operation,
    values: Values<'_>,
    authentication: &Authentication<'_>,
    body: Option<Bytes>,
) -> Result<Request, String> {
    let mut parts = Parts {
        path: operation.path.clone(),
        query: Vec::new(),
        headers: Vec::new(),
    };
    let mut credentials: Vec<&Credential<'_>> = authentication.credentials.iter().collect();
    for parameter in &operation.parameters {
        parts.fill(operation, parameter, values, &mut credentials)?;
    }
    for credential in credentials {
        parts.put(
            credential.location,
            credential.name,
            credential.value.reveal(),
        );
    }
    if let (Some(spec), Some(_)) = (&operation.request, &body) {
        let media_type = spec.media_type.as_bytes().to_vec();
        parts.headers.push(("Content-Type".to_owned(), media_type));
    }
    let mut request = Request {
        method: operation.method.clone(),
        target: String::new(),
        headers: Vec::new(),
        body: body.unwrap_or_default(),
    };
    for alteration in values.alterations {
        parts.alter(alteration, &mut request);
    }
    request.target = if parts.query.is_empty() {
        parts.path
    } else {
        format!("{}?{}", parts.path, parts.query.join("&"))
    };
    request.headers = parts.headers;
    if let Some(signing) = &authentication.signing {
        let titled = values.alterations.contains(&Alteration::TitledHeaders);
        signing.sign(&mut request, titled);
    }
    Ok(request)
}

/// A request's path, query and headers while it is made.
struct Parts {
    path: String,
    query: Vec<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Parts {
    /// Puts one documented parameter in. A credential stands where the document lists its
    /// parameter, the rest of them at the end.
    fn fill(
        &mut self,
        operation: &Operation,
        parameter: &Parameter,
        values: Values<'_>,
        credentials: &mut Vec<&Credential<'_>>,
    ) -> Result<(), String> {
        let name = &parameter.name;
        let altered = |wanted: &dyn Fn(&Alteration) -> bool| values.alterations.iter().any(wanted);
        let given = values.parameters.get(name).map(String::as_str);
        if altered(&|alteration| matches!(alteration, Alteration::Without(left) if left == name)) {
            self.path = self.path.replace(&format!("{{{name}}}"), "");
            return Ok(());
        }
        if parameter.flag {
            if parameter.required || given.is_some() {
                self.query.push(encode(name, VALUE));
            }
            return Ok(());
        }
        let credential = credentials
            .iter()
            .position(|one| one.location == parameter.location && one.name == *name)
            .map(|index| credentials.remove(index).value.reveal());
        let value = credential.or(given).or_else(|| values.tenant.get(name));
        match value {
            Some(value)
                if altered(&|one| matches!(one, Alteration::Encoded(all) if all == name)) =>
            {
                let encoded = value.bytes().fold(String::new(), |mut text, byte| {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "%{byte:02X}");
                    text
                });
                self.path = self.path.replace(&format!("{{{name}}}"), &encoded);
            }
            Some(value) => self.put(parameter.location, name, value),
            None if parameter.required && !parameter.secret => {
                return Err(format!(
                    "the parameter {name} of {} has no value",
                    operation.id
                ));
            }
            None => {}
        }
        Ok(())
    }

    fn put(&mut self, location: ParameterLocation, name: &str, value: &str) {
        match location {
            ParameterLocation::Path => {
                self.path = self
                    .path
                    .replace(&format!("{{{name}}}"), &encode(value, SEGMENT));
            }
            ParameterLocation::Query => self.query.push(pair(name, value)),
            ParameterLocation::Header => {
                self.headers
                    .push((name.to_owned(), value.as_bytes().to_vec()));
            }
        }
    }

    /// What can be altered when all parts are there.
    fn alter(&mut self, alteration: &Alteration, request: &mut Request) {
        match alteration {
            Alteration::Method(method) => request.method.clone_from(method),
            Alteration::ContentType(None) => self
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("content-type")),
            Alteration::ContentType(Some(value)) => {
                self.set_header("Content-Type", value.as_bytes());
            }
            Alteration::Header { name, value } => self.set_header(name, value),
            Alteration::Valued { name, value } => {
                let flag = encode(name, VALUE);
                for part in self.query.iter_mut().filter(|part| **part == flag) {
                    *part = pair(name, value);
                }
            }
            Alteration::TitledHeaders => {
                for (name, _) in &mut self.headers {
                    *name = titled(name);
                }
            }
            Alteration::ReversedQuery => self.query.reverse(),
            Alteration::Query(part) => self.query.push(part.clone()),
            Alteration::TrailingSlash => self.path.push('/'),
            Alteration::Without(_) | Alteration::Encoded(_) | Alteration::Tenant { .. } => {}
        }
    }

    fn set_header(&mut self, name: &str, value: &[u8]) {
        let known = self.headers.iter_mut();
        let mut known = known.filter(|header| header.0.eq_ignore_ascii_case(name));
        match known.next() {
            Some(header) => header.1 = value.to_vec(),
            None => self.headers.push((name.to_owned(), value.to_vec())),
        }
    }
}

/// `X-App-UserId` as `X-App-Userid`.
pub(crate) fn titled(name: &str) -> String {
    let mut first = true;
    let title = |c: char| {
        let titled = if first {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        };
        first = c == '-';
        titled
    };
    name.chars().map(title).collect()
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encode(name, VALUE), encode(value, VALUE))
}

/// A text as it stands in a segment of a path.
pub(crate) fn segment(text: &str) -> String {
    encode(text, SEGMENT)
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;

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
        let authentication = authentication(&contract, operation, &Caller::of_nobody(&credentials))
            .expect("a known credential");
        let parameters = values(&[
            ("LibraryId", "lib/1"),
            ("SpaceId", "-"),
            ("user_id", "u=\u{f6}"),
        ]);
        let body = Some(Bytes::from_static(b"[]"));
        let values = Values {
            tenant: &Tenant::default(),
            parameters: &parameters,
            alterations: &[],
        };
        let request = build(operation, values, &authentication, body);
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
    fn the_credentials_that_are_missing_are_named() {
        let told = |contract: &Contract, given: &[(&str, &str)]| {
            let operation = &contract.operations[0];
            let given = values(given);
            let credentials = Credentials::from_lookup(|name| given.get(name).cloned());
            let caller = Caller::of_nobody(&credentials);
            unknown(contract, operation, &caller, 0..operation.security.len())
        };
        assert_eq!(
            told(&smh(), &[]),
            "no credential for it is known: set ASSETPROOF_ACCESS_TOKEN"
        );
        let mut contract = Contract::embedded_one("metastudio", "2025-12").expect("a contract");
        assert_eq!(
            told(&contract, &[]),
            "no credential for it is known: set ASSETPROOF_TOKEN or ASSETPROOF_ACCESS_KEY with \
             ASSETPROOF_SECRET_KEY"
        );
        let half = told(&contract, &[("ASSETPROOF_ACCESS_KEY", "key")]);
        assert!(half.contains("ASSETPROOF_SECRET_KEY"), "{half}");
        for scheme in contract.schemes.values_mut() {
            if scheme.signature.is_some() {
                scheme.signature = Some("HMAC-OF-TOMORROW".to_owned());
            }
        }
        assert_eq!(
            told(&contract, &[]),
            "no credential for it is known: set ASSETPROOF_TOKEN"
        );
        for scheme in contract.schemes.values_mut() {
            scheme.credential = None;
        }
        let told = told(&contract, &[]);
        assert!(
            told.ends_with("whose algorithm this runner does not know"),
            "{told}"
        );
    }

    #[test]
    fn a_required_parameter_without_a_value_is_named() {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let parameters = values(&[("LibraryId", "l")]);
        let values = Values {
            tenant: &Tenant::default(),
            parameters: &parameters,
            alterations: &[],
        };
        let problem =
            build(operation, values, &Authentication::new(), None).expect_err("SpaceId is missing");
        assert!(problem.contains("SpaceId"), "{problem}");
    }

    /// The batch deletion of two known values, altered.
    fn altered(alterations: &[Alteration]) -> Request {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let credentials = Credentials::from_lookup(|_| Some("token".to_owned()));
        let authentication = authentication(&contract, operation, &Caller::of_nobody(&credentials))
            .expect("a known credential");
        let parameters = values(&[("LibraryId", "l1"), ("SpaceId", "-")]);
        let values = Values {
            tenant: &Tenant::default(),
            parameters: &parameters,
            alterations,
        };
        let body = Some(Bytes::from_static(b"[]"));
        build(operation, values, &authentication, body).expect("all is given")
    }

    #[rstest::rstest]
    #[case(Alteration::Without("delete".to_owned()), "/api/v1/batch/l1/-?access_token=token")]
    #[case(Alteration::Without("LibraryId".to_owned()), "/api/v1/batch//-?delete&access_token=token")]
    #[case(
        Alteration::ReversedQuery,
        "/api/v1/batch/l1/-?access_token=token&delete"
    )]
    #[case(
        Alteration::Valued { name: "delete".to_owned(), value: "true".to_owned() },
        "/api/v1/batch/l1/-?delete=true&access_token=token"
    )]
    #[case(
        Alteration::Encoded("LibraryId".to_owned()),
        "/api/v1/batch/%6C%31/-?delete&access_token=token"
    )]
    fn an_alteration_changes_the_target(#[case] alteration: Alteration, #[case] expected: &str) {
        assert_eq!(altered(&[alteration]).target, expected);
    }

    #[test]
    fn an_alteration_changes_method_and_headers() {
        let sent = altered(&[
            Alteration::Method("PUT".to_owned()),
            Alteration::ContentType(Some("text/plain".to_owned())),
            Alteration::Header {
                name: "X-App-UserId".to_owned(),
                value: b"\xff".to_vec(),
            },
            Alteration::TitledHeaders,
        ]);
        assert_eq!(sent.method, "PUT");
        assert_eq!(
            sent.headers,
            [
                ("Content-Type".to_owned(), b"text/plain".to_vec()),
                ("X-App-Userid".to_owned(), b"\xff".to_vec()),
            ]
        );
        assert!(altered(&[Alteration::ContentType(None)]).headers.is_empty());
    }

    #[test]
    fn without_a_credential_the_variable_is_named() {
        let contract = smh();
        let operation = contract.operation("batch-delete").expect("it is there");
        let credentials = Credentials::default();
        let problem = authentication(&contract, operation, &Caller::of_nobody(&credentials))
            .expect_err("no credential");
        assert!(problem.contains("ASSETPROOF_ACCESS_TOKEN"), "{problem}");
    }
}

//! Wrong credentials: how each is made of a right one, or of nothing. What can be wrong of a
//! signature is done by whoever signs (`signing`).

use std::borrow::Cow;
use std::time::SystemTime;

use contract::{Contract, Operation, ParameterLocation, SecurityScheme};

use crate::case::Forgery;
use crate::credentials::{Credentials, Secret};
use crate::request::{Authentication, Credential, by_alternative, unknown};
use crate::signing::{self, Caller};

/// Of shorter secrets no part is sent or shown: too little of it would be left out.
const SHORTEST: usize = 8;

/// A token of nobody.
const NOBODY: &str = "assetproof-credential-of-nobody";

/// The access key of nobody.
const NOBODY_KEY: &str = "ASSETPROOFOFNOBODY01";

/// A signature that no key makes, except by a chance of one in 2 to the power of 256.
const SIGNATURE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Credentials by the alternative with this index in `Operation::security`, forged.
///
/// # Errors
/// In words: what keeps this forgery from being made.
pub(crate) fn forged<'c>(
    contract: &'c Contract,
    operation: &Operation,
    caller: &Caller<'c>,
    (alternative, forgery): (usize, Forgery),
) -> Result<Authentication<'c>, String> {
    let schemes: Vec<&SecurityScheme> = operation
        .security
        .get(alternative)
        .into_iter()
        .flatten()
        .filter_map(|name| contract.schemes.get(name))
        .collect();
    let made = |scheme: &&'c SecurityScheme, value: String| Credential {
        location: scheme.location,
        name: &scheme.name,
        value: Cow::Owned(Secret::new(value)),
    };
    let (credentials, now) = (caller.credentials, caller.now);
    let missing = || unknown(contract, operation, caller, alternative..alternative + 1);
    match forgery {
        Forgery::Signed(wrong) => {
            by_alternative(contract, operation, caller, (alternative, Some(wrong)))
                .filter(|authentication| authentication.signing.is_some())
                .ok_or_else(missing)
        }
        Forgery::Empty => Ok(schemes
            .iter()
            .map(|scheme| made(scheme, String::new()))
            .collect()),
        Forgery::Foreign => Ok(schemes
            .iter()
            .map(|scheme| made(scheme, foreign(scheme, credentials, now)))
            .collect()),
        Forgery::Only(index) => Ok(schemes
            .get(index)
            .map(|scheme| made(scheme, foreign(scheme, credentials, now)))
            .into_iter()
            .collect()),
        Forgery::Altered
        | Forgery::OtherCase
        | Forgery::Shortened
        | Forgery::Lengthened
        | Forgery::Prefixed
        | Forgery::Misplaced => {
            let right = by_alternative(contract, operation, caller, (alternative, None))
                .filter(|authentication| authentication.signing.is_none())
                .ok_or_else(missing)?;
            right
                .credentials
                .into_iter()
                .map(|credential| alter(credential, forgery))
                .collect()
        }
    }
}

/// A well-formed value that belongs to nobody.
fn foreign(scheme: &SecurityScheme, credentials: &Credentials, now: SystemTime) -> String {
    if scheme.signature.is_some() {
        return format!(
            "SDK-HMAC-SHA256 Access={NOBODY_KEY}, SignedHeaders=host;x-sdk-date, \
             Signature={SIGNATURE}"
        );
    }
    if scheme.credential.is_none() {
        // A server that does not verify the signature may still look at the date, so it has to be
        // today's.
        return signing::date(now, None);
    }
    let mut value = NOBODY.to_owned();
    while credentials
        .fill(scheme)
        .is_some_and(|right| right.reveal() == value)
    {
        value.push('-');
    }
    value
}

/// Makes a wrong credential of a right one.
fn alter(right: Credential<'_>, forgery: Forgery) -> Result<Credential<'_>, String> {
    let plain = right.value.reveal();
    let value = match forgery {
        Forgery::Altered => altered(plain)?,
        Forgery::OtherCase => other_case(plain)?,
        Forgery::Shortened => unpadded(plain).and_then(shortened)?.to_owned(),
        Forgery::Lengthened => format!("{}x", unpadded(plain)?),
        Forgery::Prefixed => format!("Bearer {plain}"),
        _ => return misplaced(right),
    };
    Ok(Credential {
        value: Cow::Owned(Secret::new(value)),
        ..right
    })
}

/// The same value in the query instead of a header, or the other way round.
fn misplaced(right: Credential<'_>) -> Result<Credential<'_>, String> {
    let location = match right.location {
        ParameterLocation::Query => ParameterLocation::Header,
        ParameterLocation::Header | ParameterLocation::Path => ParameterLocation::Query,
    };
    let visible = |byte: u8| matches!(byte, b'!'..=b'~');
    if location == ParameterLocation::Header && !right.value.reveal().bytes().all(visible) {
        return Err(format!(
            "{} holds what cannot stand in a header",
            right.name
        ));
    }
    Ok(Credential { location, ..right })
}

/// The value without its last character: what `${NAME%?}` means to a shell.
///
/// # Errors
/// In words, when that would give too much of the value away, or not be the same in every shell.
pub(crate) fn shortened(plain: &str) -> Result<&str, String> {
    let (end, last) = plain.char_indices().next_back().unwrap_or_default();
    if plain.chars().count() < SHORTEST {
        return Err(too_short());
    }
    if !last.is_ascii_graphic() {
        return Err("the credential does not end with an ASCII character".to_owned());
    }
    Ok(&plain[..end])
}

/// The value with another last character. Where the value is Base64, its last character may hold
/// bits that nobody reads, so the other one differs in the first of its six bits.
fn altered(plain: &str) -> Result<String, String> {
    let shortened = shortened(plain)?;
    let upper_half =
        plain.ends_with(|last: char| matches!(last, 'g'..='z' | '0'..='9' | '+' | '/' | '-' | '_'));
    let other = if upper_half { 'A' } else { 'x' };
    Ok(format!("{shortened}{other}"))
}

/// The value with each ASCII letter in the other case: what `tr A-Za-z a-zA-Z` makes of it.
///
/// # Errors
/// In words, when that would be the same, or too little of a secret to be recognised anywhere.
pub(crate) fn other_case(plain: &str) -> Result<String, String> {
    if plain.chars().count() < SHORTEST {
        return Err(too_short());
    }
    if !plain.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err("the credential has no letters that could be in another case".to_owned());
    }
    let other = |c: char| {
        if c.is_ascii_uppercase() {
            c.to_ascii_lowercase()
        } else {
            c.to_ascii_uppercase()
        }
    };
    Ok(plain.chars().map(other).collect())
}

fn too_short() -> String {
    format!(
        "the credential has fewer than {SHORTEST} characters, and a part of it would give too \
         much of it away"
    )
}

/// The value, unless it ends with the padding of Base64: with more or less of that it may mean the
/// same.
fn unpadded(plain: &str) -> Result<&str, String> {
    if plain.ends_with('=') {
        return Err(
            "the credential ends with padding, and with more or less of it could mean the same"
                .to_owned(),
        );
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;

    fn made(
        operation: &str,
        token: &str,
        alternative: usize,
        forgery: Forgery,
    ) -> Result<Vec<(ParameterLocation, String, String)>, String> {
        let contract = Contract::embedded_one("metastudio", "2025-12").expect("a sound contract");
        let operation = contract.operation(operation).expect("it is there");
        let credentials = Credentials::from_lookup(|_| Some(token.to_owned()));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        let mut caller = Caller::of_nobody(&credentials);
        caller.now = now;
        let made = forged(&contract, operation, &caller, (alternative, forgery))?;
        Ok(made
            .credentials
            .into_iter()
            .map(|made| {
                (
                    made.location,
                    made.name.to_owned(),
                    made.value.reveal().to_owned(),
                )
            })
            .collect())
    }

    #[rstest]
    #[case(Forgery::Empty, "")]
    #[case(Forgery::Altered, "a-long-tokeA")]
    #[case(Forgery::OtherCase, "A-LONG-TOKEN")]
    #[case(Forgery::Shortened, "a-long-toke")]
    #[case(Forgery::Lengthened, "a-long-tokenx")]
    #[case(Forgery::Foreign, NOBODY)]
    #[case(Forgery::Prefixed, "Bearer a-long-token")]
    fn each_forgery_is_another_value(#[case] forgery: Forgery, #[case] expected: &str) {
        let made = made("batch-action", "a-long-token", 0, forgery).expect("it can be made");
        let header = (
            ParameterLocation::Header,
            "X-Auth-Token".to_owned(),
            expected.to_owned(),
        );
        assert_eq!(made, [header]);
    }

    #[test]
    fn a_credential_in_the_wrong_place_is_the_right_one() {
        let made = made("batch-action", "token", 0, Forgery::Misplaced).expect("it can be made");
        assert_eq!(
            made,
            [(
                ParameterLocation::Query,
                "X-Auth-Token".to_owned(),
                "token".to_owned()
            )]
        );
    }

    #[rstest]
    #[case("abcdefgh", Ok("ABCDEFGH"))]
    #[case("Ab-1cd-2", Ok("aB-1CD-2"))]
    #[case("abcdefg", Err("fewer than 8 characters"))]
    #[case("12345678", Err("no letters"))]
    fn another_case_needs_letters_and_some_length(
        #[case] plain: &str,
        #[case] expected: Result<&str, &str>,
    ) {
        match (other_case(plain), expected) {
            (Ok(other), Ok(expected)) => assert_eq!(other, expected),
            (Err(problem), Err(says)) => assert!(problem.contains(says), "{problem}"),
            (made, _) => panic!("{made:?}"),
        }
    }

    #[rstest]
    #[case(ParameterLocation::Query, "a-token", Ok(ParameterLocation::Header))]
    #[case(ParameterLocation::Query, "a token", Err("cannot stand in a header"))]
    #[case(ParameterLocation::Header, "a token", Ok(ParameterLocation::Query))]
    fn a_credential_goes_where_it_can_stand(
        #[case] location: ParameterLocation,
        #[case] value: &str,
        #[case] expected: Result<ParameterLocation, &str>,
    ) {
        let right = Credential {
            location,
            name: "token",
            value: Cow::Owned(Secret::new(value.to_owned())),
        };
        match (misplaced(right), expected) {
            (Ok(made), Ok(expected)) => {
                assert_eq!(made.location, expected);
                assert_eq!(made.value.reveal(), value);
            }
            (Err(problem), Err(says)) => assert!(problem.contains(says), "{problem}"),
            (made, _) => panic!("{:?}", made.map(|made| made.location)),
        }
    }

    #[test]
    fn a_signature_of_nobody_is_well_formed_and_dated() {
        let made = made("batch-action", "token", 1, Forgery::Foreign).expect("it can be made");
        assert!(
            made[0].2.starts_with("SDK-HMAC-SHA256 Access=ASSETPROOF"),
            "{made:?}"
        );
        assert_eq!(made[1].2, "20260102T030405Z");
    }

    #[test]
    fn one_part_of_an_alternative_comes_alone() {
        for (index, name) in [(0, "Authorization"), (1, "X-Sdk-Date")] {
            let made = made("batch-action", "token", 1, Forgery::Only(index)).expect("made");
            assert_eq!(made.len(), 1);
            assert_eq!(made[0].1, name);
        }
    }

    #[rstest]
    #[case("short", Forgery::Altered, "fewer than 8 characters")]
    #[case("short", Forgery::Shortened, "fewer than 8 characters")]
    #[case("0123-4567", Forgery::OtherCase, "no letters")]
    #[case("ends-in-ö", Forgery::Shortened, "ASCII")]
    #[case("cGFkZGVkLg==", Forgery::Shortened, "padding")]
    #[case("cGFkZGVkLg==", Forgery::Lengthened, "padding")]
    fn a_forgery_that_could_leak_or_mean_the_same_is_not_made(
        #[case] token: &str,
        #[case] forgery: Forgery,
        #[case] says: &str,
    ) {
        let problem = made("batch-action", token, 0, forgery).expect_err("it is refused");
        assert!(problem.contains(says), "{problem}");
        assert!(!problem.contains(token), "{problem}");
    }

    #[rstest]
    #[case("assetproof-credential-of-nobody")]
    fn a_foreign_credential_is_never_the_right_one(#[case] token: &str) {
        let made = made("batch-action", token, 0, Forgery::Foreign).expect("it can be made");
        assert_ne!(made[0].2, token);
    }

    #[test]
    fn the_altered_character_differs_in_the_first_of_its_six_bits() {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let half = |c: char| {
            BASE64
                .iter()
                .position(|&b| char::from(b) == c)
                .expect("Base64")
                / 32
        };
        for &last in BASE64 {
            let last = char::from(last);
            let other = altered(&format!("1234567{last}")).expect("long enough");
            assert_ne!(
                half(last),
                half(other.chars().last().expect("not empty")),
                "{last}"
            );
        }
    }
}

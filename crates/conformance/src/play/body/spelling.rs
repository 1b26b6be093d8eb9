//! The same JSON value written in another way.

use std::fmt::Write as _;

use serde_json::Value;

use super::text::{Kind, tokens};
use crate::case::Spelling;

/// White space as RFC 8259, 2, allows it around any token; taken in turn.
const SPACES: [&[u8]; 4] = [b" ", b"\r\n\t", b"  ", b"\n"];

/// The text in that spelling.
pub(super) fn spelled(text: &[u8], spelling: Spelling) -> Vec<u8> {
    match spelling {
        Spelling::Spaced => spaced(text),
        Spelling::Reversed => match serde_json::from_slice(text) {
            Ok(value) => {
                let mut reversed = String::with_capacity(text.len());
                write_reversed(&value, &mut reversed);
                reversed.into_bytes()
            }
            Err(_) => text.to_vec(),
        },
        Spelling::EscapedValues => escaped(text, Kind::String),
        Spelling::EscapedNames => escaped(text, Kind::Name),
    }
}

fn spaced(text: &[u8]) -> Vec<u8> {
    let mut between = SPACES.iter().cycle();
    let mut spaced = Vec::with_capacity(text.len() * 2);
    for token in tokens(text) {
        spaced.extend(between.next().into_iter().copied().flatten());
        spaced.extend_from_slice(&text[token.place]);
    }
    spaced.extend(between.next().into_iter().copied().flatten());
    spaced
}

fn write_reversed(value: &Value, into: &mut String) {
    match value {
        Value::Object(members) => {
            into.push('{');
            for (index, (name, member)) in members.iter().rev().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                // Writing to a string cannot fail.
                let _ = write!(into, "{}:", Value::from(name.as_str()));
                write_reversed(member, into);
            }
            into.push('}');
        }
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write_reversed(item, into);
            }
            into.push(']');
        }
        scalar => {
            let _ = write!(into, "{scalar}");
        }
    }
}

/// Every character of the tokens of this kind as an escape; beyond the basic plane as two (RFC
/// 8259, 7).
fn escaped(text: &[u8], kind: Kind) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len() * 4);
    let mut copied = 0;
    for token in tokens(text).into_iter().filter(|token| token.kind == kind) {
        let Ok(plain) = serde_json::from_slice::<String>(&text[token.place.clone()]) else {
            continue;
        };
        escaped.extend_from_slice(&text[copied..token.place.start]);
        escaped.push(b'"');
        for unit in plain.encode_utf16() {
            escaped.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
        escaped.push(b'"');
        copied = token.place.end;
    }
    escaped.extend_from_slice(&text[copied..]);
    escaped
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TEXT: &str = r#"{"a":[{"x":"\"A\ud83e\udd80"},1.5,null],"b":true}"#;

    #[rstest]
    #[case(Spelling::Spaced)]
    #[case(Spelling::Reversed)]
    #[case(Spelling::EscapedValues)]
    #[case(Spelling::EscapedNames)]
    fn another_spelling_is_another_text_for_the_same_value(#[case] spelling: Spelling) {
        let other = spelled(TEXT.as_bytes(), spelling);
        assert_ne!(other, TEXT.as_bytes());
        let (value, faults) = validator::parse_json(&other);
        assert_eq!(value, serde_json::from_str(TEXT).ok());
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn an_escape_is_written_for_each_utf_16_unit() {
        let text = spelled("{\"A\":\"A\u{1f980}\"}".as_bytes(), Spelling::EscapedValues);
        assert_eq!(text, br#"{"A":"\u0041\ud83e\udd80"}"#);
    }

    #[test]
    fn the_last_member_comes_first() {
        let text = spelled(br#"{"a":1,"b":{"c":[],"d":2}}"#, Spelling::Reversed);
        assert_eq!(text, br#"{"b":{"d":2,"c":[]},"a":1}"#);
    }
}

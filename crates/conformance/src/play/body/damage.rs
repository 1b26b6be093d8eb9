//! A JSON text with one fault that no JSON value has. Where a text has nothing that could be
//! damaged in that way, it stays as it is.

use std::ops::Range;

use super::text::{Kind, Token, last_of_value, tokens};
use crate::case::Damage;

/// How deep the member of [`Damage::DeepMember`] nests.
const DEPTH: usize = 10_000;

/// The text with its fault.
pub(super) fn damaged(text: &[u8], damage: Damage) -> Vec<u8> {
    let tokens = tokens(text);
    let edited = |edit: Option<Edit<'_>>| edit.map_or_else(|| text.to_vec(), |edit| edit.of(text));
    match damage {
        Damage::Emptied => Vec::new(),
        Damage::Cut => {
            let end = tokens.last().map_or(0, |last| last.place.end);
            text[..end.saturating_sub(1)].to_vec()
        }
        Damage::ByteOrderMark => [b"\xEF\xBB\xBF", text].concat(),
        Damage::SecondValue => [text, b"{}"].concat(),
        Damage::SingleQuotes => single_quotes(text, &tokens),
        Damage::TrailingComma => edited(tokens.last().map(|last| insert(last.place.start, b","))),
        Damage::NotANumber => edited(scalar(&tokens).map(|place| replace(place, b"NaN"))),
        Damage::Infinity => edited(scalar(&tokens).map(|place| replace(place, b"Infinity"))),
        Damage::LeadingZero => edited(scalar(&tokens).map(|place| replace(place, b"01"))),
        Damage::CapitalLiteral => edited(scalar(&tokens).map(|place| replace(place, b"True"))),
        Damage::NotUtf8 => edited(in_last_string(&tokens).map(|at| insert(at, b"\xFF"))),
        Damage::ControlCharacter => edited(in_string(&tokens).map(|at| insert(at, b"\n"))),
        Damage::LoneSurrogate => edited(in_string(&tokens).map(|at| insert(at, b"\\ud800"))),
        Damage::Comment => {
            let first = tokens.iter().find(|token| token.kind == Kind::Open);
            edited(first.map(|first| insert(first.place.end, b"/* comment */")))
        }
        Damage::UnquotedName => {
            let first = tokens.iter().find(|token| token.kind == Kind::Name);
            let bare = first.map(|name| text[name.place.start + 1..name.place.end - 1].to_vec());
            edited(
                first
                    .zip(bare.as_ref())
                    .map(|(name, bare)| replace(name.place.clone(), bare)),
            )
        }
        Damage::DuplicateMember => {
            let member = first_member(&tokens).map(|member| [&text[member], b","].concat());
            let first = tokens.iter().find(|token| token.kind == Kind::Name);
            edited(
                first
                    .zip(member.as_ref())
                    .map(|(name, member)| insert(name.place.start, member)),
            )
        }
        Damage::DeepMember => {
            let member = deep_member(text, &tokens);
            edited(member.as_ref().map(|(at, member)| insert(*at, member)))
        }
    }
}

/// Bytes that take the place of others.
struct Edit<'b> {
    place: Range<usize>,
    bytes: &'b [u8],
}

impl Edit<'_> {
    fn of(&self, text: &[u8]) -> Vec<u8> {
        [
            &text[..self.place.start],
            self.bytes,
            &text[self.place.end..],
        ]
        .concat()
    }
}

fn insert(at: usize, bytes: &[u8]) -> Edit<'_> {
    replace(at..at, bytes)
}

fn replace(place: Range<usize>, bytes: &[u8]) -> Edit<'_> {
    Edit { place, bytes }
}

/// The place of the first scalar.
fn scalar(tokens: &[Token]) -> Option<Range<usize>> {
    let first = tokens.iter().find(|token| token.kind.is_scalar())?;
    Some(first.place.clone())
}

/// The place behind the opening quote of the first string, preferably one that is no name.
fn in_string(tokens: &[Token]) -> Option<usize> {
    let find = |kind| tokens.iter().find(|token| token.kind == kind);
    let string = find(Kind::String).or_else(|| find(Kind::Name))?;
    Some(string.place.start + 1)
}

/// The place behind the opening quote of the last string that is no name: seldom one of few words,
/// so that who replaces a byte there takes it for any other text.
fn in_last_string(tokens: &[Token]) -> Option<usize> {
    let mut strings = tokens.iter().rev();
    let string = strings.find(|token| token.kind == Kind::String);
    string
        .map(|string| string.place.start + 1)
        .or_else(|| in_string(tokens))
}

/// The place of the first member, name and value.
fn first_member(tokens: &[Token]) -> Option<Range<usize>> {
    let name = tokens.iter().position(|token| token.kind == Kind::Name)?;
    let last = last_of_value(tokens, name + 2);
    Some(tokens[name].place.start..tokens.get(last)?.place.end)
}

fn single_quotes(text: &[u8], tokens: &[Token]) -> Vec<u8> {
    let mut text = text.to_vec();
    for token in tokens {
        if matches!(token.kind, Kind::Name | Kind::String) {
            text[token.place.start] = b'\'';
            text[token.place.end - 1] = b'\'';
        }
    }
    text
}

/// A member that nests, and where it goes.
fn deep_member(text: &[u8], tokens: &[Token]) -> Option<(usize, Vec<u8>)> {
    let open = tokens
        .iter()
        .position(|token| text[token.place.clone()] == *b"{")?;
    let mut member = b"\"assetproof\":".to_vec();
    member.resize(member.len() + DEPTH, b'[');
    member.resize(member.len() + DEPTH, b']');
    if tokens
        .get(open + 1)
        .is_some_and(|next| next.kind == Kind::Name)
    {
        member.push(b',');
    }
    Some((tokens[open].place.end, member))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use validator::JsonFault;

    use super::*;

    const TEXT: &[u8] = br#"{"a":[{"b":"x"},true],"c":1}"#;

    #[rstest]
    #[case(Damage::Emptied, "")]
    #[case(Damage::Cut, r#"{"a":[{"b":"x"},true],"c":1"#)]
    #[case(Damage::TrailingComma, r#"{"a":[{"b":"x"},true],"c":1,}"#)]
    #[case(Damage::ByteOrderMark, "\u{feff}{\"a\":[{\"b\":\"x\"},true],\"c\":1}")]
    #[case(Damage::NotANumber, r#"{"a":[{"b":NaN},true],"c":1}"#)]
    #[case(Damage::Infinity, r#"{"a":[{"b":Infinity},true],"c":1}"#)]
    #[case(Damage::LeadingZero, r#"{"a":[{"b":01},true],"c":1}"#)]
    #[case(Damage::CapitalLiteral, r#"{"a":[{"b":True},true],"c":1}"#)]
    #[case(
        Damage::DuplicateMember,
        r#"{"a":[{"b":"x"},true],"a":[{"b":"x"},true],"c":1}"#
    )]
    #[case(Damage::SingleQuotes, "{'a':[{'b':'x'},true],'c':1}")]
    #[case(Damage::SecondValue, r#"{"a":[{"b":"x"},true],"c":1}{}"#)]
    #[case(Damage::Comment, r#"{/* comment */"a":[{"b":"x"},true],"c":1}"#)]
    #[case(Damage::UnquotedName, r#"{a:[{"b":"x"},true],"c":1}"#)]
    #[case(Damage::ControlCharacter, "{\"a\":[{\"b\":\"\nx\"},true],\"c\":1}")]
    #[case(Damage::LoneSurrogate, r#"{"a":[{"b":"\ud800x"},true],"c":1}"#)]
    fn one_fault_and_nothing_else(#[case] damage: Damage, #[case] expected: &str) {
        let text = damaged(TEXT, damage);
        assert_eq!(String::from_utf8_lossy(&text), expected);
        // What RFC 8259 forbids is no JSON any more; the rest it only advises against.
        let (value, faults) = validator::parse_json(&text);
        let tolerated = matches!(damage, Damage::ByteOrderMark | Damage::DuplicateMember);
        assert_eq!(value.is_some(), tolerated, "{faults:?}");
        assert_eq!(faults.len(), 1, "{faults:?}");
    }

    #[test]
    fn a_byte_that_is_not_utf_8_stands_within_a_string() {
        let text = damaged(TEXT, Damage::NotUtf8);
        let (_, faults) = validator::parse_json(&text);
        assert_eq!(faults, [JsonFault::NotUtf8 { offset: 12 }]);
    }

    #[test]
    fn a_deep_member_is_sound_json_that_no_reader_has_to_follow() {
        for text in [&b"[{}]"[..], TEXT] {
            let deep = damaged(text, Damage::DeepMember);
            assert_eq!(
                deep.len() - text.len() - usize::from(text == TEXT),
                13 + 2 * DEPTH
            );
            assert_eq!(validator::parse_json(&deep).1, [JsonFault::TooDeep]);
        }
        assert_eq!(damaged(b"[1]", Damage::DeepMember), b"[1]");
    }

    #[rstest]
    #[case(Damage::NotANumber)]
    #[case(Damage::DuplicateMember)]
    #[case(Damage::UnquotedName)]
    #[case(Damage::NotUtf8)]
    fn a_text_without_the_place_stays_as_it_is(#[case] damage: Damage) {
        assert_eq!(damaged(b"[]", damage), b"[]");
    }
}

//! A secret of which some characters came back escaped and others as they are: each encoder has a
//! list of its own. Where all or none are, the forms know it (`forms`).

use regex::{Regex, RegexBuilder};

/// Characters that no encoder escapes unless it escapes everything.
const PLAIN: [char; 4] = ['-', '.', '_', '~'];

/// Larger patterns are not built, in bytes: 4 MiB, because to build and to ask one takes seconds. Who
/// has a token of several ten thousand characters gets the forms alone.
const LARGEST: usize = 4 * 1024 * 1024;

/// Finds these values, whichever of their characters are escaped and with or without the last one;
/// none where no value has any that is escaped in one place and not in another.
pub(super) fn finder(values: &[&str]) -> Option<Regex> {
    let mut values: Vec<&str> = values
        .iter()
        .copied()
        .filter(|value| varies(value))
        .collect();
    // A value within another one is not to leave a rest of that.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let patterns: Vec<String> = values.into_iter().map(pattern).collect();
    if patterns.is_empty() {
        return None;
    }
    let built = RegexBuilder::new(&patterns.join("|"))
        .case_insensitive(true)
        .unicode(false)
        .size_limit(LARGEST)
        .build();
    built.ok()
}

/// The longest part of the value that stands in each of its spellings as it is; none where it has to
/// be looked for everywhere.
pub(super) fn constant(value: &str) -> Option<&str> {
    let end = value.char_indices().next_back().map_or(0, |(end, _)| end);
    let parts = value[..end].split(|c: char| !c.is_ascii_alphanumeric());
    parts
        .max_by_key(|part| part.len())
        .filter(|part| !part.is_empty())
}

/// Whether encoders differ about the value.
pub(super) fn varies(value: &str) -> bool {
    let is_escaped = |c: char| !c.is_ascii_alphanumeric() && !PLAIN.contains(&c);
    value.contains(is_escaped)
}

fn pattern(value: &str) -> String {
    let mut parts: Vec<String> = value.chars().map(spellings).collect();
    if let Some(last) = parts.last_mut() {
        *last = format!("(?:{last})?");
    }
    parts.concat()
}

/// A character as it is, and as it stands in JSON, in a URL and in HTML, or in those of each other.
fn spellings(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        return c.to_string();
    }
    let (mut units, mut bytes) = ([0; 2], [0; 4]);
    let units = c.encode_utf16(&mut units).iter();
    let in_json: Vec<String> = units.map(|unit| format!(r"\\+u{unit:04x}")).collect();
    let bytes = c.encode_utf8(&mut bytes).bytes();
    let in_url: Vec<String> = bytes.map(|byte| format!("%(?:25)*{byte:02x}")).collect();
    let name = match c {
        '&' => "|amp",
        '<' => "|lt",
        '>' => "|gt",
        '"' => "|quot",
        '\'' => "|apos",
        _ => "",
    };
    let code = u32::from(c);
    let in_html = format!("&(?:amp;)*(?:#0*{code}|#x0*{code:x}{name});");
    let itself = match c {
        '\\' => r"\\+".to_owned(),
        _ => format!(r"\\*{}", regex::escape(&c.to_string())),
    };
    let (in_json, in_url) = (in_json.concat(), in_url.concat());
    format!("(?:{in_html}|{in_json}|{in_url}|{itself})")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const VALUE: &str = "MIIabc+/x'<\u{f6}0==";

    #[rstest]
    #[case::as_it_is(VALUE)]
    #[case::in_upper_case("MIIABC+/X'<\u{f6}0==")]
    #[case::gson("MIIabc+/x\\u0027\\u003c\u{f6}0\\u003d\\u003d")]
    #[case::escaped_solidus("MIIabc+\\/x'<\u{f6}0\\u003D=")]
    #[case::json_in_json("MIIabc+\\\\/x'\\\\u003c\\\\u00f60==")]
    #[case::some_in_a_url("MIIabc+%2Fx%27<%C3%B60%3d%3D")]
    #[case::twice_in_a_url("MIIabc%252B/x'%253C%25C3%25B60==")]
    #[case::html("MIIabc+/x&#x27;&lt;\u{f6}0&#061;=")]
    #[case::html_in_html("MIIabc&#43;/x&amp;apos;&amp;lt;&ouml;0==")]
    fn it_is_found_whichever_characters_are_escaped(#[case] text: &str) {
        let value = if text.contains("&ouml;") {
            "MIIabc+/x'<"
        } else {
            VALUE
        };
        let finder = finder(&[value]).expect("it varies");
        let text = format!("<{text}>");
        let found = finder.find(&text).expect("it is there");
        assert!(found.start() == 1, "{text}: {found:?}");
        if value == VALUE {
            assert_eq!(found.end(), text.len() - 1, "{text}: {found:?}");
        }
    }

    #[test]
    fn all_but_the_last_character_is_found_as_well() {
        let finder = finder(&["ab/cd="]).expect("it varies");
        let found = |text: &str| finder.find(text).map(|found| found.as_str().to_owned());
        assert_eq!(found("-ab\\/cd.").as_deref(), Some("ab\\/cd"));
        assert_eq!(found("-ab\\/cd%3d.").as_deref(), Some("ab\\/cd%3d"));
        assert_eq!(found("-ab\\/c"), None);
    }

    #[test]
    fn of_values_within_each_other_the_longer_one_is_found() {
        let finder = finder(&["ab/c", "ab/cd/ef"]).expect("they vary");
        let found = finder.find("ab\\/cd\\/ef").expect("it is there");
        assert_eq!(found.as_str(), "ab\\/cd\\/ef");
    }

    #[test]
    fn a_token_as_long_as_they_come_is_found() {
        let value = "MIIabcdefghijklmnopqrstuvwxyz0123456789+/klmnopqrs".repeat(80);
        let text = value.replace('/', "\\/");
        let finder = finder(&[&value]).expect("it varies");
        let found = finder.find(&text).expect("it is there");
        assert_eq!(found.as_str(), text);
    }

    #[test]
    fn what_no_encoder_escapes_in_part_needs_no_pattern() {
        assert!(finder(&["assetproof-token", "a_b.c~d"]).is_none());
        assert!(finder(&[]).is_none());
    }

    #[rstest]
    #[case("MIIab+/xyz==", Some("MIIab"))]
    #[case("a+bcde", Some("bcd"))]
    #[case("+/=", None)]
    #[case("+x", None)]
    fn a_part_of_it_stands_in_each_of_its_spellings(
        #[case] value: &str,
        #[case] part: Option<&str>,
    ) {
        assert_eq!(constant(value), part);
    }
}

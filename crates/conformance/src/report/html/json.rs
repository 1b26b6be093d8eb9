//! JSON laid out for reading without changing what it says: order, doubled members and the
//! spelling of numbers and strings stay.

use serde::de::IgnoredAny;

/// The text with line feeds and indentation, when it is one JSON value; none when it is not.
///
/// Only white space between tokens is changed. Empty arrays and objects, and those that hold no
/// other and are short, stay in one line.
pub(super) fn laid_out(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '"' => {
                taken = string_length(rest);
                out.push_str(&rest[..taken]);
            }
            '[' | '{' => {
                if let Some(short) = short_container(rest) {
                    taken = short.0;
                    out.push_str(&short.1);
                } else {
                    depth += 1;
                    out.push(c);
                    line(&mut out, depth);
                }
            }
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' | '\n' | '\r' | '\t' => {}
            c => out.push(c),
        }
        rest = &rest[taken..];
    }
    Some(out)
}

/// Deep nesting is not indented without end: a page has a width.
fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(20)));
}

/// The length in bytes of the string that `text` begins with, its quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The container that `text` begins with, in one line, with the bytes that it takes; none when it
/// holds another one or is long.
fn short_container(text: &str) -> Option<(usize, String)> {
    const WIDTH: usize = 60;
    let mut out = String::new();
    let mut at = 0;
    while out.len() < WIDTH {
        let rest = &text[at..];
        let c = rest.chars().next()?;
        let taken = if c == '"' {
            string_length(rest)
        } else {
            c.len_utf8()
        };
        match c {
            '[' | '{' if at > 0 => return None,
            ',' => out.push_str(", "),
            ':' => out.push_str(": "),
            ' ' | '\n' | '\r' | '\t' => {}
            _ => out.push_str(&rest[..taken]),
        }
        at += taken;
        if matches!(c, ']' | '}') {
            return Some((at, out));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_of_sixty_characters_stands_in_one_line() {
        let of = |digits: usize| format!("[{}]", "1".repeat(digits));
        let short = of(58);
        assert_eq!(short_container(&short), Some((60, short.clone())));
        assert_eq!(short_container(&of(59)), None);
    }

    #[test]
    fn only_white_space_between_tokens_changes() {
        let text = r#" {"b":[{"x": "a b\" ]"},{}],"a":1.0,"a":[1,2],"long":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]}"#;
        insta::assert_snapshot!(laid_out(text).unwrap(), @r#"
        {
          "b": [
            {"x": "a b\" ]"},
            {}
          ],
          "a": 1.0,
          "a": [1, 2],
          "long": [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
          ]
        }
        "#);
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        for text in ["", "{", "<html>", "{\"a\":1} x", "\u{feff}{}"] {
            assert_eq!(laid_out(text), None, "{text}");
        }
    }

    #[test]
    fn scalars_and_deep_nesting_are_laid_out_too() {
        assert_eq!(laid_out("\"a\"").unwrap(), "\"a\"");
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let shown = laid_out(&deep).unwrap();
        assert_eq!(shown.split_whitespace().collect::<String>(), deep);
    }
}

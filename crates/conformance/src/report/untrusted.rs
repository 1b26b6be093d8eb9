//! Text that a target or an outside contract chose, made safe to show: what acts on a terminal or
//! is invisible is written out, and what is long is shortened. Each report escapes its own markup
//! on top of that.

use std::fmt::Write as _;

/// The text with everything that acts or hides written as `\u{1b}`; line feeds and tabs stay.
///
/// That is: control characters (terminal escapes), changes of writing direction, invisible
/// characters, and what XML 1.0 cannot hold.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => out.push_str("\\r"),
            c if acts_or_hides(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// As [`visible`], in one line: line feeds and tabs are written out too.
pub(super) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

fn acts_or_hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// The beginning of the text: at most that many characters and lines, and how many bytes of
/// `length` (the whole) are left out by that.
pub(super) fn beginning(
    text: &str,
    length: usize,
    characters: usize,
    lines: usize,
) -> (&str, usize) {
    let by_characters = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at);
    let by_lines = text
        .match_indices('\n')
        .nth(lines.saturating_sub(1))
        .map_or(text.len(), |(at, _)| at);
    let shown = &text[..by_characters.min(by_lines)];
    let left_out = length.max(text.len()) - shown.len();
    // A line feed at the very end is not worth a remark.
    let only_line_feed = left_out == 1 && text.ends_with('\n');
    (shown, if only_line_feed { 0 } else { left_out })
}

/// The text in one line: what acts on a terminal or hides is written out, as are line feeds and
/// tabs. It is cut after that many characters with an ellipsis.
pub fn short_line(text: &str, characters: usize) -> String {
    let (shown, left_out) = beginning(text, text.len(), characters, usize::MAX);
    let mut line = one_line(shown);
    if left_out > 0 {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_or_hides_is_left() {
        let text = crate::run::fixture::HOSTILE;
        let shown = visible(text);
        assert!(
            !shown.chars().any(|c| c != '\n' && acts_or_hides(c)),
            "{shown:?}"
        );
        assert!(shown.contains("\\u{1b}[31mred"));
        assert!(shown.contains("\\u{0} \\u{9b}2J \\u{feff}\\u{202e}txt"));
        assert!(!one_line(text).contains('\n'));
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        let text = "Größe 资产 \u{1f600} e\u{301}\n\tnext";
        assert_eq!(visible(text), text);
    }

    #[test]
    fn a_beginning_ends_at_a_whole_character_and_tells_what_is_missing() {
        assert_eq!(beginning("äöü", 6, 2, 9), ("äö", 2));
        assert_eq!(beginning("a\nb\nc", 5, 99, 2), ("a\nb", 2));
        assert_eq!(beginning("abc", 1000, 99, 9), ("abc", 997));
        assert_eq!(beginning("abc\n", 4, 99, 1), ("abc", 0));
        assert_eq!(beginning("", 0, 99, 1), ("", 0));
    }
}

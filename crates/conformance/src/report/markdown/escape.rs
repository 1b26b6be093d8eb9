//! Untrusted text in GitHub-flavoured Markdown: in a sentence or a table cell, in a code span, in
//! a fence, in the little HTML that GitHub lets through.

use std::fmt::Write as _;

use crate::report::untrusted::{one_line, short_line, visible};

/// Text for a sentence or a table cell: nothing in it is markup, and it is one line.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in one_line(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An entity, because these make links and mentions without any markup around them.
            '@' | ':' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// As [`text`], for sentences of a contract: what stands between two backticks becomes code.
pub(super) fn prose(raw: &str) -> String {
    let parts: Vec<&str> = raw.split('`').collect();
    // An even number of parts means that a backtick has no partner.
    if parts.len().is_multiple_of(2) {
        return text(raw);
    }
    let mut out = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 0 {
            out.push_str(&text(part));
        } else if part.trim().is_empty() || part.contains('|') {
            // A pipe in a code span is written differently within and outside a table.
            out.push_str(&text(part));
        } else {
            out.push_str(&code(part, usize::MAX));
        }
    }
    out
}

/// A code span of one line, cut after `limit` characters; not for tables.
pub(super) fn code(raw: &str, limit: usize) -> String {
    let line = short_line(raw, limit);
    if line.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let ticks = "`".repeat(longest_run(&line) + 1);
    // The spaces are taken off again; without them a backtick at an end would join the mark.
    if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) {
        format!("{ticks} {line} {ticks}")
    } else {
        format!("{ticks}{line}{ticks}")
    }
}

/// A fenced block; the fence is longer than any run of backticks within.
pub(super) fn fenced(raw: &str, language: &str) -> String {
    let shown = visible(raw);
    let fence = "`".repeat(longest_run(&shown).max(2) + 1);
    format!(
        "{fence}{language}\n{}\n{fence}\n\n",
        shown.trim_end_matches('\n')
    )
}

/// Text within an HTML element, where Markdown's own marks and escapes mean nothing.
pub(super) fn html(raw: &str) -> String {
    one_line(raw)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_backtick_at_an_end_is_kept_from_the_mark() {
        assert_eq!(code("`a", 9), "`` `a ``");
        assert_eq!(code("a`", 9), "`` a` ``");
        assert_eq!(code("a`b", 9), "``a`b``");
        assert_eq!(code(" a", 9), "`  a `");
    }

    use super::*;

    #[test]
    fn text_has_no_markup_left() {
        let raw = "a|b `c` *d* <e> [f](http://g) @h\n# i \\";
        let expected =
            "a\\|b \\`c\\` \\*d\\* &lt;e&gt; \\[f\\](http&#58;//g) &#64;h\\\\n\\# i \\\\";
        assert_eq!(text(raw), expected);
    }

    #[test]
    fn the_marks_of_code_are_longer_than_those_within() {
        assert_eq!(code("a", 9), "`a`");
        assert_eq!(code("a``b", 9), "```a``b```");
        assert_eq!(code("`", 9), "`` ` ``");
        assert_eq!(code("", 9), "(empty)");
        assert_eq!(code("abcdef", 3), "`abc…`");
        assert_eq!(fenced("a\n````\n", "x"), "`````x\na\n````\n`````\n\n");
    }

    #[test]
    fn statements_keep_their_code() {
        assert_eq!(
            prose("body `a_b` is *required*"),
            "body `a_b` is \\*required\\*"
        );
        assert_eq!(prose("one ` alone"), "one \\` alone");
        assert_eq!(prose("a `x|y` b"), "a x\\|y b");
    }
}

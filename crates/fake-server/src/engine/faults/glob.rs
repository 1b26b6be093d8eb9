//! Patterns for items: `*` stands for any characters, `/` included, `?` for one.

/// Whether the whole of `text` is as the pattern says. In time of at most their product, whatever
/// the pattern.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and what it has to reach up to at least.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, reached)) => {
                    star = Some((star_at, reached + 1));
                    at = star_at + 1;
                    from = reached + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("foo/*", "foo/bar/1.jpg", true),
            ("*.jpg", "foo/1.jpg", true),
            ("*.jpg", "foo/1.jpg.png", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("?-?", "日-本", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let (pattern, text) = ("*a".repeat(200), "b".repeat(5000));
        assert!(!matches(&pattern, &text));
    }
}

//! The tokens of a sound JSON text with their places, so that it can be changed where no JSON value
//! could say how.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a member, quotes included.
    Name,
    /// Another string, quotes included.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// `,` or `:`.
    Separator,
}

impl Kind {
    /// Whether it is a whole value that holds no other.
    pub(super) fn is_scalar(self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Literal)
    }
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its bytes in the text.
    pub(super) place: Range<usize>,
}

/// The tokens of a text that is JSON. Of one that is not, whatever looks like tokens.
pub(super) fn tokens(text: &[u8]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let start = at;
        at += 1;
        let kind = match byte {
            b'{' | b'[' => Kind::Open,
            b'}' | b']' => Kind::Close,
            b',' => Kind::Separator,
            b':' => {
                // Only now it shows what the string before it was.
                if let Some(last) = tokens.last_mut().filter(|last| last.kind == Kind::String) {
                    last.kind = Kind::Name;
                }
                Kind::Separator
            }
            b'"' => {
                at = end_of_string(text, at);
                Kind::String
            }
            byte if byte.is_ascii_whitespace() => continue,
            byte => {
                let rest = &text[at..];
                let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                at += rest.iter().take_while(|byte| inside(byte)).count();
                if byte.is_ascii_alphabetic() {
                    Kind::Literal
                } else {
                    Kind::Number
                }
            }
        };
        tokens.push(Token {
            kind,
            place: start..at,
        });
    }
    tokens
}

/// The place behind the closing quote of the string whose content begins at `at`.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => at += 1,
            _ => {}
        }
    }
    at.min(text.len())
}

/// The index of the last token of the value that begins with the token `first`.
pub(super) fn last_of_value(tokens: &[Token], first: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(first) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_kind_and_place() {
        let text = br#" {"a\"b": [1.5e-3, "x", true], "c":{}} "#;
        let tokens = tokens(text);
        let shown: Vec<(Kind, &str)> = tokens
            .iter()
            .map(|token| {
                let text = std::str::from_utf8(&text[token.place.clone()]).expect("it is ASCII");
                (token.kind, text)
            })
            .collect();
        assert_eq!(
            shown,
            [
                (Kind::Open, "{"),
                (Kind::Name, r#""a\"b""#),
                (Kind::Separator, ":"),
                (Kind::Open, "["),
                (Kind::Number, "1.5e-3"),
                (Kind::Separator, ","),
                (Kind::String, r#""x""#),
                (Kind::Separator, ","),
                (Kind::Literal, "true"),
                (Kind::Close, "]"),
                (Kind::Separator, ","),
                (Kind::Name, r#""c""#),
                (Kind::Separator, ":"),
                (Kind::Open, "{"),
                (Kind::Close, "}"),
                (Kind::Close, "}"),
            ]
        );
        assert_eq!(last_of_value(&tokens, 3), 9);
        assert_eq!(last_of_value(&tokens, 4), 4);
        assert_eq!(last_of_value(&tokens, 0), 15);
    }

    #[test]
    fn a_text_that_is_cut_has_no_end_of_string() {
        assert_eq!(tokens(br#""ab\"#).len(), 1);
        assert_eq!(tokens(b"").len(), 0);
    }
}

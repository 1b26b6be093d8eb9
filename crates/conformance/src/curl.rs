//! A request as one line for a POSIX shell, so that a user can send it again by hand. Secrets are
//! environment variables in it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use memchr::memmem::Finder;
use percent_encoding::utf8_percent_encode;
use validator::Request;

use crate::case::SignedWrong;
use crate::credentials::Credentials;
use crate::forgery::{other_case, shortened};
use crate::request::VALUE;
use crate::signing::{ALGORITHM, Found};

/// Linux takes no single argument of more than 128 KiB; longer bodies are piped. In bytes: 100 KiB.
const LONGEST_ARGUMENT: usize = 102_400;

/// Shorter secrets are only recognised where they are a whole value.
const SHORTEST: usize = 4;

/// So many zeros in a row are not written out: a value that is to be too long is made of them.
const MANY_ZEROS: usize = 1000;

/// A text in whose place a shell variable stands.
#[derive(Clone)]
pub(crate) struct Variable<'v> {
    /// What follows the `$`.
    name: &'v str,
    /// The text.
    value: Cow<'v, str>,
    /// Where the text is recognised.
    place: Place,
    /// Finds the text.
    finder: Finder<'static>,
}

/// Without the text, which may be a secret.
impl fmt::Debug for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable")
            .field("name", &self.name)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl<'v> Variable<'v> {
    /// That of this name (what follows the `$`), for a text that is recognised there.
    pub(crate) fn new(name: &'v str, value: impl Into<Cow<'v, str>>, place: Place) -> Self {
        let value = value.into();
        Self {
            name,
            finder: Finder::new(value.as_bytes()).into_owned(),
            value,
            place,
        }
    }
}

/// Where a text is recognised as what a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Wherever it stands: a secret.
    Anywhere,
    /// Where it is a whole JSON string or number, a segment of a path, or a value of a query.
    Whole,
    /// At the start: the address of a URL.
    Start,
}

/// A part of a shell word: text as it is, or a variable.
enum Piece<'t> {
    Text(&'t [u8]),
    Variable(&'t str),
}

/// What a line is followed by where it holds a signature, which nobody can send again later.
const SIGNED: &str = " # the signature is left out: it is made anew by a script that shows a failure \
                      again";

/// The line for this request; `url` is the full URL of its target, and `secrets` are the variables
/// of [`secrets`].
pub(crate) fn line(url: &str, request: &Request, secrets: &[Variable<'_>]) -> String {
    let mut line = command(url, request, secrets, "-sS -i");
    let is_signed = |(_, value): &(String, Vec<u8>)| value.starts_with(ALGORITHM.as_bytes());
    if request.headers.iter().any(is_signed) {
        line.push_str(SIGNED);
    }
    line
}

/// The command for a request that the target's key pair signed, as a call of the function `signed`
/// of a script, which signs it anew.
pub(crate) fn signed(
    url: &str,
    found: &Found,
    variables: &[Variable<'_>],
    options: &str,
) -> String {
    let how = match found.wrong {
        Some(SignedWrong::Signature) => "signature",
        Some(SignedWrong::Shortened) => "shortened",
        Some(SignedWrong::Secret) => "secret",
        Some(SignedWrong::Body) => "body",
        Some(SignedWrong::Undated) => "undated",
        Some(SignedWrong::HostUnsigned) => "host-unsigned",
        Some(SignedWrong::DateUnsigned) => "date-unsigned",
        // The latter differ in a header, which the request has.
        None | Some(SignedWrong::Expired | SignedWrong::Digest | SignedWrong::Payload) => "right",
    };
    let command = command(url, &found.request, variables, options);
    match command.split_once(" | curl ") {
        Some((body, rest)) if body.starts_with("printf ") => {
            format!("{body} | signed {how} curl {rest}")
        }
        _ => format!("signed {how} {command}"),
    }
}

/// The credentials as the variables that stand for them, whole, without their last character, and
/// with their letters in the other case: forged ones are made of these.
pub(crate) fn secrets(credentials: &Credentials) -> Vec<Variable<'static>> {
    let named = credentials.named().flat_map(|(name, secret)| {
        let value = secret.reveal();
        let shortened = shortened(value).ok();
        let other_case = other_case(value).ok();
        let whole = Some((name, value.to_owned()));
        let shortened = shortened.map(|text| (shortening(name), text.to_owned()));
        let other_case = other_case.map(|text| (other_casing(name), text));
        [whole, shortened, other_case].into_iter().flatten()
    });
    named
        .map(|(name, value)| Variable::new(name, value, Place::Anywhere))
        .collect()
}

/// What stands behind the `$` for the value of a variable without its last character.
fn shortening(name: &str) -> &'static str {
    match name {
        "ASSETPROOF_TOKEN" => "{ASSETPROOF_TOKEN%?}",
        "ASSETPROOF_ACCESS_KEY" => "{ASSETPROOF_ACCESS_KEY%?}",
        "ASSETPROOF_SECRET_KEY" => "{ASSETPROOF_SECRET_KEY%?}",
        _ => "{ASSETPROOF_ACCESS_TOKEN%?}",
    }
}

/// What stands behind the `$` for the value of a variable with its letters in the other case.
fn other_casing(name: &str) -> &'static str {
    match name {
        "ASSETPROOF_TOKEN" => r#"(printf %s "$ASSETPROOF_TOKEN" | tr A-Za-z a-zA-Z)"#,
        "ASSETPROOF_ACCESS_KEY" => r#"(printf %s "$ASSETPROOF_ACCESS_KEY" | tr A-Za-z a-zA-Z)"#,
        "ASSETPROOF_SECRET_KEY" => r#"(printf %s "$ASSETPROOF_SECRET_KEY" | tr A-Za-z a-zA-Z)"#,
        _ => r#"(printf %s "$ASSETPROOF_ACCESS_TOKEN" | tr A-Za-z a-zA-Z)"#,
    }
}

/// The command for this request with these options, and variables where their texts stand.
pub(crate) fn command(
    url: &str,
    request: &Request,
    variables: &[Variable<'_>],
    options: &str,
) -> String {
    let mut line =
        String::with_capacity(512 + url.len() + request.body.len().min(LONGEST_ARGUMENT));
    let _ = write!(line, "curl {options}");
    if request.method == "HEAD" {
        line.push_str(" -I");
    } else {
        line.push_str(" -X ");
        push_word(&mut line, &split(request.method.as_bytes(), &[]));
    }
    if url.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    if url.contains("/./") || url.contains("/../") {
        line.push_str(" --path-as-is");
    }
    push_url(&mut line, url, variables);

    for (name, value) in &request.headers {
        let whole = variables
            .iter()
            .find(|variable| variable.value.as_bytes() == value.as_slice());
        let colon: &[u8] = if value.is_empty() { b";" } else { b": " };
        let mut pieces = vec![Piece::Text(name.as_bytes()), Piece::Text(colon)];
        match whole {
            Some(variable) => pieces.push(Piece::Variable(variable.name)),
            None => pieces.extend(split(value, variables)),
        }
        line.push_str(" -H ");
        push_word(&mut line, &pieces);
    }
    let sends_body = !request.body.is_empty();
    if sends_body || matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        // Without these curl would add a content type of its own, and wait before a long body.
        if request.header("content-type").is_none() {
            line.push_str(" -H 'Content-Type:'");
        }
        if request.body.len() >= 1024 * 1024 {
            line.push_str(" -H 'Expect:'");
        }
        let body = split(&request.body, variables);
        if is_argument(&request.body) {
            line.push_str(" --data-binary ");
            push_word(&mut line, &body);
        } else {
            return format!("{} | {line} --data-binary @-", printf(&body));
        }
    }
    line
}

/// Appends the URL. A secret in the query that has to be encoded there is encoded by curl.
fn push_url(line: &mut String, url: &str, variables: &[Variable<'_>]) {
    let (path, query) = match url.split_once('?') {
        None => (url, None),
        Some((path, query)) => (path, Some(query)),
    };
    let mut pieces = split(path.as_bytes(), variables);
    let mut encoded = Vec::new();
    let mut separator: &[u8] = b"?";
    for pair in query.into_iter().flat_map(|query| query.split('&')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match at_start(value, variables) {
            Some((start, rest)) if !value.starts_with(&*start.value) => {
                encoded.push((name, start.name, rest));
            }
            Some((start, rest)) => {
                pieces.extend([Piece::Text(separator), Piece::Text(name.as_bytes())]);
                pieces.extend([Piece::Text(b"="), Piece::Variable(start.name)]);
                pieces.push(Piece::Text(rest.as_bytes()));
                separator = b"&";
            }
            None => {
                pieces.push(Piece::Text(separator));
                pieces.extend(split(pair.as_bytes(), variables));
                separator = b"&";
            }
        }
    }
    line.push(' ');
    push_word(line, &pieces);
    for (name, variable, rest) in encoded {
        line.push_str(" --url-query ");
        let pieces = [
            Piece::Text(name.as_bytes()),
            Piece::Text(b"="),
            Piece::Variable(variable),
            Piece::Text(rest.as_bytes()),
        ];
        push_word(line, &pieces);
    }
}

/// The variable whose encoded text is this value of a query or begins it, with what follows; only
/// what means the same encoded and not may follow.
fn at_start<'v, 't>(
    value: &'t str,
    variables: &'v [Variable<'v>],
) -> Option<(&'v Variable<'v>, &'t str)> {
    let plain = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    variables
        .iter()
        .filter(|variable| !variable.value.is_empty())
        .filter_map(|variable| {
            let encoded = utf8_percent_encode(&variable.value, VALUE).to_string();
            let rest = value.strip_prefix(&encoded)?;
            // A short text at the start of a longer one is there by chance.
            let recognised = variable.place == Place::Anywhere && variable.value.len() >= SHORTEST;
            (rest.is_empty() || (recognised && plain(rest))).then_some((variable, rest))
        })
        .min_by_key(|(_, rest)| rest.len())
}

/// Whether these bytes can stand in a single-quoted argument, on one line.
fn is_argument(body: &[u8]) -> bool {
    body.len() <= LONGEST_ARGUMENT
        // curl reads a file's name after an @.
        && !body.starts_with(b"@")
        && is_printable(body)
}

fn is_printable(bytes: &[u8]) -> bool {
    printable(bytes).is_some()
}

/// The bytes as a text without control characters, if they are one.
fn printable(bytes: &[u8]) -> Option<&str> {
    // Without an early end, many bytes are compared at once.
    let plain = |all, byte: &u8| all & matches!(byte, b' '..=b'~');
    let is_plain = bytes.iter().fold(true, plain);
    let text = std::str::from_utf8(bytes).ok()?;
    (is_plain || !text.chars().any(char::is_control)).then_some(text)
}

/// Splits bytes at the texts for which variables stand.
fn split<'t>(bytes: &'t [u8], variables: &[Variable<'t>]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    loop {
        let first = variables
            .iter()
            .filter_map(|variable| {
                let at = find(bytes, start, variable)?;
                Some((at, std::cmp::Reverse(variable.value.len()), variable.name))
            })
            .min();
        let Some((at, std::cmp::Reverse(length), name)) = first else {
            break;
        };
        pieces.push(Piece::Text(&bytes[start..at]));
        pieces.push(Piece::Variable(name));
        start = at + length;
    }
    pieces.push(Piece::Text(&bytes[start..]));
    pieces
}

/// Where the variable's text stands next, from `start` on.
fn find(bytes: &[u8], start: usize, variable: &Variable<'_>) -> Option<usize> {
    let text = variable.value.as_bytes();
    if text.is_empty() {
        return None;
    }
    let rest = bytes.get(start..)?;
    match variable.place {
        Place::Start => (start == 0 && rest.starts_with(text)).then_some(0),
        Place::Anywhere if variable.value.chars().count() < SHORTEST => None,
        Place::Anywhere => variable.finder.find(rest).map(|at| start + at),
        Place::Whole => {
            let mut from = start;
            while let Some(at) = variable.finder.find(&bytes[from..]) {
                let (at, end) = (from + at, from + at + text.len());
                let before = at.checked_sub(1).map(|at| bytes[at]);
                if before.is_none_or(is_boundary) && bytes.get(end).copied().is_none_or(is_boundary)
                {
                    return Some(at);
                }
                from = end;
            }
            None
        }
    }
}

/// Whether the variable's text stands in these bytes.
pub(crate) fn holds(bytes: &[u8], variable: &Variable<'_>) -> bool {
    find(bytes, 0, variable).is_some()
}

/// Whether this byte separates values in JSON and in URLs.
fn is_boundary(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"/,:[]{}=&?".contains(&byte)
}

/// One shell word: text in single quotes, variables in double ones, and what cannot be typed by
/// way of `printf`.
fn word(pieces: &[Piece<'_>]) -> String {
    let mut word = String::new();
    push_word(&mut word, pieces);
    word
}

/// Appends one to a line.
fn push_word(word: &mut String, pieces: &[Piece<'_>]) {
    let start = word.len();
    let mut quoted = false;
    let toggle = |word: &mut String, quoted: &mut bool, wanted: bool| {
        if *quoted != wanted {
            word.push('\'');
            *quoted = wanted;
        }
    };
    for piece in pieces {
        let text = match piece {
            Piece::Text(text) => text,
            Piece::Variable(name) => {
                toggle(word, &mut quoted, false);
                let _ = write!(word, "\"${name}\"");
                continue;
            }
        };
        let Some(mut rest) = printable(text) else {
            toggle(word, &mut quoted, false);
            let _ = write!(word, "\"$({})\"", printf(&[Piece::Text(text)]));
            continue;
        };
        while !rest.is_empty() {
            let (plain, zeros) = before_zeros(rest);
            for (index, run) in plain.split('\'').enumerate() {
                if index > 0 {
                    toggle(word, &mut quoted, false);
                    word.push_str("\\'");
                }
                if !run.is_empty() {
                    toggle(word, &mut quoted, true);
                    word.push_str(run);
                }
            }
            if zeros > 0 {
                toggle(word, &mut quoted, false);
                let _ = write!(word, "\"$(printf '%0{zeros}d' 0)\"");
            }
            rest = &rest[plain.len() + zeros..];
        }
    }
    toggle(word, &mut quoted, false);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let bare = word[start..]
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    if word.len() == start {
        word.push_str("''");
    } else if bare.is_some_and(|bare| !bare.is_empty() && bare.chars().all(plain)) {
        word.pop();
        word.remove(start);
    }
}

/// A text as one shell word.
pub(crate) fn quoted(text: &str) -> String {
    word(&[Piece::Text(text.as_bytes())])
}

/// What stands before the first long run of zeros, and how many there are; the whole text and none
/// where there is no such run.
fn before_zeros(text: &str) -> (&str, usize) {
    if text.len() < MANY_ZEROS {
        return (text, 0);
    }
    let mut start = 0;
    while let Some(at) = text[start..].find('0') {
        let rest = &text[start + at..];
        let zeros = rest.len() - rest.trim_start_matches('0').len();
        if zeros >= MANY_ZEROS {
            return (&text[..start + at], zeros);
        }
        start += at + zeros;
    }
    (text, 0)
}

/// A `printf` command that prints these pieces, whatever bytes they hold: escapes of its format
/// are octal, which POSIX has and a shell's own quoting has not.
fn printf(pieces: &[Piece<'_>]) -> String {
    let mut format = String::new();
    let mut arguments = String::new();
    for piece in pieces {
        match piece {
            Piece::Variable(name) => {
                format.push_str("%s");
                let _ = write!(arguments, " \"${name}\"");
            }
            Piece::Text(bytes) => {
                for &byte in *bytes {
                    match byte {
                        b'\n' => format.push_str("\\n"),
                        b'\t' => format.push_str("\\t"),
                        b'%' => format.push_str("%%"),
                        b'\\' => format.push_str("\\\\"),
                        b' '..=b'~' if byte != b'\'' => format.push(char::from(byte)),
                        _ => {
                            let _ = write!(format, "\\{byte:03o}");
                        }
                    }
                }
            }
        }
    }
    // A format that begins with a dash would be read as an option.
    if format.starts_with('-') {
        format.replace_range(..1, "\\055");
    }
    format!("printf '{format}'{arguments}")
}

#[cfg(test)]
mod tests;

//! A request as one line for a POSIX shell, so that a user can send it again by hand. Secrets are
//! environment variables in it.

use std::fmt::Write as _;

use percent_encoding::utf8_percent_encode;
use validator::Request;

use crate::credentials::Credentials;
use crate::request::VALUE;

/// Linux takes no single argument of more than 128 KiB; longer bodies are piped.
const LONGEST_ARGUMENT: usize = 100 * 1024;

/// Shorter secrets are only recognised where they are a whole value.
const SHORTEST: usize = 4;

/// A part of a shell word: text as it is, or a variable.
enum Piece<'t> {
    Text(&'t [u8]),
    Variable(&'static str),
}

/// The line for this request; `url` is the full URL of its target.
pub(crate) fn line(url: &str, request: &Request, credentials: &Credentials) -> String {
    let secrets: Vec<(&'static str, &str)> = credentials
        .named()
        .map(|(name, secret)| (name, secret.reveal()))
        .collect();
    let mut line = String::from("curl -sS -i");
    if request.method == "HEAD" {
        line.push_str(" -I");
    } else {
        let _ = write!(line, " -X {}", word(&split(request.method.as_bytes(), &[])));
    }
    if url.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    if url.contains("/./") || url.contains("/../") {
        line.push_str(" --path-as-is");
    }
    push_url(&mut line, url, &secrets);

    for (name, value) in &request.headers {
        let whole = secrets
            .iter()
            .find(|(_, secret)| secret.as_bytes() == value.as_slice());
        let start = if value.is_empty() {
            format!("{name};")
        } else {
            format!("{name}: ")
        };
        let mut pieces = vec![Piece::Text(start.as_bytes())];
        match whole {
            Some((variable, _)) if !value.is_empty() => pieces.push(Piece::Variable(variable)),
            _ => pieces.extend(split(value, &secrets)),
        }
        let _ = write!(line, " -H {}", word(&pieces));
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
        let body = split(&request.body, &secrets);
        if is_argument(&request.body) {
            let _ = write!(line, " --data-binary {}", word(&body));
        } else {
            return format!("{} | {line} --data-binary @-", printf(&body));
        }
    }
    line
}

/// Appends the URL. A secret in the query that has to be encoded there is encoded by curl.
fn push_url(line: &mut String, url: &str, secrets: &[(&'static str, &str)]) {
    let (path, query) = match url.split_once('?') {
        None => (url, None),
        Some((path, query)) => (path, Some(query)),
    };
    let mut pieces = split(path.as_bytes(), secrets);
    let mut encoded = Vec::new();
    let mut separator: &[u8] = b"?";
    for pair in query.into_iter().flat_map(|query| query.split('&')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let secret = secrets.iter().find(|(_, secret)| {
            !secret.is_empty() && utf8_percent_encode(secret, VALUE).to_string() == value
        });
        match secret {
            Some((variable, secret)) if *secret != value => encoded.push((name, *variable)),
            Some((variable, _)) => {
                pieces.extend([Piece::Text(separator), Piece::Text(name.as_bytes())]);
                pieces.extend([Piece::Text(b"="), Piece::Variable(variable)]);
                separator = b"&";
            }
            None => {
                pieces.push(Piece::Text(separator));
                pieces.extend(split(pair.as_bytes(), secrets));
                separator = b"&";
            }
        }
    }
    let _ = write!(line, " {}", word(&pieces));
    for (name, variable) in encoded {
        let name = format!("{name}=");
        let pieces = [Piece::Text(name.as_bytes()), Piece::Variable(variable)];
        let _ = write!(line, " --url-query {}", word(&pieces));
    }
}

/// Whether these bytes can stand in a single-quoted argument, on one line.
fn is_argument(body: &[u8]) -> bool {
    body.len() <= LONGEST_ARGUMENT
        // curl reads a file's name after an @.
        && !body.starts_with(b"@")
        && is_printable(body)
}

fn is_printable(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Splits bytes at the secrets in them.
fn split<'t>(bytes: &'t [u8], secrets: &[(&'static str, &str)]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    loop {
        let first = secrets
            .iter()
            .filter(|(_, secret)| secret.chars().count() >= SHORTEST)
            .filter_map(|(variable, secret)| {
                let secret = secret.as_bytes();
                let at = rest
                    .windows(secret.len())
                    .position(|window| window == secret)?;
                Some((at, std::cmp::Reverse(secret.len()), *variable))
            })
            .min();
        let Some((at, std::cmp::Reverse(length), variable)) = first else {
            break;
        };
        pieces.push(Piece::Text(&rest[..at]));
        pieces.push(Piece::Variable(variable));
        rest = &rest[at + length..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// One shell word: text in single quotes, variables in double ones, and what cannot be typed by
/// way of `printf`.
fn word(pieces: &[Piece<'_>]) -> String {
    let mut word = String::new();
    let mut quoted = false;
    let toggle = |word: &mut String, quoted: &mut bool, wanted: bool| {
        if *quoted != wanted {
            word.push('\'');
            *quoted = wanted;
        }
    };
    for piece in pieces {
        match piece {
            Piece::Variable(name) => {
                toggle(&mut word, &mut quoted, false);
                let _ = write!(word, "\"${name}\"");
            }
            Piece::Text(text) if is_printable(text) => {
                for c in String::from_utf8_lossy(text).chars() {
                    toggle(&mut word, &mut quoted, c != '\'');
                    if c == '\'' {
                        word.push('\\');
                    }
                    word.push(c);
                }
            }
            Piece::Text(text) => {
                toggle(&mut word, &mut quoted, false);
                let _ = write!(word, "\"$({})\"", printf(&[Piece::Text(text)]));
            }
        }
    }
    toggle(&mut word, &mut quoted, false);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if word.is_empty() {
        word.push_str("''");
    } else if let Some(bare) = word
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        && !bare.is_empty()
        && bare.chars().all(plain)
    {
        return bare.to_owned();
    }
    word
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
mod tests {
    use bytes::Bytes;

    use super::*;

    fn credentials() -> Credentials {
        Credentials::from_lookup(|name| match name {
            "ASSETPROOF_TOKEN" => Some("a token's".to_owned()),
            "ASSETPROOF_ACCESS_TOKEN" => Some("access".to_owned()),
            _ => None,
        })
    }

    fn request(body: &[u8]) -> Request {
        Request {
            method: "POST".to_owned(),
            target: String::new(),
            headers: vec![
                ("X-Auth-Token".to_owned(), b"a token's".to_vec()),
                ("Content-Type".to_owned(), b"application/json".to_vec()),
            ],
            body: Bytes::copy_from_slice(body),
        }
    }

    #[test]
    fn secrets_are_variables_and_quotes_are_kept() {
        let url = "http://127.0.0.1:80/v1/x?delete&access_token=access&user_id=it's";
        insta::assert_snapshot!(
            line(url, &request(br#"{"say":"it's $HOME"}"#), &credentials()),
            @r#"curl -sS -i -X POST 'http://127.0.0.1:80/v1/x?delete&access_token='"$ASSETPROOF_ACCESS_TOKEN"'&user_id=it'\''s' -H 'X-Auth-Token: '"$ASSETPROOF_TOKEN" -H 'Content-Type: application/json' --data-binary '{"say":"it'\''s $HOME"}'"#
        );
    }

    #[test]
    fn a_secret_that_the_url_encodes_is_encoded_by_curl() {
        let url = "http://h/p?t=a%20token%27s&delete";
        let mut request = request(b"");
        request.headers.clear();
        insta::assert_snapshot!(
            line(url, &request, &credentials()),
            @r#"curl -sS -i -X POST 'http://h/p?delete' --url-query 't='"$ASSETPROOF_TOKEN" -H 'Content-Type:' --data-binary ''"#
        );
    }

    #[test]
    fn what_cannot_be_typed_is_printed_by_octal_escapes() {
        let body = b"-{\"p\":\"100%\\\\\",\n\t\0\xff'access'}";
        insta::assert_snapshot!(
            line("http://h/", &request(body), &credentials()),
            @r#"printf '\055{"p":"100%%\\\\",\n\t\000\377\047%s\047}' "$ASSETPROOF_ACCESS_TOKEN" | curl -sS -i -X POST 'http://h/' -H 'X-Auth-Token: '"$ASSETPROOF_TOKEN" -H 'Content-Type: application/json' --data-binary @-"#
        );
    }

    /// What `sh` makes of a word; the shell is the only judge of quoting.
    fn through_sh(script: &str) -> Vec<u8> {
        let output = std::process::Command::new("sh")
            .args(["-c", script])
            .env("ASSETPROOF_TOKEN", "a token's")
            .env("ASSETPROOF_ACCESS_TOKEN", "access")
            .output()
            .expect("a POSIX shell");
        output.stdout
    }

    #[test]
    fn a_shell_reads_each_byte_back() {
        let every: Vec<u8> = (0..=255).collect();
        let credentials = credentials();
        let secrets: Vec<_> = credentials
            .named()
            .map(|(name, secret)| (name, secret.reveal()))
            .collect();
        for body in [
            &every[..],
            b"a token's access $HOME `x` \"q\" \\n %d %%",
            "w\u{f6}rter \u{1f980}".as_bytes(),
            b"'''",
            b"-n -e",
        ] {
            let pieces = split(body, &secrets);
            assert_eq!(through_sh(&printf(&pieces)), body);
            if is_printable(body) {
                assert_eq!(through_sh(&format!("printf %s {}", word(&pieces))), body);
            }
        }
    }
}

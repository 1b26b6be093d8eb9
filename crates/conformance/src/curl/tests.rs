//! Lines, and what a shell makes of them.

use bytes::Bytes;

use super::*;

fn line(url: &str, request: &Request, credentials: &Credentials) -> String {
    super::line(url, request, &secrets(credentials))
}

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
fn a_forged_credential_is_made_of_the_right_one() {
    let url = "http://h/p?t=a%20token%27A&access_token=a%20token%27sx";
    let mut request = request(b"");
    request.headers = vec![("X-Auth-Token".to_owned(), b"a token'A".to_vec())];
    insta::assert_snapshot!(
        line(url, &request, &credentials()),
        @r#"curl -sS -i -X POST 'http://h/p' --url-query 't='"${ASSETPROOF_TOKEN%?}"'A' --url-query 'access_token='"$ASSETPROOF_TOKEN"'x' -H 'X-Auth-Token: '"${ASSETPROOF_TOKEN%?}"'A' -H 'Content-Type:' --data-binary ''"#
    );
}

#[test]
fn a_credential_in_the_other_case_is_made_by_the_shell() {
    let credentials = Credentials::from_lookup(|name| {
        (name == "ASSETPROOF_TOKEN").then(|| "A token's end".to_owned())
    });
    let mut request = request(b"");
    request.headers = vec![("X-Auth-Token".to_owned(), b"a TOKEN'S END".to_vec())];
    insta::assert_snapshot!(
        line("http://h/p", &request, &credentials),
        @r#"curl -sS -i -X POST 'http://h/p' -H 'X-Auth-Token: '"$(printf %s "$ASSETPROOF_TOKEN" | tr A-Za-z a-zA-Z)" -H 'Content-Type:' --data-binary ''"#
    );
    let word = word(&split(b"a TOKEN'S END", &secrets(&credentials)));
    let script = format!("ASSETPROOF_TOKEN=\"A token's end\"; printf %s {word}");
    assert_eq!(through_sh(&script), b"a TOKEN'S END");
}

#[test]
fn each_secret_has_its_own_variable_in_each_form() {
    let credentials = Credentials::from_lookup(|name| Some(format!("a value of {name}")));
    for (name, value) in credentials.named() {
        let value = value.reveal();
        let shortened = shortened(value).expect("it is long");
        let other = other_case(value).expect("it has letters");
        let all = secrets(&credentials);
        let word = |text: &str| word(&split(text.as_bytes(), &all));
        assert_eq!(word(value), format!("\"${name}\""));
        assert_eq!(word(shortened), format!("\"${{{name}%?}}\""));
        let made = format!("\"$(printf %s \"${name}\" | tr A-Za-z a-zA-Z)\"");
        assert_eq!(word(&other), made);
    }
}

#[test]
fn a_value_of_very_many_zeros_is_counted() {
    let mut request = request(b"");
    let value = format!("{}1", "0".repeat(100_000)).into_bytes();
    request.headers = vec![("X-Long".to_owned(), value)];
    insta::assert_snapshot!(
        line("http://h/", &request, &credentials()),
        @r#"curl -sS -i -X POST 'http://h/' -H 'X-Long: '"$(printf '%0100000d' 0)"'1' -H 'Content-Type:' --data-binary ''"#
    );
}

#[test]
fn a_thousand_zeros_are_counted_and_fewer_are_not() {
    for (zeros, counted) in [(MANY_ZEROS - 1, false), (MANY_ZEROS, true)] {
        let word = quoted(&"0".repeat(zeros));
        assert_eq!(word.contains("printf '%0"), counted, "{zeros}");
    }
}

#[test]
fn what_cannot_be_typed_is_printed_by_octal_escapes() {
    let body = b"-{\"p\":\"100%\\\\\",\n\t\0\xff'access'}";
    insta::assert_snapshot!(
        line("http://h/", &request(body), &credentials()),
        @r#"printf '\055{"p":"100%%\\\\",\n\t\000\377\047%s\047}' "$ASSETPROOF_ACCESS_TOKEN" | curl -sS -i -X POST 'http://h/' -H 'X-Auth-Token: '"$ASSETPROOF_TOKEN" -H 'Content-Type: application/json' --data-binary @-"#
    );
}

#[test]
fn what_curl_would_change_on_its_way_it_is_told_to_leave() {
    let told = |method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]| {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let request = Request {
            method: method.to_owned(),
            target: String::new(),
            headers: headers.collect(),
            body: Bytes::copy_from_slice(body),
        };
        line(url, &request, &credentials())
    };
    for (url, says) in [
        ("http://h/a/./b", " --path-as-is "),
        ("http://h/a/../b", " --path-as-is "),
        ("http://h/a[1]", " --globoff "),
    ] {
        let line = told("GET", url, &[], b"");
        assert!(line.contains(says), "{line}");
    }
    assert_eq!(
        told("GET", "http://h/a", &[("X-None", "")], b""),
        "curl -sS -i -X GET 'http://h/a' -H 'X-None;'"
    );
    assert_eq!(
        told("HEAD", "http://h/a", &[], b""),
        "curl -sS -i -I 'http://h/a'"
    );
    let long = vec![b'a'; 1024 * 1024];
    let expect = " -H 'Expect:' ";
    let typed = [("Content-Type", "text/plain")];
    assert!(told("PUT", "http://h/", &typed, &long).contains(expect));
    assert!(!told("PUT", "http://h/", &typed, &long[1..]).contains(expect));
}

#[test]
fn a_short_secret_is_only_recognised_alone() {
    let credentials =
        Credentials::from_lookup(|name| (name == "ASSETPROOF_TOKEN").then(|| "abc".to_owned()));
    let mut request = request(b"abc");
    request.headers = vec![
        ("X-Auth-Token".to_owned(), b"abc".to_vec()),
        ("X-Other".to_owned(), b"abcd".to_vec()),
    ];
    insta::assert_snapshot!(
        line("http://h/abc?t=abc&u=abcd", &request, &credentials),
        @r#"curl -sS -i -X POST 'http://h/abc?t='"$ASSETPROOF_TOKEN"'&u=abcd' -H 'X-Auth-Token: '"$ASSETPROOF_TOKEN" -H 'X-Other: abcd' -H 'Content-Type:' --data-binary abc"#
    );
}

#[test]
fn a_secret_of_four_characters_is_recognised_within_a_text() {
    let credentials =
        Credentials::from_lookup(|name| (name == "ASSETPROOF_TOKEN").then(|| "abcd".to_owned()));
    let secrets = secrets(&credentials);
    assert_eq!(
        word(&split(b"an abcd.", &secrets)),
        "'an '\"$ASSETPROOF_TOKEN\"'.'"
    );
    let (variable, rest) = at_start("abcd1", &secrets).expect("it begins so");
    assert_eq!((variable.name, rest), ("ASSETPROOF_TOKEN", "1"));
    assert!(
        at_start("abcd/1", &secrets).is_none(),
        "that is encoded in a query"
    );
}

#[test]
fn a_signed_request_is_signed_by_the_function_whatever_its_body() {
    let told = |body: &[u8]| {
        let found = Found {
            request: request(body),
            wrong: None,
        };
        signed("http://h/", &found, &[], "-sS")
    };
    let line = told(b"a | curl b");
    assert!(line.starts_with("signed right curl -sS -X POST"), "{line}");
    let line = told(b"a\n");
    assert!(
        line.starts_with("printf 'a\\n' | signed right curl -sS"),
        "{line}"
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
    let secrets = secrets(&credentials);
    for body in [
        &every[..],
        b"a token's access $HOME `x` \"q\" \\n %d %%",
        "w\u{f6}rter \u{1f980}".as_bytes(),
        b"'''",
        b"-n -e",
        format!("0 {} and {}", "0".repeat(999), "0".repeat(1001)).as_bytes(),
    ] {
        let pieces = split(body, &secrets);
        assert_eq!(through_sh(&printf(&pieces)), body);
        if is_printable(body) {
            assert_eq!(through_sh(&format!("printf %s {}", word(&pieces))), body);
        }
    }
}

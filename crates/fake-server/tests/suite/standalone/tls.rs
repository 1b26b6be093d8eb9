//! https: a certificate that is made is trusted by who trusts its authority, and by nobody else.

use std::time::Duration;

use fake_server::Engine;
use fake_server::engine::{Broken, Delivery};
use fake_server::standalone::{Answers, Limits, ServeOptions, Tls, TlsError};
use reqwest::Certificate;
use rstest::rstest;

use super::server::{Always, SHORT, Server, THREADS};
use crate::served::client;

/// A server of `served` over https, and its authority's certificate.
async fn secured(served: impl Answers, limits: Limits) -> (Server, String) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let (tls, authority) = Tls::self_made(names).expect("sound names");
    let options = ServeOptions {
        limits,
        tls: Some(tls),
        threads: THREADS,
    };
    (Server::with(served, options).await, authority)
}

fn trusting(authority: &str) -> reqwest::Client {
    // The provider for TLS is installed there.
    drop(client());
    let authority = Certificate::from_pem(authority.as_bytes()).expect("it is PEM");
    reqwest::Client::builder()
        .tls_certs_only([authority])
        .build()
        .expect("a client")
}

#[tokio::test]
async fn who_trusts_the_authority_is_served_by_name_and_by_address() {
    let engine = Engine::builder().build().expect("sound contracts");
    let (server, authority) = secured(engine, Limits::default()).await;
    let client = trusting(&authority);
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}/_states", server.address.port());
        let answer = client.post(url).body("{}").send().await;
        assert_eq!(answer.expect("it is trusted").status(), 400);
    }
}

#[tokio::test]
async fn who_does_not_trust_it_is_not_and_plain_http_gets_nothing() {
    let engine = Engine::builder().build().expect("sound contracts");
    let (server, authority) = secured(engine, Limits::default()).await;
    let (_, another) = Tls::self_made(Vec::new()).expect("no name is sound");
    let url = format!("https://{}/_states", server.address);
    assert!(trusting(&another).post(&url).send().await.is_err());
    let mut stream = server.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, SHORT.as_bytes())
        .await
        .expect("it reads");
    let mut said = Vec::new();
    // What comes is an alert of TLS, or a reset.
    let _end = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    let answer = trusting(&authority).post(&url).send().await;
    assert_eq!(answer.expect("others are served").status(), 400);
}

#[rstest]
#[case(Broken::Reset)]
#[case(Broken::Empty)]
#[case(Broken::Truncated { after: 4 })]
#[case(Broken::Garbage)]
#[tokio::test]
async fn a_broken_answer_is_none_over_tls_either(#[case] broken: Broken) {
    let answers = Always(Delivery {
        delay: Duration::ZERO,
        broken: Some(broken),
    });
    let (server, authority) = secured(answers, Limits::default()).await;
    let url = format!("https://{}/", server.address);
    let answer = trusting(&authority).get(url).send().await;
    let truncated = matches!(broken, Broken::Truncated { .. });
    assert_eq!(answer.is_ok(), truncated, "{answer:?}");
    if let Ok(answer) = answer {
        assert_eq!(answer.content_length(), Some(10));
        assert!(answer.bytes().await.is_err());
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_made_ends() {
    let limits = Limits {
        header_timeout: Duration::from_millis(40),
        ..Limits::default()
    };
    let engine = Engine::builder().build().expect("sound contracts");
    let (server, _) = secured(engine, limits).await;
    assert_eq!(server.exchange("").await, "");
}

#[test]
fn what_is_no_certificate_or_no_key_is_told_apart() {
    let (_, authority) = Tls::self_made(Vec::new()).expect("no name is sound");
    let none = Tls::from_pem(b"nothing", b"nothing");
    assert!(matches!(none, Err(TlsError::NoCertificate)), "{none:?}");
    let no_key = Tls::from_pem(authority.as_bytes(), authority.as_bytes());
    assert!(matches!(no_key, Err(TlsError::Key(_))), "{no_key:?}");
}

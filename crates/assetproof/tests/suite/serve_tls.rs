//! `assetproof serve --tls`: a client that trusts the written authority is served over https.

use std::path::Path;

use rstest::rstest;

use crate::program::{Serving, assetproof, folder, run};

fn status(base: &str, authority: &Path) -> Option<u16> {
    // Whoever installed one first chose the same.
    let _first = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(authority).expect("it is written before the address is told");
    let authority = reqwest::Certificate::from_pem(&pem).expect("it is PEM");
    let client = reqwest::Client::builder().tls_certs_only([authority]);
    let client = client.build().expect("a client");
    let answer = client.post(format!("{base}/_states")).body("{}").send();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(answer)
        .ok()
        .map(|answer| answer.status().as_u16())
}

#[test]
fn a_made_certificate_is_trusted_by_who_trusts_its_authority() {
    let folder = folder("tls-made");
    let (own, other) = (folder.join("own.pem"), folder.join("other.pem"));
    let start = |path: &Path| {
        let path = path.to_str().expect("a plain path");
        Serving::start(&["--tls", "--tls-ca-out", path])
    };
    let serving = start(&own);
    let another = start(&other);
    assert!(serving.base.starts_with("https://"), "{}", serving.base);
    assert_eq!(status(&serving.base, &own), Some(400));
    assert_eq!(status(&serving.base, &other), None);
    drop(another);
}

#[rstest]
#[case(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"], "--tls")]
#[case(&["--tls", "--tls-cert", "cert.pem"], "--tls-key")]
#[case(&["--tls", "--tls-cert", "no such.pem", "--tls-key", "key.pem"], "no such.pem")]
#[case(&["--tls", "--tls-ca-out", "no such folder/ca.pem"], "no such folder")]
#[case(&["--tls", "--tls-cert", "Cargo.toml", "--tls-key", "Cargo.toml"], "no certificate in it")]
#[case(&["--tls", "--tls-name", "no name"], "--tls-name")]
fn what_cannot_be_served_is_refused_at_the_start(#[case] args: &[&str], #[case] why: &str) {
    let mut command = assetproof(&[&["serve", "--quiet"], args].concat());
    let ended = run(command.current_dir(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.out.is_empty() && ended.err.contains(why),
        "{}",
        ended.err
    );
}

#[test]
fn a_target_is_reached_over_https_by_who_trusts_its_authority() {
    let folder = folder("tls-target");
    let (own, other) = (folder.join("own.pem"), folder.join("other.pem"));
    let start = |path: &Path| {
        let path = path.to_str().expect("a plain path");
        Serving::start(&["--tls", "--tls-ca-out", path])
    };
    let (serving, another) = (start(&own), start(&other));
    let states = format!("{}/_states", serving.base);
    for (authority, code) in [(&own, 0), (&other, 2)] {
        let args = [
            "conformance",
            "--target",
            &serving.base,
            "--state-url",
            &states,
        ];
        let mut command = assetproof(&args);
        command.args(["--case", "smh/task/documented/**", "--report-dir"]);
        command.arg(folder.join("reports"));
        command.env("ASSETPROOF_TOKEN", "assetproof-token");
        command.env("ASSETPROOF_ACCESS_TOKEN", "assetproof-access");
        // Where the system's authorities are looked for.
        command.env("SSL_CERT_FILE", authority);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(code), "{}{}", ended.out, ended.err);
    }
    drop(another);
}

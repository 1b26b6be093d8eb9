//! A request in the shape of another revision: refused as documented, and recognised.

use bytes::Bytes;
use fake_server::Engine;
use rstest::rstest;
use validator::Request;

fn request(target: &str, body: &'static str) -> Request {
    Request {
        method: "POST".to_owned(),
        target: target.to_owned(),
        headers: vec![
            ("X-Auth-Token".to_owned(), b"assetproof-token".to_vec()),
            ("Content-Type".to_owned(), b"application/json".to_vec()),
        ],
        body: Bytes::from_static(body.as_bytes()),
    }
}

const DELETE: &str = "/v2/p/instances/i/assets/delete";
const OLD: &str = r#"{"apps":"a1","tasks":[{"task_id":"t1"}]}"#;
const NEW: &str = r#"{"apps":[{"id":"a1"}],"tasks":[{"id":"t1"}]}"#;

#[rstest]
#[case::new_at_old("2022-12", DELETE, NEW, Some("roma 2025-10"))]
#[case::old_at_new("2025-10", DELETE, OLD, Some("roma 2022-12"))]
#[case::as_served("2022-12", DELETE, OLD, None)]
#[case::as_served_in_the_newer("2025-10", DELETE, NEW, None)]
#[case::of_neither("2022-12", DELETE, r#"{"apps":7}"#, None)]
#[case::no_json("2022-12", DELETE, "{", None)]
#[case::of_an_api_with_one_revision("2022-12", "/v1/p/digital-assets/summarys", "{}", None)]
#[case::nowhere("2022-12", "/nowhere", NEW, None)]
fn the_revision_that_a_request_fits_is_named(
    #[case] served: &str,
    #[case] target: &str,
    #[case] body: &'static str,
    #[case] fits: Option<&str>,
) {
    let engine = Engine::builder().revision("roma", served).build();
    let engine = engine.expect("the built-in contracts are sound");
    let request = request(target, body);
    assert_eq!(engine.fits_other_revision(&request).as_deref(), fits);
    if fits.is_some() {
        assert_eq!(engine.respond(&request).status, 403);
    }
}

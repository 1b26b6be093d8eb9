//! Bodies that are broken, huge or meant to break the reader: findings, never a panic.

mod common;

use bytes::Bytes;
use common::{batch_action, judge, requirement};
use contract::Level;
use proptest::prelude::*;
use rstest::rstest;
use validator::{Check, Request, Response};

#[rstest]
#[case::empty(b"".to_vec(), "HT-01", Level::Must, "an empty body")]
#[case::blank(b" \r\n\t".to_vec(), "HT-01", Level::Must, "an empty body")]
#[case::html(b"<html></html>".to_vec(), "HT-01", Level::Must, "not JSON: expected value at line 1 column 1")]
#[case::cut_short(br#"{"results": [{"#.to_vec(), "HT-01", Level::Must, "JSON that is cut short: EOF while parsing an object at line 1 column 14")]
#[case::two_values(br#"{"results": []} {}"#.to_vec(), "HT-01", Level::Must, "not JSON: trailing characters at line 1 column 17")]
#[case::nan(br#"{"results": NaN}"#.to_vec(), "HT-01", Level::Must, "not JSON: expected value at line 1 column 13")]
#[case::not_utf8(b"{\"results\": [\"\xFF\"]}".to_vec(), "HT-01", Level::Must, "bytes that are not UTF-8, from byte 14 on")]
#[case::byte_order_mark(b"\xEF\xBB\xBF{\"results\": []}".to_vec(), "HT-02", Level::Should, "a byte order mark before the value")]
#[case::duplicate(br#"{"results": [], "results": []}"#.to_vec(), "HT-01", Level::Should, "the member /results a second time")]
#[case::deep([vec![b'['; 1000], vec![b']'; 1000]].concat(), "MS-BA-09", Level::Must, "nesting deeper than 128 levels")]
fn a_response_body_that_is_not_plain_json_is_one_finding(
    #[case] body: Vec<u8>,
    #[case] id: &str,
    #[case] level: Level,
    #[case] actual: &str,
) {
    let mut exchange = batch_action();
    exchange.response.body = Bytes::from(body);
    let findings = judge(&exchange);
    let found = requirement(&findings, id);
    assert_eq!((found.level, found.actual.as_str()), (level, actual));
    assert!(!found.expected.is_empty());
}

#[rstest]
#[case(b"<html></html>", "HT-01", "one JSON value in UTF-8")]
#[case(b"\xEF\xBB\xBF{\"results\": []}", "HT-02", "no byte order mark")]
#[case(br#"{"results": [], "results": []}"#, "HT-01", "each member once")]
#[case(&[b'['; 1000], "MS-BA-09", "the documented shape")]
fn what_a_body_should_have_been_is_told(
    #[case] body: &'static [u8],
    #[case] id: &str,
    #[case] expected: &str,
) {
    let mut exchange = batch_action();
    exchange.response.body = Bytes::from_static(body);
    assert_eq!(requirement(&judge(&exchange), id).expected, expected);
}

#[test]
fn fifty_megabytes_are_judged_in_full_and_told_in_short() {
    let mut exchange = batch_action();
    let filler = "x".repeat(50_000_000);
    exchange.response.body = Bytes::from(format!(r#"{{"results": "{filler}"}}"#));
    let findings = judge(&exchange);
    let found = requirement(&findings, "MS-BA-09");
    assert_eq!(found.check, Check::ResponseSchemaConformance);
    assert!(
        found.actual.len() < 1000,
        "{} bytes in one finding",
        found.actual.len()
    );
}

#[test]
fn a_million_wrong_items_make_a_bounded_number_of_findings() {
    let mut exchange = batch_action();
    let items = vec!["{}"; 1_000_000].join(",");
    exchange.response.body = Bytes::from(format!(r#"{{"results": [{items}]}}"#));
    let findings = judge(&exchange);
    assert!(
        !findings.is_empty() && findings.len() < 1000,
        "{}",
        findings.len()
    );
}

#[test]
fn what_is_wrong_only_at_the_end_of_a_long_array_is_found() {
    let mut exchange = batch_action();
    let items = [vec![r#""a1""#; 5_000], vec!["7"]].concat().join(",");
    exchange.request.body =
        Bytes::from(format!(r#"{{"action": "DELETE", "asset_ids": [{items}]}}"#));
    let findings = judge(&exchange);
    let found = requirement(&findings, "MS-BA-06");
    assert_eq!(found.location.to_string(), "/asset_ids/5000");
}

#[test]
fn the_length_of_a_long_array_is_that_of_the_whole() {
    let mut exchange = common::assets_delete();
    let tasks = vec![r#"{"task_id": "t"}"#; 2_000].join(",");
    exchange.request.body = Bytes::from(format!(r#"{{"apps": "a", "tasks": [{tasks}]}}"#));
    let findings = judge(&exchange);
    let found = requirement(&findings, "RO-AD-05");
    assert_eq!(found.actual, "2000 items");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_at_all_make_it_panic(
        method in "[A-Z]{0,7}",
        target in ".{0,80}",
        name in "[ -~]{0,20}",
        value in proptest::collection::vec(any::<u8>(), 0..40),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        status in 0..1000_u16,
    ) {
        let mut exchange = batch_action();
        exchange.response = Response { status, headers: vec![(name.clone(), value.clone())], body: Bytes::from(body.clone()) };
        judge(&exchange);
        exchange.request = Request { method, target, headers: vec![(name, value)], body: Bytes::from(body) };
        judge(&exchange);
    }
}

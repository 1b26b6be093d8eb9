//! One fault put into a clean exchange is one finding, with the right requirement, level, place
//! and erratum.

mod common;

use common::{
    asset_summary, assets_delete, batch_action, batch_delete, judge, remove, requirement, set,
    validator,
};
use contract::Level::{self, May, Must, Should};
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Check, Exchange, Finding, Severity};

/// Findings that say more than which documented reading is followed.
fn wrong(findings: Vec<Finding>) -> Vec<Finding> {
    findings
        .into_iter()
        .filter(|finding| finding.check != Check::DocumentedReading)
        .collect()
}

#[rstest]
#[case(batch_action())]
#[case(asset_summary())]
#[case(assets_delete())]
#[case(batch_delete())]
fn a_clean_exchange_has_no_finding(#[case] exchange: Exchange) {
    assert_eq!(wrong(judge(&exchange)), []);
}

#[rstest]
#[case(batch_action(), "/results", None, "MS-BA-09", Must, "/results")]
#[case(batch_action(), "/results", Some(json!({})), "MS-BA-09", Must, "/results")]
#[case(batch_action(), "/results/0/ret_status", Some(json!("SUCESS")), "MS-BA-10", Must, "/results/0/ret_status")]
#[case(batch_action(), "/results/0/ret_status", Some(json!("success")), "MS-BA-10", Must, "/results/0/ret_status")]
#[case(
    batch_action(),
    "/results/0/ret_status",
    None,
    "MS-BA-09",
    Must,
    "/results/0/ret_status"
)]
#[case(batch_action(), "/results/1/asset_ids/0", Some(json!(7)), "MS-BA-11", Must, "/results/1/asset_ids/0")]
#[case(batch_action(), "/results/1/error_info", Some(json!([])), "MS-BA-12", Must, "/results/1/error_info")]
#[case(
    batch_action(),
    "/results/1/error_info",
    None,
    "MS-BA-13",
    Should,
    "/results/1/error_info"
)]
#[case(batch_action(), "/results/1/error_info/error_code", Some(json!("E1")), "MS-BA-16", Should, "/results/1/error_info/error_code")]
#[case(
    batch_action(),
    "/results/0/error_info",
    Some(json!({"error_code": "MSS.00000001", "error_msg": "x"})),
    "MS-BA-13",
    Should,
    "/results/0/ret_status"
)]
#[case(asset_summary(), "/asset_list", None, "MS-AS-04", Must, "/asset_list")]
#[case(asset_summary(), "/asset_list/0/asset_state", Some(json!("ACTIVE")), "MS-AS-05", Must, "/asset_list/0/asset_state")]
#[case(asset_summary(), "/asset_list/0/asset_type", Some(json!("BUSINESS_CARD_TEMPLET")), "MS-AS-06", Must, "/asset_list/0/asset_type")]
#[case(asset_summary(), "/asset_list/0/cover_url", Some(json!(null)), "MS-AS-07", Must, "/asset_list/0/cover_url")]
#[case(
    asset_summary(),
    "/asset_list/0/thumbnail_url",
    None,
    "MS-AS-07",
    May,
    "/asset_list/0/thumbnail_url"
)]
#[case(asset_summary(), "/asset_list/0/asset_id", Some(json!("other")), "MS-AS-08", Should, "")]
#[case(assets_delete(), "/job_id", None, "RO-AD-07", Must, "/job_id")]
#[case(assets_delete(), "/job_id", Some(json!("")), "RO-AD-07", Must, "/job_id")]
#[case(assets_delete(), "/job_id", Some(json!("j".repeat(129))), "RO-AD-07", Must, "/job_id")]
#[case(batch_delete(), "/result/0/status", Some(json!(201)), "SM-BD-06", Must, "/result/0/status")]
#[case(batch_delete(), "/result/0/recycledItemId", Some(json!("1")), "SM-BD-05", Must, "/result/0/recycledItemId")]
#[case(batch_delete(), "/result/0/status", Some(json!("200")), "SM-BD-14", Should, "")]
#[case(batch_delete(), "/result/0/path", Some(json!(["foo"])), "SM-BD-07", Should, "")]
#[case(batch_delete(), "/result/0", None, "SM-BD-07", Should, "")]
fn one_fault_in_a_response_is_one_finding(
    #[case] mut exchange: Exchange,
    #[case] pointer: &str,
    #[case] value: Option<Value>,
    #[case] id: &str,
    #[case] level: Level,
    #[case] at: &str,
) {
    match value {
        Some(value) => set(&mut exchange.response.body, pointer, value),
        None => remove(&mut exchange.response.body, pointer),
    }
    let findings = wrong(judge(&exchange));
    let found = requirement(&findings, id);
    assert_eq!(
        (found.level, found.location.to_string().as_str()),
        (level, at)
    );
    assert_eq!(findings.len(), 1, "{findings:#?}");
}

#[rstest]
#[case(batch_action(), "/action", None, "MS-BA-05", Must)]
#[case(batch_action(), "/action", Some(json!("DETELTE")), "MS-BA-05", Must)]
#[case(batch_action(), "/asset_ids", Some(json!("a1")), "MS-BA-06", Must)]
#[case(batch_action(), "/params", Some(json!(1)), "MS-BA-07", Must)]
#[case::null_for_an_optional_member_is_undocumented(batch_action(), "/params", Some(json!(null)), "MS-BA-07", May)]
#[case::null_for_a_required_one_is_not(batch_action(), "/action", Some(json!(null)), "MS-BA-05", Must)]
#[case(assets_delete(), "/apps", None, "RO-AD-03", Must)]
#[case(assets_delete(), "/tasks", Some(json!({})), "RO-AD-04", Must)]
#[case(batch_delete(), "/0/path", None, "SM-BD-04", Must)]
#[case(batch_delete(), "/0/permanent", Some(json!("true")), "SM-BD-04", Must)]
#[case::null_for_an_optional_member_is_undocumented(batch_delete(), "/0/permanent", Some(json!(null)), "SM-BD-04", May)]
fn one_fault_in_a_request_is_found(
    #[case] mut exchange: Exchange,
    #[case] pointer: &str,
    #[case] value: Option<Value>,
    #[case] id: &str,
    #[case] level: Level,
) {
    match value {
        Some(value) => set(&mut exchange.request.body, pointer, value),
        None => remove(&mut exchange.request.body, pointer),
    }
    let findings = validator(&exchange.request.target)
        .request(&exchange.request)
        .findings;
    let found = requirement(&findings, id);
    assert_eq!(
        (found.level, found.location.to_string().as_str()),
        (level, pointer)
    );
}

#[test]
fn a_slip_of_the_documentation_is_named_where_it_is_followed() {
    let mut exchange = batch_action();
    set(&mut exchange.request.body, "/action", json!("DETELTE"));
    set(
        &mut exchange.response.body,
        "/results/0/ret_status",
        json!("SUCESS"),
    );
    let findings = judge(&exchange);
    assert_eq!(
        requirement(&findings, "MS-BA-05").erratum.as_deref(),
        Some("MS-E01")
    );
    assert_eq!(
        requirement(&findings, "MS-BA-10").erratum.as_deref(),
        Some("MS-E02")
    );
    assert_eq!(
        requirement(&findings, "MS-BA-10").expected,
        "one of SUCCESS, FAILED"
    );
}

#[test]
fn a_dropped_a_foreign_and_a_doubled_id_are_told_apart() {
    let mut exchange = batch_action();
    set(
        &mut exchange.response.body,
        "/results/0/asset_ids",
        json!(["a3", "a2"]),
    );
    let findings = judge(&exchange);
    let found = requirement(&findings, "MS-BA-14");
    assert_eq!(
        found.actual,
        r#"missing: "a1"; not asked for: "a3"; more than once: "a2""#
    );
    assert_eq!(found.erratum.as_deref(), Some("MS-E04"));
}

#[rstest]
#[case(401, Some("MS-E06"))]
#[case(404, None)]
fn an_undocumented_status_is_a_should_and_cites_its_erratum(
    #[case] status: u16,
    #[case] erratum: Option<&str>,
) {
    let mut exchange = batch_action();
    exchange.response.status = status;
    let findings = judge(&exchange);
    let found = requirement(&findings, "MS-BA-18");
    assert_eq!(found.level, Should);
    assert_eq!(found.erratum.as_deref(), erratum);
    assert_eq!(found.expected, "one of 200, 400, 500");
}

#[test]
fn a_missing_response_header_and_a_wrong_content_type_are_should() {
    let mut exchange = batch_action();
    exchange.response.headers = vec![("content-type".to_owned(), b"text/html".to_vec())];
    let findings = judge(&exchange);
    let header = requirement(&findings, "MS-BA-08");
    assert_eq!(
        (header.level, header.location.to_string().as_str()),
        (Should, "header X-Request-Id")
    );
    assert_eq!(requirement(&findings, "HT-02").level, Should);
    assert_eq!(findings.len(), 2, "{findings:#?}");
}

#[rstest]
#[case(&["text/html", "application/json"])]
#[case(&["application/json", "text/html"])]
fn a_second_content_type_is_as_wrong_as_a_wrong_one(#[case] given: &[&str]) {
    let mut exchange = assets_delete();
    let given = given.iter();
    exchange.response.headers = given
        .map(|value| ("Content-Type".to_owned(), value.as_bytes().to_vec()))
        .collect();
    let findings = wrong(judge(&exchange));
    let found = requirement(&findings, "HT-02");
    assert_eq!((found.level, found.actual.as_str()), (Should, "text/html"));
    assert_eq!(findings.len(), 1, "{findings:#?}");
}

#[test]
fn a_charset_in_the_content_type_is_free() {
    let mut exchange = batch_action();
    exchange.response.headers[0].1 = b"Application/JSON; charset=utf-8".to_vec();
    assert_eq!(judge(&exchange), []);
}

#[test]
fn an_unknown_member_is_a_warning_and_no_promise_is_broken() {
    let mut exchange = batch_action();
    set(&mut exchange.response.body, "/results/0/reason", json!("x"));
    let findings = judge(&exchange);
    let [found] = findings.as_slice() else {
        panic!("{findings:#?}")
    };
    assert_eq!(found.check, Check::UnknownMember);
    assert_eq!((found.level, found.severity()), (May, Severity::Warning));
    assert_eq!(found.location.to_string(), "/results/0/reason");
}

#[rstest]
#[case::number(json!(200), "a number")]
#[case::string(json!("200"), "a string")]
fn a_contradiction_is_observed_with_the_reading_that_is_followed(
    #[case] status: Value,
    #[case] reading: &str,
) {
    let mut exchange = batch_delete();
    let second = if status.is_string() {
        json!("204")
    } else {
        json!(204)
    };
    set(&mut exchange.response.body, "/result/0/status", status);
    set(&mut exchange.response.body, "/result/1/status", second);
    let findings = judge(&exchange);
    let [found] = findings.as_slice() else {
        panic!("one observation for both places: {findings:#?}")
    };
    assert_eq!(found.check, Check::DocumentedReading);
    assert_eq!(found.severity(), Severity::Observation);
    assert_eq!(found.erratum.as_deref(), Some("SM-E01"));
    assert!(found.actual.contains(reading), "{}", found.actual);
}

#[test]
fn a_request_without_credentials_and_one_with_half_of_them() {
    let mut exchange = batch_action();
    exchange.request.headers.pop();
    let findings = judge(&exchange);
    let found = requirement(&findings, "MS-BA-02");
    assert_eq!(found.check, Check::RequestAuthentication);
    assert_eq!(found.actual, "no credentials");
    exchange
        .request
        .headers
        .push(("authorization".to_owned(), b"SDK-HMAC-SHA256 x".to_vec()));
    let findings = judge(&exchange);
    assert_eq!(
        requirement(&findings, "MS-BA-02").actual,
        "only Authorization"
    );
}

#[rstest]
#[case("user-1", false)]
#[case("Jos\u{e9} \u{416}", false)]
#[case("\u{5f20}\u{4e09}", true)]
#[case::beyond_the_basic_plane("\u{20000}", true)]
#[case::ideographic_zero("\u{3007}", true)]
fn a_third_party_user_holds_no_chinese_characters(#[case] user: &str, #[case] found: bool) {
    let mut exchange = batch_action();
    exchange
        .request
        .headers
        .push(("X-App-UserId".to_owned(), user.as_bytes().to_vec()));
    let findings = judge(&exchange);
    assert_eq!(!findings.is_empty(), found, "{findings:#?}");
    if found {
        assert_eq!(
            requirement(&findings, "MS-BA-04").location.to_string(),
            "header X-App-UserId"
        );
    }
}

#[test]
fn that_few_are_accepted_does_not_test_the_limit() {
    let exchange = assets_delete();
    let exercised = validator("/v2/").exercised(&exchange);
    assert!(
        exercised.contains("RO-AD-04") && !exercised.contains("RO-AD-05"),
        "{exercised:?}"
    );
}

#[test]
fn no_finding_shows_a_secret() {
    let mut exchange = assets_delete();
    let token = "t".repeat(100_001);
    exchange.request.headers[1].1 = token.clone().into_bytes();
    let findings = judge(&exchange);
    let found = requirement(&findings, "RO-AD-02");
    assert_eq!(found.actual, "a secret of 100001 characters");
    assert!(!format!("{findings:?}").contains(&token[..100]));
}

#[rstest]
#[case("/v1/p1/digital-assets/batch_action", "path", "MS-BA-01")]
#[case("/v1//digital-assets/batch-action", "path project_id", "MS-BA-01")]
fn a_path_that_is_not_the_documented_one_names_the_nearest_operation(
    #[case] target: &str,
    #[case] at: &str,
    #[case] id: &str,
) {
    let mut exchange = batch_action();
    exchange.request.target = target.to_owned();
    let findings = validator(target).request(&exchange.request).findings;
    assert_eq!(requirement(&findings, id).location.to_string(), at);
}

#[test]
fn a_wrong_method_is_told_from_a_wrong_path() {
    let mut exchange = batch_action();
    exchange.request.method = "PUT".to_owned();
    let findings = validator("/v1/").request(&exchange.request).findings;
    let found = requirement(&findings, "MS-BA-01");
    assert_eq!(found.location.to_string(), "method");
    assert_eq!(
        (found.expected.as_str(), found.actual.as_str()),
        ("POST", "PUT")
    );
}

#[rstest]
#[case::flag("/api/v1/batch/l1/s1?access_token=t", "query delete", "SM-BD-01", Must)]
#[case::token("/api/v1/batch/l1/s1?delete", "authentication", "SM-BD-03", Must)]
#[case::value(
    "/api/v1/batch/l1/s1?delete=1&access_token=t",
    "query delete",
    "SM-BD-01",
    May
)]
fn the_query_of_a_batch_delete(
    #[case] target: &str,
    #[case] at: &str,
    #[case] id: &str,
    #[case] level: Level,
) {
    let mut exchange = batch_delete();
    exchange.request.target = target.to_owned();
    let findings = wrong(validator(target).request(&exchange.request).findings);
    let [found] = findings.as_slice() else {
        panic!("{findings:#?}")
    };
    assert_eq!(
        (
            found.location.to_string().as_str(),
            found.requirement.as_deref()
        ),
        (at, Some(id))
    );
    assert_eq!(found.level, level);
}

#[test]
fn what_an_exchange_does_not_show_is_not_exercised() {
    let exercised = |exchange: &Exchange| validator(&exchange.request.target).exercised(exchange);
    let mut exchange = batch_action();
    let whole = exercised(&exchange);
    for id in [
        "HT-01", "MS-BA-02", "MS-BA-05", "MS-BA-08", "MS-BA-10", "MS-BA-12", "MS-BA-14",
    ] {
        assert!(whole.contains(id), "{id}: {whole:?}");
    }
    assert!(!whole.contains("MS-BA-15"), "no refusal was seen");
    remove(&mut exchange.response.body, "/results/1");
    assert!(
        !exercised(&exchange).contains("MS-BA-12"),
        "no error_info was seen"
    );
    exchange.response.status = 404;
    assert_eq!(
        exercised(&exchange).into_iter().collect::<Vec<_>>(),
        ["MS-BA-18"]
    );
}

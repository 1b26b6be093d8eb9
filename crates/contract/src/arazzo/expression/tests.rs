//! Tests of `expression`: what it reads, and what it refuses.

use proptest::prelude::*;
use rstest::rstest;

use super::{Expression, Place, Source};
use crate::Message::{Request, Response};

fn step(step: &str, output: &str) -> Source {
    Source::Step {
        step: step.to_owned(),
        output: output.to_owned(),
    }
}

#[rstest]
#[case("$url", Source::Url, "")]
#[case("$method", Source::Method, "")]
#[case("$statusCode", Source::StatusCode, "")]
#[case("$request.header.X-Token", Source::Header(Request, "X-Token".into()), "")]
#[case("$response.header.X-Request-Id", Source::Header(Response, "X-Request-Id".into()), "")]
#[case("$request.query.user_id", Source::Query("user_id".into()), "")]
#[case("$request.path.LibraryId", Source::Path("LibraryId".into()), "")]
#[case("$request.body", Source::Body(Request), "")]
#[case(
    "$response.body#/a/0/b c~1d~0e",
    Source::Body(Response),
    "/a/0/b c~1d~0e"
)]
#[case("$response.body#", Source::Body(Response), "")]
#[case("$response.body#/", Source::Body(Response), "/")]
#[case("$inputs.asset.asset_id", Source::Input("asset.asset_id".into()), "")]
#[case("$inputs.page#/0", Source::Input("page".into()), "/0")]
#[case("$outputs.job-id", Source::Output("job-id".into()), "")]
#[case("$steps.ask.outputs.job.id#/x", step("ask", "job.id"), "/x")]
fn an_expression_is_read(#[case] text: &str, #[case] source: Source, #[case] pointer: &str) {
    let expression = Expression::parse(text).unwrap();
    assert_eq!(expression.source, source);
    assert_eq!(expression.pointer, pointer);
    assert_eq!(expression.to_string(), text);
}

#[rstest]
#[case("", "begins with $", 1)]
#[case("statusCode", "begins with $", 1)]
#[case("$", "$ is no runtime expression", 1)]
#[case("$statuscode", "did you mean $statusCode?", 1)]
#[case("$input.a", "did you mean $inputs?", 1)]
#[case("$statusCode ", "belongs to no expression", 12)]
#[case("$statusCode.a", "belongs to no expression", 12)]
#[case("$inputs", "write $inputs.NAME", 8)]
#[case("$inputs.", "a name is missing", 9)]
#[case("$inputs.a..b", "a name is missing", 9)]
#[case("$inputs.é", "a name is missing", 9)]
#[case("$response.query.a", "followed by .header.NAME or body", 11)]
#[case("$request.cookie.a", "path.NAME or body", 10)]
#[case("$response.body.a", "write $response.body#/", 15)]
#[case("$response.body#a", "a JSON pointer begins with /", 16)]
#[case("$response.body#/a~b", "~0", 18)]
#[case("$response.body#/a~", "~0", 18)]
#[case("$response.header.a#/b", "belongs to no expression", 19)]
#[case("$steps.a.b", "write $steps.STEP.outputs.NAME", 9)]
#[case("$steps.a.outputs", "write $steps.STEP.outputs.NAME", 17)]
#[case("$steps..outputs.x", "write $steps.STEP.outputs.NAME", 8)]
#[case("$workflows.a.outputs.b", "not supported: $workflows", 1)]
#[case("$sourceDescriptions.a.b", "\"operationId\" alone", 1)]
#[case("$components.parameters.b", "\"reference\" alone", 1)]
fn what_is_none_says_why_and_where(#[case] text: &str, #[case] says: &str, #[case] at: usize) {
    let error = Expression::parse(text).unwrap_err();
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(error.at, at, "{error}");
}

#[test]
fn a_very_long_text_is_refused_and_shown_in_part() {
    let error = Expression::parse(&format!("$inputs.{}", "é".repeat(4096))).unwrap_err();
    assert!(error.to_string().len() < 1000, "{error}");
}

#[rstest]
#[case("$response.body#/a/b == 1", "$response.body#/a/b")]
#[case("$response.body#/a.b[0]", "$response.body#/a.b")]
#[case("$response.body#/a)||", "$response.body#/a")]
#[case("$response.body#/a!=$statusCode", "$response.body#/a")]
#[case("$statusCode==200", "$statusCode")]
#[case("$inputs.a.b&&", "$inputs.a.b")]
fn within_a_condition_it_ends_where_the_condition_goes_on(
    #[case] text: &str,
    #[case] expected: &str,
) {
    let (expression, end) = Expression::read(text, Place::InCondition).unwrap();
    assert_eq!(expression.to_string(), expected);
    assert_eq!(&text[..end], expected);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", tail in "[$.#/~a-z\\[\\]{}' é]{0,20}") {
        for text in [&text, &format!("${text}"), &format!("$response.body#{tail}"),
            &format!("$steps.{tail}"), &format!("$inputs.{tail}")] {
            let _ = Expression::parse(text);
            if let Ok((_, end)) = Expression::read(text, Place::InCondition) {
                prop_assert!(text.is_char_boundary(end));
            }
        }
    }
}

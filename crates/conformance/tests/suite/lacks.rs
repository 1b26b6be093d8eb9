//! Targets that say what they do not implement.

use std::path::Path;

use conformance::run::{Run, Summary, Verdict};
use conformance::{FileError, Options, RunError, Target, TargetFile};
use fake_server::FakeServer;
use rstest::rstest;

use crate::{plan, target, try_run};

/// The target at that address with one entry in `lacks`.
fn lacking(uri: &str, what: &str) -> Target {
    let text = format!(
        "[targets.acme]\nbase_url = {uri:?}\n[[targets.acme.lacks]]\n{what}\nreason = \"ticket 7\""
    );
    let file = TargetFile::parse(&text, Path::new("assetproof.toml")).expect("a sound file");
    let described = &file.entry("acme").expect("it is there").target;
    Target {
        lacks: described.lacks.clone(),
        ..target(uri)
    }
}

fn skipped(run: &Run) -> Vec<&str> {
    let skipped = run.cases.iter();
    let skipped = skipped.filter(|case| case.verdict == Verdict::Skipped);
    skipped.map(|case| case.id.as_str()).collect()
}

#[rstest]
#[case(
    "operation = \"smh/task\"",
    &["smh/task/documented/all-done"],
    "the operation smh/task"
)]
#[case(
    "state = \"next request fails\"",
    &["metastudio/batch-action/documented/500"],
    "the state \"next request fails\""
)]
#[case(
    "requirement = \"MS-BA-15\"",
    &["metastudio/batch-action/documented/400"],
    "the requirement MS-BA-15"
)]
#[case(
    "case = \"roma/**/documented/*\"",
    &["roma/assets-delete/documented/200", "roma/assets-delete/documented/403"],
    "what the cases \"roma/**/documented/*\" try"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_lacks_is_skipped_and_counts_as_not_judged(
    #[case] what: &str,
    #[case] expected: &[&str],
    #[case] said: &str,
) {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let plan = plan(&["**/documented/*"]);
    let run = try_run(&plan, &lacking(&fake.uri(), what), &Options::default()).await;
    let run = run.expect("a run");
    assert_eq!(skipped(&run), expected);
    let summary = Summary::of(&run);
    let skip = &summary.skips[0];
    assert_eq!(
        skip.reason,
        format!("the target does not implement {said}: ticket 7")
    );
    for case in &run.cases {
        let lacks = expected.contains(&case.id.as_str());
        assert!(lacks || case.verdict == Verdict::Pass, "{case:#?}");
        assert!(
            !lacks || case.steps.is_empty(),
            "nothing is sent: {case:#?}"
        );
    }
}

#[rstest]
#[case("operation = \"smh/tasks\"", "the operation smh/tasks")]
#[case("requirement = \"MS-BA-99\"", "the requirement MS-BA-99")]
#[case("state = \"asset exist\"", "the state \"asset exist\"")]
#[case("case = \"smh/*\"", "what the cases \"smh/*\" try")]
#[tokio::test]
async fn what_has_to_do_with_no_case_is_an_error_before_anything_is_sent(
    #[case] what: &str,
    #[case] said: &str,
) {
    // Nobody listens there: the error comes first.
    let target = lacking("http://127.0.0.1:1", what);
    let error = try_run(&plan(&["**"]), &target, &Options::default()).await;
    let error = error.expect_err("a mistake in the file");
    assert!(matches!(error, RunError::File(FileError::Line { .. })));
    assert_eq!(
        error.to_string(),
        format!(
            "assetproof.toml:3: no case has to do with {said}: take the entry out, or mend its \
             name (--list shows the cases, --requirements what they are about)"
        )
    );
}

#[test]
fn what_has_to_do_with_a_case_that_is_not_selected_is_no_error() {
    let target = lacking("http://127.0.0.1:1", "operation = \"smh/task\"");
    target
        .check(&plan(&["metastudio/**/400"]))
        .expect("a case of the plan, although not selected");
}

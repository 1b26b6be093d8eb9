//! Every case against the foreign implementation, which is correct and takes each free choice
//! differently: no correct server is accused. Each warning that it gets is listed here and right.

use std::collections::BTreeSet;
use std::time::Duration;

use conformance::run::{Run, Verdict};
use conformance::{Credentials, Options, Target};
use foreign_server::{DEFAULT_ACCESS_TOKEN, DEFAULT_KEY_PAIR, DEFAULT_TOKEN, Server, Summaries};
use rstest::rstest;
use validator::{Finding, Severity};

use crate::{plan_of, try_run};

/// The foreign server as a target: its state set-up is elsewhere, and so are its credentials.
fn target(server: &Server) -> Target {
    let mut target = Target::new(&server.url()).expect("a base URL");
    target.state_url = Some(Target::parse_url(&server.state_url()).expect("a URL"));
    target.credentials = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some(DEFAULT_TOKEN.to_owned()),
        "ASSETPROOF_ACCESS_KEY" => Some(DEFAULT_KEY_PAIR.0.to_owned()),
        "ASSETPROOF_SECRET_KEY" => Some(DEFAULT_KEY_PAIR.1.to_owned()),
        "ASSETPROOF_ACCESS_TOKEN" => Some(DEFAULT_ACCESS_TOKEN.to_owned()),
        _ => None,
    });
    target
}

/// Each different warning, as requirement, check and place.
fn warnings(run: &Run) -> BTreeSet<String> {
    let findings = run
        .cases
        .iter()
        .filter(|case| case.counted)
        .flat_map(|case| {
            let findings = case.findings.iter().map(|found| &found.finding);
            findings.filter(|finding| finding.severity() > Severity::Observation)
        });
    findings.map(warning).collect()
}

fn warning(finding: &Finding) -> String {
    let requirement = finding.requirement.as_deref().unwrap_or("no requirement");
    // Which item of a list it was makes no difference.
    let mut place: Vec<char> = finding
        .location
        .to_string()
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    place.dedup_by(|c, before| *c == '0' && *before == '0');
    let place = String::from_iter(place);
    format!("{requirement} {} {place}", finding.check)
}

/// Why a case cannot be judged at this server, which is right of it and of the case: it always
/// deletes later, and its access token is one that tolerates no other end.
const RIGHTLY_SKIPPED: [&str; 3] = [
    "(SM-E09)",
    "the credential ends with padding",
    // It deletes for good what is deleted twice, which nobody forbids.
    "step query-deleting: \"the asset is DELETING\" did not hold",
];

#[rstest]
#[case::as_its_examples_show("2022-12", Summaries::AsShown, false, &[])]
#[case::of_the_newer_revision("2025-10", Summaries::AsShown, false, &[])]
#[case::without_what_only_an_example_shows("2022-12", Summaries::WithoutCover, false, &[
    "MS-AS-07 response_schema_conformance /asset_list/0/cover_url",
])]
#[case::as_terse_as_a_must_allows("2022-12", Summaries::OnlyIds, true, &[
    "MS-AS-04 unknown_member /asset_list/0/labels",
    "MS-AS-06 response_schema_conformance /asset_list/0/asset_type",
    "MS-AS-07 response_schema_conformance /asset_list/0/asset_name",
    "MS-AS-07 response_schema_conformance /asset_list/0/cover_url",
    "MS-BA-09 unknown_member /results/0/handled_by",
])]
#[tokio::test(flavor = "multi_thread")]
async fn a_correct_server_is_not_accused(
    #[case] roma: &str,
    #[case] summaries: Summaries,
    #[case] extra_members: bool,
    #[case] right: &[&str],
) {
    let server = Server::start(foreign_server::Options {
        latency: Duration::from_millis(60),
        extra_members,
        summaries,
        roma_2025_10: roma == "2025-10",
        ..foreign_server::Options::default()
    });
    let server = server.await.expect("the server starts");
    let plan = plan_of(roma, &["**"]);
    let options = Options {
        retry: false,
        ..Options::default()
    };
    let run = try_run(&plan, &target(&server), &options).await;
    let run = run.expect("a run");
    assert_not_accused(&run, summaries, right);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_jobs_that_reaches_beyond_an_instance_is_no_fault(
    #[values("2022-12", "2025-10")] roma: &str,
    #[values(1, 16)] jobs: usize,
) {
    let server = Server::start(foreign_server::Options {
        roma_2025_10: roma == "2025-10",
        one_job_anywhere: true,
        ..foreign_server::Options::default()
    });
    let server = server.await.expect("the server starts");
    let options = Options {
        jobs,
        ..Options::default()
    };
    let plan = plan_of(roma, &["roma/**"]);
    let run = try_run(&plan, &target(&server), &options).await;
    let run = run.expect("a run");
    assert_not_accused(&run, Summaries::AsShown, &[]);
    let apart = run.cases.iter().filter(|case| case.note.is_some());
    assert_eq!(apart.count() > 0, jobs > 1, "some were in others' way");
    let flaky = run.cases.iter().any(|case| case.retried.is_some());
    assert!(!flaky, "what others were in the way of is not flaky");
}

/// That nothing fails, that just these warnings are given, and that no case is skipped but for a
/// right reason.
fn assert_not_accused(run: &Run, summaries: Summaries, right: &[&str]) {
    let accused: Vec<_> = run
        .cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Error))
        .collect();
    assert!(accused.is_empty(), "{accused:#?}");
    let right: BTreeSet<String> = right.iter().map(|&warning| warning.to_owned()).collect();
    assert_eq!(warnings(run), right);
    let skipped = run
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skipped)
        .map(|case| case.reason.as_deref().unwrap_or_default());
    // What a terse summary does not tell, nothing can be said of.
    let untold = |reason: &str| summaries == Summaries::OnlyIds && reason.contains("asset_list");
    let wrongly: Vec<&str> = skipped
        .filter(|reason| !RIGHTLY_SKIPPED.iter().any(|right| reason.contains(right)))
        .filter(|reason| !untold(reason))
        .collect();
    assert!(wrongly.is_empty(), "{wrongly:#?}");
}

//! The invented API against its own server: all is well where that is right, and each of its faults
//! is found by a case about the requirement that it breaks.

use std::path::PathBuf;

use conformance::run::{Run, RunWriter, Verdict};
use conformance::{Credentials, Options, Plan, Target};
use contract::Level;
use rstest::rstest;

use crate::contracts::{lamps, plan, selected};
use crate::server::{ACCESS, Fault, KEY, serve};

async fn run(plan: &Plan, fault: Fault) -> Run {
    let uri = serve(fault).await;
    let mut target = Target::new(&uri).expect("a base URL");
    target.state_url = Some(Target::parse_url(&format!("{uri}/_states")).expect("a URL"));
    target.credentials = Credentials::from_lookup(|name| match name {
        "ASSETPROOF_TOKEN" => Some(KEY.to_owned()),
        "ASSETPROOF_ACCESS_TOKEN" => Some(ACCESS.to_owned()),
        _ => None,
    });
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lamps-{fault:?}.ndjson"));
    let mut out = RunWriter::create(&file).expect("a file");
    let options = Options {
        strict: true,
        ..Options::default()
    };
    conformance::run(
        plan,
        &target,
        &options,
        &mut out,
        |_| {},
        std::future::pending(),
    )
    .await
    .expect("the server is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_server_passes_every_case() {
    let plan = plan(lamps());
    let run = run(&plan, Fault::None).await;
    assert_eq!(run.cases.len(), plan.cases.len());
    for case in &run.cases {
        assert_eq!(case.verdict, Verdict::Pass, "{case:#?}");
    }
}

#[rstest]
#[case(Fault::TakesAThirteenthLamp, "LA-10", "switch/negative/lamps/13-items")]
#[case(
    Fault::ReadsNumbersFromTexts,
    "LA-10",
    "switch/negative/lamps.brightness/string"
)]
#[case(Fault::NeedsNoMode, "LA-08", "switch/negative/mode/missing")]
#[case(
    Fault::AsksNobodyWhoTheyAre,
    "LA-02",
    "switch/negative/credentials/none"
)]
#[case(
    Fault::TakesAnyKeyOfTheRightStart,
    "LA-02",
    "switch/negative/credentials/key-lengthened"
)]
#[case(
    Fault::IgnoresTheCaseOfModes,
    "LA-09",
    "switch/negative/mode/upper-case"
)]
#[case(Fault::TrimsModes, "LA-09", "switch/negative/mode/trailing-blank")]
#[case(Fault::TakesBrokenJson, "LA-04", "switch/negative/body/cut")]
#[case(Fault::RefusesAFullHouse, "LA-10", "switch/positive/lamps/12-items")]
#[case(Fault::RefusesOff, "LA-09", "switch/positive/mode/off")]
#[case(Fault::RefusesAScene, "LA-11", "switch/positive/scene/present")]
#[case(Fault::RefusesARoom, "LA-07", "switch/positive/X-Room/present")]
#[case(Fault::TakesAnyRoom, "LA-07", "switch/negative/X-Room/capitals")]
#[case(Fault::DropsALamp, "LA-12", "switch/positive/lamps/12-items")]
#[case(Fault::TakesALongHouse, "LA-01", "switch/negative/house/41-characters")]
#[case(
    Fault::RefusesALongHouse,
    "LA-01",
    "switch/positive/house/40-characters"
)]
#[case(Fault::ReadsNoEscapes, "LA-04", "switch/positive/body/escaped-values")]
#[case(
    Fault::LetsTheTenthOfASecondPass,
    "LA-06",
    "switch/negative/seconds/float"
)]
#[case(Fault::AnswersMalformedWith500, "LA-03", "switch/negative/mode/null")]
#[case(
    Fault::TellsOfLampsToAnybody,
    "LA-13",
    "lamp/negative/credentials/none"
)]
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_found_by_what_it_breaks(
    #[case] fault: Fault,
    #[case] requirement: &str,
    #[case] id: &str,
) {
    // That it passes where the server is right is shown above.
    let plan = selected(lamps(), &[&format!("lamps/{id}")]);
    let run = run(&plan, fault).await;
    let [finder] = run.cases.as_slice() else {
        panic!("{id} names {} cases", run.cases.len());
    };
    assert_eq!(finder.verdict, Verdict::Fail, "{finder:#?}");
    let cited = finder.findings.iter().any(|found| {
        let finding = &found.finding;
        finding.level > Level::May && finding.requirement.as_deref() == Some(requirement)
    });
    assert!(cited, "{finder:#?}");
}

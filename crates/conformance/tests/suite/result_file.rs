//! The result file of a real run, and what is rendered from it.

use conformance::Options;
use conformance::report;
use conformance::run::{Run, RunWriter, Summary};
use fake_server::FakeServer;

use crate::{plan, result_file, target};

#[tokio::test(flavor = "multi_thread")]
async fn a_real_run_is_as_its_schema_says_and_every_report_counts_alike() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let path = result_file();
    let mut out = RunWriter::create(&path).expect("a file");
    let (plan, target) = (plan(&["**"]), target(&fake.uri()));
    let options = Options::default();
    conformance::run(
        &plan,
        &target,
        &options,
        &mut out,
        |_| {},
        std::future::pending(),
    )
    .await
    .expect("a run");
    drop(out);

    let schema = include_str!("../../../../schemas/formats/run.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("the schema compiles");
    let text = std::fs::read_to_string(&path).expect("the result file");
    for line in text.lines() {
        let line = serde_json::from_str(line).expect("a line is JSON");
        let errors: Vec<String> = schema
            .iter_errors(&line)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{line:#}");
    }

    let run = Run::read(&path).expect("a run file");
    let counts = Summary::of(&run).counts;
    let dir = path.with_extension("reports");
    let written = report::write_all(&run, &dir).expect("the reports");
    let read = |name: &str| {
        let path = written
            .iter()
            .find(|path| path.ends_with(name))
            .expect("it is written");
        std::fs::read_to_string(path).expect("it is text")
    };
    let expected = format!(
        "tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\"",
        counts.total(),
        counts.skipped,
        counts.fail,
        counts.error
    );
    assert!(read("junit.xml").contains(&expected), "{expected}");
    let cases = read("report.html")
        .matches("<details class=\"case\"")
        .count();
    assert_eq!(cases, counts.total());
    assert!(read("summary.md").starts_with("# assetproof: Conformant"));
}

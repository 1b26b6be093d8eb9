//! A made-up run for tests: two contracts, every verdict, and texts that try to break out of
//! every report. Nothing in it is documentation; only its ids look like it.

mod crowded;

use contract::{Level, Message, Requirement, Source};
use validator::{Check, Finding, Location};

use super::{
    BodyRecord, CaseFinding, CaseKind, CaseRecord, ContractRecord, Counts, ErratumRecord, Footer,
    Header, Line, OperationRecord, RequestRecord, ResponseRecord, Run, StateRecord, StepRecord,
    TargetRecord, Tool, Verdict,
};
use crate::snapshot::{Comparison, Drift, DriftKind};

pub(crate) use crowded::crowded;

/// What a hostile target may answer: markup, the ends of what reports wrap texts in, escape
/// sequences for a terminal, a NUL, a byte order mark and a change of writing direction.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> ]]> </td></details> ``` ```` | a | \
    \u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://evil.example\u{7}link \u{0} \u{9b}2J \u{feff}\u{202e}txt \
    \" onload='x' {{ 7*7 }} {% raw %} [a](javascript:alert(1)) ![b](http://evil.example/p.png) &amp;\r\n# not a heading";

/// A comparison with a response that differs in each of these ways.
pub(crate) fn comparison(kinds: &[DriftKind]) -> Comparison {
    let drifts = kinds.iter().enumerate().map(|(index, kind)| Drift {
        case: format!("metastudio/batch-action/documented/{index}"),
        contract: "metastudio/2025-12".to_owned(),
        path: format!("snapshots/metastudio/2025-12/batch-action__documented__{index}.snap").into(),
        kind: *kind,
        diff: format!("@@ -1,2 +1,2 @@\n HTTP 200\n-  \"a\": 1\n+  \"a\": \"{HOSTILE}\""),
    });
    Comparison {
        folder: "snapshots".into(),
        same: 3,
        unseen: 1,
        drifts: drifts.collect(),
        stale: vec!["snapshots/metastudio/2025-12/batch-action__documented__gone.snap".into()],
        accepted: false,
    }
}

/// The run as its file would hold it.
pub(crate) fn file(run: &Run) -> Vec<u8> {
    let mut lines = vec![Line::Header(Box::new(run.header.clone()))];
    lines.extend(
        run.cases
            .iter()
            .map(|case| Line::Case(Box::new(case.clone()))),
    );
    lines.extend(run.footer.clone().map(Line::Footer));
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, &line).unwrap();
        bytes.push(b'\n');
    }
    bytes
}

/// A whole run with every verdict.
pub(crate) fn run() -> Run {
    let cases = vec![
        failing(),
        flaky(),
        known(),
        observing(),
        hostile(),
        warning(),
        passing(),
        unreachable(),
        skipped(),
        other_reading(),
    ];
    let mut cases = cases;
    cases.sort_by(|a, b| (&a.api, &a.revision, &a.id).cmp(&(&b.api, &b.revision, &b.id)));
    let mut counts = Counts::default();
    for case in &cases {
        counts.add(case);
    }
    Run {
        header: Header {
            format: 1,
            tool: Tool {
                name: "assetproof".to_owned(),
                version: "0.1.0".to_owned(),
            },
            seed: 42,
            strict: false,
            target: TargetRecord {
                name: "acme <b>staging</b>".to_owned(),
                base_url: "http://127.0.0.1:8080".to_owned(),
                state_url: false,
            },
            contracts: vec![metastudio(), smh()],
            selected: cases.len(),
            partition: None,
        },
        footer: Some(Footer {
            counts,
            interrupted: false,
            stopped: None,
            duration_us: 1_234_567,
        }),
        cases,
    }
}

fn metastudio() -> ContractRecord {
    ContractRecord {
        api: "metastudio".to_owned(),
        revision: "2025-12".to_owned(),
        title: "Digital asset management".to_owned(),
        checksum: "4f2a9c1d77b0e3a85566aa0193c4d2e1".repeat(2),
        operations: vec![
            operation(
                "batch-action",
                "/v1/{project_id}/digital-assets/batch-action",
            ),
            operation("asset-summary", "/v1/{project_id}/digital-assets/summarys"),
        ],
        requirements: vec![
            requirement(
                "HT-01",
                Level::Must,
                None,
                "A body that is shown as JSON is one JSON value in UTF-8.",
                &[],
            ),
            requirement(
                "MS-AS-04",
                Level::Must,
                Some("asset-summary"),
                "A 200 body has `asset_list`, an array of objects, each with its `asset_id`.",
                &[],
            ),
            requirement(
                "MS-AS-10",
                Level::May,
                Some("asset-summary"),
                "An id that does not exist is left out, or is an error.",
                &[],
            ),
            requirement(
                "MS-BA-05",
                Level::Must,
                Some("batch-action"),
                "Body `action` is required and one of the seven documented actions.",
                &["MS-E01"],
            ),
            requirement(
                "MS-BA-08",
                Level::Should,
                Some("batch-action"),
                "A 200 carries the response header `X-Request-Id`.",
                &[],
            ),
            requirement(
                "MS-BA-09",
                Level::Must,
                Some("batch-action"),
                "A 200 body has `results`, an array of objects, each with `ret_status` and `asset_ids`.",
                &[],
            ),
            requirement(
                "MS-BA-10",
                Level::Must,
                Some("batch-action"),
                "A result's `ret_status` is SUCCESS or FAILED.",
                &["MS-E02"],
            ),
            requirement(
                "MS-BA-20",
                Level::Must,
                Some("batch-action"),
                "DELETE_FORCE deletes at once.",
                &[],
            ),
        ],
        errata: vec![
            erratum(
                "MS-E01",
                "The example request's action is `DETELTE`, which the table does not list.",
                "A slip for DELETE.",
            ),
            erratum(
                "MS-E02",
                "The example response spells SUCCESS as `SUCESS`.",
                "The table wins.",
            ),
        ],
    }
}

fn smh() -> ContractRecord {
    ContractRecord {
        api: "smh".to_owned(),
        revision: "2026-01".to_owned(),
        title: "Smart media hosting".to_owned(),
        checksum: "09be5d".repeat(10),
        operations: vec![operation(
            "batch-delete",
            "/api/v1/batch/{LibraryId}/{SpaceId}",
        )],
        requirements: vec![
            requirement(
                "HT-01",
                Level::Must,
                None,
                "A body that is shown as JSON is one JSON value in UTF-8.",
                &[],
            ),
            requirement(
                "SM-BD-06",
                Level::Must,
                Some("batch-delete"),
                "An item's `status` is one of the six documented ones.",
                &["SM-E01"],
            ),
            requirement(
                "SM-BD-09",
                Level::Must,
                Some("batch-delete"),
                "A body taken up for later answers an integer `taskId`.",
                &[],
            ),
            requirement(
                "SM-BD-10",
                Level::Must,
                Some("batch-delete"),
                "A queried task is `taskId`, `status` and `result`.",
                &[],
            ),
        ],
        errata: vec![erratum(
            "SM-E01",
            "The table says Integer, the example shows a string.",
            "Either reading is followed.",
        )],
    }
}

fn operation(id: &str, path: &str) -> OperationRecord {
    OperationRecord {
        id: id.to_owned(),
        method: "POST".to_owned(),
        path: path.to_owned(),
    }
}

fn requirement(
    id: &str,
    level: Level,
    operation: Option<&str>,
    statement: &str,
    errata: &[&str],
) -> Requirement {
    Requirement {
        id: id.to_owned(),
        level,
        operation: operation.map(str::to_owned),
        statement: statement.to_owned(),
        source: Source {
            document: format!("{}.txt", operation.unwrap_or("http")),
            section: "Table 6 | Results".to_owned(),
        },
        errata: errata.iter().map(|id| (*id).to_owned()).collect(),
        no_case: None,
    }
}

fn erratum(id: &str, statement: &str, reading: &str) -> ErratumRecord {
    ErratumRecord {
        id: id.to_owned(),
        statement: statement.to_owned(),
        reading: reading.to_owned(),
    }
}

/// A MUST that is missed and explained by an erratum, beside a SHOULD that is missed too.
fn failing() -> CaseRecord {
    let mut case = case(
        "metastudio/batch-action/documented/200",
        "A batch action with partial success",
    );
    case.verdict = Verdict::Fail;
    case.covers = ids(&["MS-BA-09", "MS-BA-10"]);
    case.exercised = ids(&["HT-01", "MS-BA-08", "MS-BA-09", "MS-BA-10"]);
    case.findings = vec![
        found(Finding {
            check: Check::ResponseSchemaConformance,
            requirement: Some("MS-BA-10".to_owned()),
            level: Level::Must,
            erratum: Some("MS-E02".to_owned()),
            message: Message::Response,
            location: Location::Body("/results/0/ret_status".to_owned()),
            expected: "one of \"SUCCESS\", \"FAILED\"".to_owned(),
            actual: "\"SUCESS\"".to_owned(),
        }),
        found(Finding {
            check: Check::ResponseHeadersConformance,
            requirement: Some("MS-BA-08".to_owned()),
            level: Level::Should,
            erratum: None,
            message: Message::Response,
            location: Location::Header("X-Request-Id".to_owned()),
            expected: "the header".to_owned(),
            actual: "no such header".to_owned(),
        }),
    ];
    case.steps = vec![step(
        "batch-action",
        r#"{"action":"DELETE","asset_ids":["a1","a2"]}"#,
        Some((
            200,
            r#"{"results":[{"ret_status":"SUCESS","asset_ids":["a1","a2"]}]}"#,
        )),
    )];
    case.states = ["a1", "a2"].map(state).to_vec();
    case.reproduction = Some(
        "#!/bin/sh\n# Seen by assetproof 0.1.0\nset -eu\ncurl http://127.0.0.1:8080/\n".to_owned(),
    );
    case
}

fn state(asset: &str) -> StateRecord {
    let members = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
    StateRecord {
        state: "asset exists".to_owned(),
        params: members(serde_json::json!({ "project_id": "p-7f3a" })),
        returned: members(serde_json::json!({ "asset_id": asset })),
    }
}

/// The same, in a scenario, and gone when it was run again.
fn flaky() -> CaseRecord {
    let mut case = CaseRecord {
        id: "metastudio/batch-action/scenario/twice".to_owned(),
        kind: CaseKind::Scenario,
        verdict: Verdict::Warning,
        retried: Some(Verdict::Pass),
        note: Some("told as the smallest one that fails".to_owned()),
        ..failing()
    };
    case.findings.truncate(1);
    case.findings[0].step = 1;
    let first = case.steps[0].clone();
    case.steps.push(first);
    case
}

/// The same again, and somebody has written down why.
fn known() -> CaseRecord {
    CaseRecord {
        id: "metastudio/batch-action/positive/known".to_owned(),
        kind: CaseKind::Positive,
        known: Some("the gateway's spelling, ticket `123`".to_owned()),
        ..failing()
    }
}

/// The same example as printed: it is only observed.
fn observing() -> CaseRecord {
    let mut case = case(
        "metastudio/batch-action/documented/200-verbatim",
        "The same request, byte for byte as printed",
    );
    case.counted = false;
    case.exercised = ids(&["HT-01", "MS-BA-05"]);
    case.findings = vec![found(Finding {
        check: Check::RequestSchemaConformance,
        requirement: Some("MS-BA-05".to_owned()),
        level: Level::Must,
        erratum: Some("MS-E01".to_owned()),
        message: Message::Request,
        location: Location::Body("/action".to_owned()),
        expected: "one of the seven actions".to_owned(),
        actual: "\"DETELTE\"".to_owned(),
    })];
    case.steps = vec![step(
        "batch-action",
        r#"{"action":"DETELTE"}"#,
        Some((
            400,
            r#"{"error_code":"MSS.00000003","error_msg":"parameters error"}"#,
        )),
    )];
    case
}

/// Every text that a target chooses is an attack, and the body is very long.
fn hostile() -> CaseRecord {
    let mut case = case("metastudio/batch-action/negative/hostile", HOSTILE);
    case.kind = CaseKind::Negative;
    case.verdict = Verdict::Fail;
    case.covers = ids(&["MS-BA-10"]);
    case.findings = vec![found(Finding {
        check: Check::StatusCodeConformance,
        requirement: Some("MS-BA-10".to_owned()),
        level: Level::Must,
        erratum: None,
        message: Message::Response,
        location: Location::Body(format!("/{HOSTILE}")),
        expected: HOSTILE.to_owned(),
        actual: HOSTILE.to_owned(),
    })];
    let mut step = step("batch-action", "{\"action\":", Some((418, HOSTILE)));
    if let Some(response) = &mut step.response {
        response
            .headers
            .push(("X-Evil".to_owned(), HOSTILE.to_owned()));
        response
            .body
            .text
            .push_str(&"0123456789abcdef\n".repeat(3000));
        response.body.length = 5_000_000;
        response.body.truncated = true;
    }
    let curl = format!("curl 'http://127.0.0.1:8080/' --data-raw '{HOSTILE}'");
    case.reproduction = Some(format!("#!/bin/sh\n# Seen by assetproof 0.1.0\n{curl}\n"));
    step.curl = Some(curl);
    case.steps = vec![step];
    case
}

fn warning() -> CaseRecord {
    let mut case = case(
        "metastudio/asset-summary/documented/200",
        "The summary of two assets",
    );
    "asset-summary".clone_into(&mut case.operation);
    case.verdict = Verdict::Warning;
    case.covers = ids(&["MS-AS-04"]);
    case.exercised = ids(&["HT-01", "MS-AS-04"]);
    case.findings = vec![found(Finding {
        check: Check::UnknownMember,
        requirement: None,
        level: Level::May,
        erratum: None,
        message: Message::Response,
        location: Location::Body("/asset_list/0/asset_nmae".to_owned()),
        expected: "a documented member".to_owned(),
        actual: "\"asset_nmae\"".to_owned(),
    })];
    case.steps = vec![step(
        "asset-summary",
        r#"{"asset_ids":["a1"]}"#,
        Some((
            200,
            r#"{"asset_list":[{"asset_id":"a1","asset_nmae":"x"}]}"#,
        )),
    )];
    case
}

fn passing() -> CaseRecord {
    let mut case = case(
        "metastudio/asset-summary/positive/one-id",
        "A summary of one asset",
    );
    "asset-summary".clone_into(&mut case.operation);
    case.kind = CaseKind::Positive;
    case.covers = ids(&["MS-AS-04"]);
    case.exercised = ids(&["HT-01", "MS-AS-04"]);
    case.steps = vec![step(
        "asset-summary",
        r#"{"asset_ids":["a1"]}"#,
        Some((200, r#"{"asset_list":[]}"#)),
    )];
    case
}

fn unreachable() -> CaseRecord {
    let mut case = smh_case(
        "smh/batch-delete/documented/later",
        "A deletion taken up for later",
    );
    case.verdict = Verdict::Error;
    case.reason = Some("the state callback answered 500".to_owned());
    case.covers = ids(&["SM-BD-09"]);
    case.exercised = ids(&["SM-BD-09"]);
    let mut step = step("batch-delete", "[]", None);
    step.failure = Some("connection closed before the response was complete".to_owned());
    case.steps = vec![step];
    case
}

fn skipped() -> CaseRecord {
    let mut case = smh_case(
        "smh/batch-delete/documented/task",
        "The task is queried to its end",
    );
    case.verdict = Verdict::Skipped;
    case.reason =
        Some("needs the state `batch deletes run`; the target has no state URL".to_owned());
    case.covers = ids(&["SM-BD-10"]);
    case
}

fn other_reading() -> CaseRecord {
    let mut case = smh_case(
        "smh/batch-delete/documented/at-once",
        "A deletion done at once",
    );
    case.covers = ids(&["SM-BD-06"]);
    case.exercised = ids(&["SM-BD-06"]);
    let reading = |index: usize| {
        found(Finding {
            check: Check::DocumentedReading,
            requirement: Some("SM-BD-06".to_owned()),
            level: Level::May,
            erratum: Some("SM-E01".to_owned()),
            message: Message::Response,
            location: Location::Body(format!("/result/{index}/status")),
            expected: "a documented reading".to_owned(),
            actual: "follows the example reading".to_owned(),
        })
    };
    case.findings = vec![reading(0), reading(1)];
    case.steps = vec![step(
        "batch-delete",
        r#"[{"path":"a"},{"path":"b"}]"#,
        Some((
            200,
            r#"{"result":[{"status":"200","path":["a"]},{"status":"200","path":["b"]}]}"#,
        )),
    )];
    case
}

fn smh_case(id: &str, title: &str) -> CaseRecord {
    CaseRecord {
        api: "smh".to_owned(),
        revision: "2026-01".to_owned(),
        operation: "batch-delete".to_owned(),
        ..case(id, title)
    }
}

pub(crate) fn case(id: &str, title: &str) -> CaseRecord {
    CaseRecord {
        id: id.to_owned(),
        api: "metastudio".to_owned(),
        revision: "2025-12".to_owned(),
        operation: "batch-action".to_owned(),
        kind: CaseKind::Documented,
        title: title.to_owned(),
        counted: true,
        level: Level::Must,
        due: None,
        covers: Vec::new(),
        exercised: Vec::new(),
        verdict: Verdict::Pass,
        reason: None,
        known: None,
        retried: None,
        findings: Vec::new(),
        states: Vec::new(),
        steps: Vec::new(),
        reproduction: None,
        note: None,
        duration_us: 3_210,
    }
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn found(finding: Finding) -> CaseFinding {
    CaseFinding { step: 0, finding }
}

pub(crate) fn step(operation: &str, body: &str, response: Option<(u16, &str)>) -> StepRecord {
    let url = format!("http://127.0.0.1:8080/v1/p-7f3a/{operation}");
    StepRecord {
        operation: operation.to_owned(),
        request: RequestRecord {
            method: "POST".to_owned(),
            url: url.clone(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Auth-Token".to_owned(), "***".to_owned()),
            ],
            body: whole(body),
        },
        response: response.map(|(status, body)| ResponseRecord {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: whole(body),
        }),
        failure: None,
        curl: Some(format!(
            "curl -X POST '{url}' -H 'Content-Type: application/json' -H \"X-Auth-Token: $ASSETPROOF_TOKEN\" --data-raw '{body}'"
        )),
        duration_us: 1_500,
    }
}

fn whole(text: &str) -> BodyRecord {
    BodyRecord {
        text: text.to_owned(),
        length: text.len(),
        truncated: false,
    }
}

//! The responses of a target kept as files and compared on the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use conformance::snapshot::{Comparison, DriftKind, SnapshotError, SnapshotStore, Taken};
use conformance::{Event, Options, Plan};
use fake_server::FakeServer;

use crate::servers::{http, json_answer};
use crate::{plan, plan_of, result_file, run_with, target};

/// What a run of the plan against that address takes.
async fn taken(plan: &Plan, uri: &str) -> Vec<Taken> {
    let taken = Mutex::new(Vec::new());
    let keep = |event: Event<'_>| {
        if let Event::CaseEnded {
            record, snapshot, ..
        } = event
        {
            let mut taken = taken.lock().expect("nothing panics");
            taken.extend(Taken::of(record, snapshot));
        }
    };
    let (target, options) = (target(uri), Options::default());
    let run = run_with(plan, &target, &options, keep).await;
    run.expect("a run");
    taken.into_inner().expect("nothing panics")
}

fn folder() -> PathBuf {
    let folder = result_file().with_extension("snapshots");
    let _gone = fs::remove_dir_all(&folder);
    folder
}

/// The names of the files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().expect("a file").to_string_lossy();
                names.push(name.into_owned());
            }
        }
    }
    names.sort();
    names
}

fn compare(folder: &Path, taken: &[Taken], plan: &Plan, accept: bool) -> Comparison {
    SnapshotStore::new(folder)
        .compare(taken.to_vec(), plan, accept)
        .expect("files that can be written")
}

#[tokio::test]
async fn a_first_run_has_news_and_the_next_one_is_the_same() {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let plan = plan(&["smh/**/documented/**"]);
    let (first, second) = (
        taken(&plan, &fake.uri()).await,
        taken(&plan, &fake.uri()).await,
    );
    let folder = folder();

    let news = compare(&folder, &first, &plan, false);
    assert!(news.has_drifted());
    assert_eq!(news.drifts.len(), plan.cases.len());
    assert!(news.drifts.iter().all(|drift| drift.kind == DriftKind::New));
    assert!(
        files(&folder)
            .iter()
            .all(|name| name.ends_with(".snap.new"))
    );

    let accepted = compare(&folder, &first, &plan, true);
    assert!(!accepted.has_drifted());
    assert!(files(&folder).iter().all(|name| !name.contains(".snap.")));
    assert_eq!(files(&folder).len(), plan.cases.len());

    let again = compare(&folder, &second, &plan, false);
    assert_eq!(
        (again.same, again.drifts.len()),
        (plan.cases.len(), 0),
        "{again:#?}"
    );
}

#[tokio::test]
async fn a_change_is_shown_and_goes_when_it_is_gone() {
    let plan = plan(&["metastudio/batch-action/documented/400"]);
    let answer = |message: &'static str| {
        http(move |_| {
            let body = serde_json::json!({ "error_code": "MSS.1", "error_msg": message });
            json_answer(400, &body)
        })
    };
    let before = taken(&plan, &answer("no").await).await;
    let after = taken(&plan, &answer("not at all").await).await;
    let folder = folder();
    compare(&folder, &before, &plan, true);

    let changed = compare(&folder, &after, &plan, false);
    assert!(changed.has_drifted());
    let drift = &changed.drifts[0];
    assert_eq!(drift.kind, DriftKind::Changed);
    assert!(
        drift.diff.contains("-  \"error_msg\": \"no\""),
        "{}",
        drift.diff
    );
    assert!(drift.diff.contains("+  \"error_msg\": \"not at all\""));
    assert_eq!(files(&folder).len(), 2, "the old one stays");

    assert!(!compare(&folder, &before, &plan, false).has_drifted());
    assert_eq!(files(&folder).len(), 1, "nothing is left to review");
}

#[tokio::test]
async fn a_case_without_a_response_is_no_change() {
    let plan = plan(&["metastudio/batch-action/documented/400"]);
    let uri = http(|_| json_answer(400, &serde_json::json!({}))).await;
    let folder = folder();
    compare(&folder, &taken(&plan, &uri).await, &plan, true);
    let none = compare(&folder, &[], &plan, true);
    assert_eq!((none.unseen, none.same, none.drifts.len()), (1, 0, 0));
    assert_eq!(files(&folder).len(), 1, "it is not removed");
}

#[tokio::test]
async fn a_snapshot_without_a_case_is_told_and_removed_on_request_only() {
    let plan = plan(&["smh/batch-delete/documented/**"]);
    let folder = folder();
    let of = |contract: &str, name: &str| {
        let folder = folder.join(contract);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), "---\n---\n").expect("a file");
        folder.join(name)
    };
    let stale = of("smh/2026-01", "batch-delete__documented__gone.snap");
    let path = of("smh/2026-01", "task__documented__all-done.snap");
    assert!(
        path.exists(),
        "a case that is there, though this plan may not select it"
    );
    of("metastudio/2025-12", "another-contract.snap");
    assert_eq!(
        compare(&folder, &[], &plan, false).stale,
        std::slice::from_ref(&stale)
    );
    assert!(stale.exists());
    compare(&folder, &[], &plan, true);
    assert_eq!(
        files(&folder),
        ["another-contract.snap", "task__documented__all-done.snap"]
    );
}

#[tokio::test]
async fn two_revisions_keep_their_own() {
    let folder = folder();
    let uri = http(|_| json_answer(403, &serde_json::json!({}))).await;
    let id = "roma/assets-delete/documented/200";
    for revision in ["2022-12", "2025-10"] {
        let plan = plan_of(revision, &[id]);
        let taken = taken(&plan, &uri).await;
        assert_eq!(taken.len(), 1, "a case of that id");
        assert_eq!(compare(&folder, &taken, &plan, true).drifts.len(), 1);
    }
    assert_eq!(files(&folder).len(), 2);
}

#[tokio::test]
async fn what_is_no_snapshot_is_an_error_with_the_way_out() {
    let plan = plan(&["metastudio/batch-action/documented/400"]);
    let uri = http(|_| json_answer(400, &serde_json::json!({}))).await;
    let taken = taken(&plan, &uri).await;
    let folder = folder();
    compare(&folder, &taken, &plan, true);
    let path = folder.join("metastudio/2025-12/batch-action__documented__400.snap");
    fs::write(&path, "<<<<<<< ours\n").expect("a file");
    let error = SnapshotStore::new(&folder)
        .compare(taken, &plan, false)
        .expect_err("it is none");
    assert!(matches!(error, SnapshotError::NoSnapshot { .. }), "{error}");
    assert!(error.to_string().contains("--accept"), "{error}");
}

#[tokio::test]
async fn insta_reads_what_is_written() {
    let plan = plan(&["metastudio/batch-action/documented/400"]);
    let uri = http(|_| json_answer(400, &serde_json::json!({ "error_code": "---" }))).await;
    let taken = taken(&plan, &uri).await;
    let folder = folder();
    compare(&folder, &taken, &plan, true);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.join("metastudio/2025-12"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::assert_snapshot!("batch-action__documented__400", taken[0].text);
    });
    assert_eq!(files(&folder).len(), 1, "insta found nothing to review");
}

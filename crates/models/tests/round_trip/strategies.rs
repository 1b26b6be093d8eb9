//! Every value that a model can hold, one strategy a type.
//!
//! The fields are named one by one, without `..`, so that a new one cannot be forgotten here.

use models::metastudio::asset_summary::{self, AssetState, AssetType, DigitalAssetSummary};
use models::metastudio::batch_action::{self, Action, AssetActionResult, RetStatus};
use models::metastudio::{self};
use models::roma::asset_job::{AssetJob, JobReason, JobStatus, Progress, Time};
use models::roma::assets_delete::{MAX_ENTRIES, r2022_12, r2025_10};
use models::smh::batch_delete::{self, Deletion, Done, ItemCode, ItemResult, Later};
use models::smh::task::{Task, TaskCode};
use models::smh::{Code, Reading};
use models::{Extra, Integer, List, Text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generator::{self, any_float, any_integer, text, whole_float};

fn extra(documented: &[&str]) -> BoxedStrategy<Extra> {
    generator::extra(documented.iter().map(|name| (*name).to_owned()).collect())
}

fn string() -> BoxedStrategy<String> {
    text(0, 12)
}

fn maybe<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
    option::of(strategy)
}

fn list<T, S>(element: S) -> impl Strategy<Value = List<T, MAX_ENTRIES>>
where
    T: std::fmt::Debug,
    S: Strategy<Value = T> + Clone,
{
    prop_oneof![8 => vec(element.clone(), 0..=3), 1 => vec(element, MAX_ENTRIES)]
        .prop_map(|elements| List::new(elements).expect("not too many"))
}

fn text_128() -> impl Strategy<Value = r2022_12::Text128> {
    prop_oneof![4 => text(1, 12), 1 => text(128, 128)]
        .prop_map(|text| Text::new(text).expect("neither too short nor too long"))
}

fn integer() -> impl Strategy<Value = Integer> {
    prop_oneof![any_integer(), whole_float()]
        .prop_map(|number| Integer::try_from(number).expect("it is whole"))
}

fn reading<C: Code + std::fmt::Debug>() -> impl Strategy<Value = Reading<C>> {
    (select(C::ALL), any::<bool>()).prop_map(|(code, number)| {
        if number {
            Reading::Number(code)
        } else {
            Reading::Text(code)
        }
    })
}

pub(crate) fn metastudio_error() -> impl Strategy<Value = metastudio::ErrorBody> + Clone {
    (string(), string(), extra(&["error_code", "error_msg"])).prop_map(
        |(error_code, error_msg, extra)| metastudio::ErrorBody {
            error_code,
            error_msg,
            extra,
        },
    )
}

pub(crate) fn batch_action_request() -> impl Strategy<Value = batch_action::Request> {
    let extra = extra(&["action", "asset_ids", "params"]);
    (
        select(Action::ALL),
        vec(string(), 0..4),
        maybe(string()),
        extra,
    )
        .prop_map(|(action, asset_ids, params, extra)| batch_action::Request {
            action,
            asset_ids,
            params,
            extra,
        })
}

pub(crate) fn batch_action_response() -> impl Strategy<Value = batch_action::Response> {
    let result = (
        select(RetStatus::ALL),
        vec(string(), 0..4),
        maybe(metastudio_error()),
        extra(&["ret_status", "asset_ids", "error_info"]),
    )
        .prop_map(
            |(ret_status, asset_ids, error_info, extra)| AssetActionResult {
                ret_status,
                asset_ids,
                error_info,
                extra,
            },
        );
    (vec(result, 0..4), extra(&["results"]))
        .prop_map(|(results, extra)| batch_action::Response { results, extra })
}

pub(crate) fn asset_summary_request() -> impl Strategy<Value = asset_summary::Request> {
    (vec(string(), 0..4), extra(&["asset_ids"]))
        .prop_map(|(asset_ids, extra)| asset_summary::Request { asset_ids, extra })
}

pub(crate) fn asset_summary_response() -> impl Strategy<Value = asset_summary::Response> {
    let summary = (
        string(),
        maybe(string()),
        maybe(select(AssetState::ALL)),
        maybe(select(AssetType::ALL)),
        maybe(string()),
        maybe(string()),
        maybe(string()),
        extra(&[
            "asset_id",
            "asset_name",
            "asset_state",
            "asset_type",
            "block_reason_code",
            "cover_url",
            "thumbnail_url",
        ]),
    )
        .prop_map(
            |(asset_id, asset_name, asset_state, asset_type, block, cover, thumbnail, extra)| {
                DigitalAssetSummary {
                    asset_id,
                    asset_name,
                    asset_state,
                    asset_type,
                    block_reason_code: block,
                    cover_url: cover,
                    thumbnail_url: thumbnail,
                    extra,
                }
            },
        );
    (vec(summary, 0..4), extra(&["asset_list"]))
        .prop_map(|(asset_list, extra)| asset_summary::Response { asset_list, extra })
}

pub(crate) fn r2022_12_request() -> impl Strategy<Value = r2022_12::Request> {
    let apps = prop_oneof![
        string().prop_map(r2022_12::Apps::One),
        list(string()).prop_map(r2022_12::Apps::Many),
    ];
    let task = (maybe(string()), extra(&["task_id"]))
        .prop_map(|(task_id, extra)| r2022_12::Task { task_id, extra })
        .boxed();
    (apps, maybe(list(task)), extra(&["apps", "tasks"]))
        .prop_map(|(apps, tasks, extra)| r2022_12::Request { apps, tasks, extra })
}

pub(crate) fn r2022_12_response() -> impl Strategy<Value = r2022_12::Response> {
    (text_128(), extra(&["job_id"]))
        .prop_map(|(job_id, extra)| r2022_12::Response { job_id, extra })
}

const ROMA_ERROR: &[&str] = &["error_code", "error_msg", "error_details", "request_id"];

pub(crate) fn r2022_12_error() -> impl Strategy<Value = r2022_12::ErrorBody> {
    (
        text_128(),
        text_128(),
        maybe(text_128()),
        maybe(text_128()),
        extra(ROMA_ERROR),
    )
        .prop_map(
            |(error_code, error_msg, error_details, request_id, extra)| r2022_12::ErrorBody {
                error_code,
                error_msg,
                error_details,
                request_id,
                extra,
            },
        )
}

pub(crate) fn r2025_10_request() -> impl Strategy<Value = r2025_10::Request> {
    let entry = (maybe(string()), extra(&["id"]))
        .prop_map(|(id, extra)| r2025_10::Entry { id, extra })
        .boxed();
    (list(entry.clone()), list(entry), extra(&["apps", "tasks"]))
        .prop_map(|(apps, tasks, extra)| r2025_10::Request { apps, tasks, extra })
}

pub(crate) fn r2025_10_response() -> impl Strategy<Value = r2025_10::Response> {
    (string(), extra(&["job_id"])).prop_map(|(job_id, extra)| r2025_10::Response { job_id, extra })
}

pub(crate) fn r2025_10_error() -> impl Strategy<Value = r2025_10::ErrorBody> {
    (
        string(),
        string(),
        maybe(string()),
        maybe(string()),
        extra(ROMA_ERROR),
    )
        .prop_map(
            |(error_code, error_msg, error_details, request_id, extra)| r2025_10::ErrorBody {
                error_code,
                error_msg,
                error_details,
                request_id,
                extra,
            },
        )
}

pub(crate) fn r2022_12_job() -> impl Strategy<Value = AssetJob> {
    let numbers = prop_oneof![any_integer(), any_float()].prop_map(Time::Number);
    asset_job(prop_oneof![numbers, string().prop_map(Time::Iso)].boxed())
}

/// Without what this revision does not document.
pub(crate) fn r2025_10_job() -> impl Strategy<Value = AssetJob> {
    asset_job(string().prop_map(Time::Iso).boxed()).prop_map(|mut job| {
        job.reasons = None;
        job
    })
}

fn asset_job(time: BoxedStrategy<Time>) -> impl Strategy<Value = AssetJob> {
    let reason = (
        maybe(string()),
        maybe(string()),
        maybe(string()),
        maybe(string()),
        extra(&["resource_type", "resource_name", "error_code", "error_msg"]),
    )
        .prop_map(
            |(resource_type, resource_name, error_code, error_msg, extra)| JobReason {
                resource_type,
                resource_name,
                error_code,
                error_msg,
                extra,
            },
        )
        .boxed();
    let progress =
        (0.0..=1.0).prop_map(|share: f64| Progress::try_from(share).expect("a share of 1"));
    let members = extra(&[
        "id",
        "type",
        "status",
        "progress_percent",
        "archive_id",
        "begin_time",
        "end_time",
        "reason",
        "reasons",
    ]);
    (
        (
            maybe(string()),
            maybe(string()),
            maybe(select(JobStatus::ALL)),
            maybe(progress),
        ),
        (maybe(string()), maybe(time.clone()), maybe(time)),
        (
            maybe(vec(reason.clone(), 0..3)),
            maybe(vec(reason, 0..3)),
            members,
        ),
    )
        .prop_map(
            |(
                (id, kind, status, progress_percent),
                (archive_id, begin_time, end_time),
                (reason, reasons, extra),
            )| AssetJob {
                id,
                kind,
                status,
                progress_percent,
                archive_id,
                begin_time,
                end_time,
                reason,
                reasons,
                extra,
            },
        )
}

pub(crate) fn batch_delete_request() -> impl Strategy<Value = batch_delete::Request> {
    let deletion = (
        string(),
        maybe(any::<bool>()),
        extra(&["path", "permanent"]),
    )
        .prop_map(|(path, permanent, extra)| Deletion {
            path,
            permanent,
            extra,
        });
    vec(deletion, 0..4)
}

fn item_result() -> impl Strategy<Value = ItemResult> {
    (
        reading::<ItemCode>(),
        maybe(integer()),
        vec(string(), 0..4),
        extra(&["status", "recycledItemId", "path"]),
    )
        .prop_map(|(status, recycled_item_id, path, extra)| ItemResult {
            status,
            recycled_item_id,
            path,
            extra,
        })
}

pub(crate) fn batch_delete_response() -> impl Strategy<Value = batch_delete::Response> {
    let both = || extra(&["result", "taskId"]);
    prop_oneof![
        (vec(item_result(), 0..4), maybe(integer()), both()).prop_map(
            |(result, task_id, extra)| Done {
                result,
                task_id,
                extra
            }
            .into()
        ),
        (integer(), both()).prop_map(|(task_id, extra)| Later { task_id, extra }.into()),
    ]
}

pub(crate) fn task_response() -> impl Strategy<Value = Vec<Task>> {
    let task = (
        integer(),
        reading::<TaskCode>(),
        maybe(vec(item_result(), 0..3)),
        extra(&["taskId", "status", "result"]),
    )
        .prop_map(|(task_id, status, result, extra)| Task {
            task_id,
            status,
            result,
            extra,
        });
    vec(task, 0..3)
}

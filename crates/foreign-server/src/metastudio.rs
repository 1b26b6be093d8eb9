//! metastudio, revision 2025-12: `batch-action` and `asset-summary`.
//!
//! Free choices: one result for each asset, in reverse order; an id given twice is answered once;
//! DELETE leaves an asset DELETING until it is restored, deleted again (DELETED) or by force
//! (gone); an action that would change nothing succeeds; a frozen asset is not listed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::Summaries;
use crate::asset_life::{Action, Fate, Refusal, State, fate};
use crate::http::{Call, Reply};
use crate::ids::Ids;
use crate::json::{Malformed, Object};
use crate::signature;
use crate::world::World;

/// The types of assets.
const ASSET_TYPES: [&str; 9] = [
    "VOICE_MODEL",
    "VIDEO",
    "IMAGE",
    "PPT",
    "MUSIC",
    "AUDIO",
    "COMMON_FILE",
    "HUMAN_MODEL_2D",
    "BUSINESS_CARD_TEMPLATE",
];

/// `error_code` of a request that is not authenticated.
const UNAUTHENTICATED: &str = "MSS.00000001";
/// `error_code` of a malformed `asset-summary`.
const INVALID_PARAMETER: &str = "MSS.00000003";
/// `error_code` of a 500.
const INTERNAL: &str = "MSS.00000004";
/// `error_code` of a malformed `batch-action`, for which its document names none.
const INVALID_BATCH: &str = "MSS.00070001";

/// What belongs to one project: its assets by id.
#[derive(Debug, Default)]
pub(crate) struct Project {
    assets: BTreeMap<String, Asset>,
}

#[derive(Debug)]
struct Asset {
    name: String,
    kind: String,
    state: State,
}

impl Project {
    /// Makes an asset, or says what is wrong with its type.
    pub(crate) fn create(
        &mut self,
        ids: &mut Ids,
        state: State,
        kind: &str,
        name: &str,
    ) -> Result<String, Malformed> {
        if !ASSET_TYPES.contains(&kind) {
            return Err(Malformed(
                "asset_type is none of the listed ones".to_owned(),
            ));
        }
        let id = ids.asset();
        let asset = Asset {
            name: name.to_owned(),
            kind: kind.to_owned(),
            state,
        };
        self.assets.insert(id.clone(), asset);
        Ok(id)
    }

    /// Does something to an asset.
    fn act(&mut self, action: Action, id: &str) -> Result<(), Refusal> {
        let asset = self.assets.get_mut(id).ok_or(Refusal::UNKNOWN)?;
        match fate(action, asset.state)? {
            Fate::Becomes(state) => asset.state = state,
            Fate::Vanishes => {
                self.assets.remove(id);
            }
        }
        Ok(())
    }
}

/// POST `/v1/{project_id}/digital-assets/batch-action`.
pub(crate) fn batch_action(world: &mut World, project: &str, call: &Call) -> Reply {
    if let Err(reply) = authenticate(world, call) {
        return reply;
    }
    let (action, asset_ids) = match read_batch(project, call) {
        Ok(batch) => batch,
        Err(Malformed(reason)) => return error(400, INVALID_BATCH, &reason),
    };
    let extra_members = world.options.extra_members;
    let project = world.metastudio.entry(project.to_owned()).or_default();
    let mut results: Vec<Value> = Vec::new();
    for id in once(&asset_ids) {
        let mut result = match project.act(action, id) {
            Ok(()) => json!({"ret_status": "SUCCESS", "asset_ids": [id]}),
            Err(refusal) => json!({
                "ret_status": "FAILED",
                "asset_ids": [id],
                "error_info": {"error_code": refusal.code, "error_msg": refusal.reason},
            }),
        };
        if extra_members {
            result["handled_by"] = json!({"node": "foreign", "attempts": 1});
        }
        results.push(result);
    }
    results.reverse();
    Reply::json(200, json!({"results": results}))
}

fn read_batch(project: &str, call: &Call) -> Result<(Action, Vec<String>), Malformed> {
    check_common(project, call)?;
    let body = call.json()?;
    let body = Object::of("the body", &body)?;
    let action = Action::named(body.string("action")?)
        .ok_or_else(|| Malformed("action is none of the listed ones".to_owned()))?;
    body.optional_string("params")?;
    Ok((action, owned(&body.strings("asset_ids")?)))
}

/// POST `/v1/{project_id}/digital-assets/summarys`.
pub(crate) fn summary(world: &mut World, project: &str, call: &Call) -> Reply {
    if let Err(reply) = authenticate(world, call) {
        return reply;
    }
    let asset_ids = match read_summary(project, call) {
        Ok(asset_ids) => asset_ids,
        Err(Malformed(reason)) => return error(400, INVALID_PARAMETER, &reason),
    };
    let options = &world.options;
    let project = world.metastudio.get(project);
    let mut list: Vec<Value> = Vec::new();
    for id in once(&asset_ids) {
        let Some(asset) = project.and_then(|project| project.assets.get(id)) else {
            continue;
        };
        if asset.state == State::Block {
            continue;
        }
        // What the document's table lists and its example does not show is left out.
        let mut summary = json!({"asset_id": id});
        if options.summaries != Summaries::OnlyIds {
            summary["asset_state"] = json!(asset.state.name());
            summary["asset_type"] = json!(asset.kind);
            summary["asset_name"] = json!(asset.name);
        }
        if options.summaries == Summaries::AsShown {
            // "Path of the cover image": a path, and no whole URL.
            summary["cover_url"] = json!(format!("covers/{id}.png"));
        }
        if options.extra_members {
            summary["labels"] = json!([]);
        }
        list.push(summary);
    }
    list.reverse();
    Reply::json(200, json!({"asset_list": list}))
}

fn read_summary(project: &str, call: &Call) -> Result<Vec<String>, Malformed> {
    check_common(project, call)?;
    let body = call.json()?;
    let asset_ids = Object::of("the body", &body)?.strings("asset_ids")?;
    Ok(owned(&asset_ids))
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

/// The ids in the order in which they are first named.
fn once(ids: &[String]) -> impl Iterator<Item = &str> {
    let mut seen = BTreeSet::new();
    ids.iter()
        .map(String::as_str)
        .filter(move |&id| seen.insert(id))
}

/// What both operations ask of a request's head (MS-BA-01, MS-BA-04).
fn check_common(project: &str, call: &Call) -> Result<(), Malformed> {
    if project.is_empty() {
        return Err(Malformed("project_id is empty".to_owned()));
    }
    // Bytes that are not UTF-8 cannot be told to be Chinese, and are let pass.
    let chinese = |value: &[u8]| String::from_utf8_lossy(value).chars().any(is_han);
    if call.headers("x-app-userid").any(chinese) {
        return Err(Malformed(
            "X-App-UserId holds Chinese characters".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a character is of the Han script (Unicode's `Scripts.txt`; planes 2 and 3 are its own).
fn is_han(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{2FD5}' | '々' | '〇' | '〡'..='〩' | '〸'..='〻'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAD9}'
        | '\u{16FE2}'..='\u{16FF6}' | '\u{20000}'..='\u{3FFFF}')
}

/// MS-BA-02: a token, or a signature. A token that is valid is enough, whatever stands beside it.
fn authenticate(world: &World, call: &Call) -> Result<(), Reply> {
    if call.has_header("x-auth-token", &world.options.token) {
        return Ok(());
    }
    if signature::is_signed(call, &world.options.key_pair) {
        return Ok(());
    }
    let reason = "Neither a valid X-Auth-Token nor a valid signature is given.";
    Err(error(400, UNAUTHENTICATED, reason))
}

/// A failure that does not follow from the operation: a wrong method, or one that was set up.
pub(crate) fn failure(status: u16, reason: &str) -> Reply {
    if status == 500 {
        return error(500, INTERNAL, reason);
    }
    error(status, &format!("MSS.{status:08}"), reason)
}

fn error(status: u16, code: &str, reason: &str) -> Reply {
    Reply::json(status, json!({"error_code": code, "error_msg": reason}))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("用户", true)]
    #[case("user-々", true)]
    #[case("𠀀", true)]
    #[case("ユーザー、。", false)]
    #[case("Größe 1", false)]
    fn han_is_told_from_other_scripts(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(text.chars().any(is_han), expected);
    }
}

//! A server of the invented API, written from its contract by hand: it judges requests without the
//! validator, and has each of several faults on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// The accepted credentials.
pub(crate) const KEY: &str = "lamp-key-0815";
pub(crate) const ACCESS: &str = "lamp-access-4711";

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    TakesAThirteenthLamp,
    ReadsNumbersFromTexts,
    NeedsNoMode,
    AsksNobodyWhoTheyAre,
    TakesAnyKeyOfTheRightStart,
    IgnoresTheCaseOfModes,
    TrimsModes,
    TakesBrokenJson,
    RefusesAFullHouse,
    RefusesOff,
    RefusesAScene,
    RefusesARoom,
    TakesAnyRoom,
    DropsALamp,
    TakesALongHouse,
    RefusesALongHouse,
    ReadsNoEscapes,
    LetsTheTenthOfASecondPass,
    AnswersMalformedWith500,
    TellsOfLampsToAnybody,
}

#[derive(Debug, Default)]
struct World {
    made: usize,
    modes: BTreeMap<String, String>,
}

/// Serves with that fault at a free port, for as long as the runtime lives. Returns the base URL;
/// states are set up at `/_states`.
pub(crate) async fn serve(fault: Fault) -> String {
    let world = Arc::new(Mutex::new(World::default()));
    let router = Router::new().fallback(move |request: Request| {
        let world = Arc::clone(&world);
        async move {
            let (head, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await;
            let bytes = bytes.unwrap_or_default();
            let mut world = world.lock().expect("no test panics with it");
            let query: Vec<(String, Option<String>)> = head
                .uri
                .query()
                .unwrap_or_default()
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| match pair.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(decoded(value))),
                    None => (pair.to_owned(), None),
                })
                .collect();
            let asked = Asked {
                fault,
                method: head.method.as_str(),
                path: head.uri.path().split('/').skip(1).map(decoded).collect(),
                query,
                headers: &head.headers,
                body: &bytes,
            };
            let (status, answer) = asked.answer(&mut world);
            Response::builder()
                .status(status)
                .header("content-type", "application/json")
                .body(Body::from(answer.to_string()))
                .expect("a response")
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What is wrong with a request.
struct Malformed;

struct Asked<'r> {
    fault: Fault,
    method: &'r str,
    path: Vec<String>,
    query: Vec<(String, Option<String>)>,
    headers: &'r HeaderMap,
    body: &'r [u8],
}

impl Asked<'_> {
    fn answer(&self, world: &mut World) -> (u16, Value) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match (self.method, path.as_slice()) {
            ("POST", ["_states"]) => self.set_up(world),
            ("POST", ["v1", house, "lamps", "switch"]) => self.switch(world, house),
            ("GET", ["v1", _, "lamps", lamp]) => self.lamp(world, lamp),
            _ => (404, json!({"error_code": "LAMPS.9"})),
        }
    }

    fn set_up(&self, world: &mut World) -> (u16, Value) {
        let asked: Value = serde_json::from_slice(self.body).unwrap_or_default();
        if asked["action"] != "setup" {
            return (200, json!({}));
        }
        world.made += 1;
        let id = format!("lamp-{}", world.made);
        world.modes.insert(id.clone(), "off".to_owned());
        (200, json!({ "lamp_id": id }))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_deref().unwrap_or_default())
    }

    fn is_known(&self) -> bool {
        let key = self
            .headers
            .get("x-lamp-key")
            .and_then(|key| key.to_str().ok());
        match self.fault {
            Fault::AsksNobodyWhoTheyAre => true,
            Fault::TakesAnyKeyOfTheRightStart => key.is_some_and(|key| key.starts_with(&KEY[..8])),
            _ => key == Some(KEY) || self.value("access") == Some(ACCESS),
        }
    }

    fn lamp(&self, world: &World, lamp: &str) -> (u16, Value) {
        if !self.is_known() && self.fault != Fault::TellsOfLampsToAnybody {
            return (401, json!({"error_code": "LAMPS.1"}));
        }
        match world.modes.get(lamp) {
            Some(mode) => (200, json!({ "mode": mode })),
            None => (404, json!({"error_code": "LAMPS.3"})),
        }
    }

    fn switch(&self, world: &mut World, house: &str) -> (u16, Value) {
        if !self.is_known() {
            return (401, json!({"error_code": "LAMPS.1"}));
        }
        let read = self.read(house);
        let Ok((mode, lamps)) = read else {
            let status = if self.fault == Fault::AnswersMalformedWith500 {
                500
            } else {
                400
            };
            return (status, json!({"error_code": "LAMPS.2"}));
        };
        let mut switched = Vec::new();
        for lamp in lamps {
            world.modes.insert(lamp.clone(), mode.clone());
            switched.push(lamp);
        }
        switched.dedup();
        if self.fault == Fault::DropsALamp && switched.len() > 10 {
            switched.pop();
        }
        (200, json!({ "switched": switched }))
    }

    fn read(&self, house: &str) -> Result<(String, Vec<String>), Malformed> {
        let length = house.chars().count();
        let (least, most) = match self.fault {
            Fault::TakesALongHouse => (3, 100),
            Fault::RefusesALongHouse => (3, 32),
            _ => (3, 40),
        };
        check((least..=most).contains(&length))?;
        self.parameters()?;
        let text = if self.fault == Fault::ReadsNoEscapes {
            check(!self.body.windows(2).any(|pair| pair == b"\\u"))?;
            self.body
        } else {
            self.body
        };
        let body = match serde_json::from_slice(text) {
            Ok(Value::Object(members)) => members,
            // A reader that closes what is left open.
            Err(error) if error.is_eof() && self.fault == Fault::TakesBrokenJson => {
                let closed = [text, b"}"].concat();
                serde_json::from_slice(&closed).map_err(|_| Malformed)?
            }
            _ => return Err(Malformed),
        };
        self.members(&body)
    }

    fn parameters(&self) -> Result<(), Malformed> {
        let named = |name: &str| self.headers.get(name);
        if self.fault == Fault::RefusesARoom {
            check(named("x-room").is_none())?;
        }
        if let Some(room) = named("x-room").filter(|_| self.fault != Fault::TakesAnyRoom) {
            let room = room.to_str().map_err(|_| Malformed)?;
            let part =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
            check(room.split('-').all(part))?;
        }
        if let Some(seconds) = self.value("seconds") {
            let whole = seconds.split_once('.').map(|(whole, _)| whole);
            let read = match whole {
                Some(whole) if self.fault == Fault::LetsTheTenthOfASecondPass => whole,
                _ => seconds,
            };
            let seconds: i64 = read.parse().map_err(|_| Malformed)?;
            check((0..=3600).contains(&seconds))?;
        }
        Ok(())
    }

    fn members(&self, body: &Map<String, Value>) -> Result<(String, Vec<String>), Malformed> {
        let mode = match body.get("mode") {
            Some(Value::String(mode)) => mode.clone(),
            None if self.fault == Fault::NeedsNoMode => "on".to_owned(),
            _ => return Err(Malformed),
        };
        let mode = match self.fault {
            Fault::IgnoresTheCaseOfModes => mode.to_lowercase(),
            Fault::TrimsModes => mode.trim().to_owned(),
            _ => mode,
        };
        check(matches!(mode.as_str(), "on" | "off" | "dim"))?;
        check(!(self.fault == Fault::RefusesOff && mode == "off"))?;
        let lamps = body
            .get("lamps")
            .and_then(Value::as_array)
            .ok_or(Malformed)?;
        let most = match self.fault {
            Fault::TakesAThirteenthLamp => 13,
            Fault::RefusesAFullHouse => 11,
            _ => 12,
        };
        check((1..=most).contains(&lamps.len()))?;
        let ids = lamps
            .iter()
            .map(|lamp| self.lamp_of(lamp))
            .collect::<Result<_, _>>()?;
        if let Some(scene) = body.get("scene") {
            check(self.fault != Fault::RefusesAScene)?;
            scene_of(scene)?;
        }
        if let Some(tags) = body.get("tags") {
            check(
                tags.as_array()
                    .is_some_and(|tags| tags.iter().all(Value::is_string)),
            )?;
        }
        check(body.get("urgent").is_none_or(Value::is_boolean))?;
        Ok((mode, ids))
    }

    fn lamp_of(&self, lamp: &Value) -> Result<String, Malformed> {
        check(lamp.is_object())?;
        if let Some(brightness) = lamp.get("brightness") {
            let brightness = match brightness {
                Value::String(text) if self.fault == Fault::ReadsNumbersFromTexts => {
                    text.parse().map_err(|_| Malformed)?
                }
                other => other.as_i64().ok_or(Malformed)?,
            };
            check((0..=100).contains(&brightness))?;
        }
        let id = lamp.get("id").and_then(Value::as_str).ok_or(Malformed)?;
        Ok(id.to_owned())
    }
}

fn scene_of(scene: &Value) -> Result<(), Malformed> {
    check(scene.is_object())?;
    if let Some(label) = scene.get("label") {
        let length = label.as_str().ok_or(Malformed)?.chars().count();
        check((2..=20).contains(&length))?;
    }
    match scene.get("colour") {
        None => {}
        Some(Value::String(colour)) => {
            let digits = colour.strip_prefix('#').ok_or(Malformed)?;
            let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
            check(digits.len() == 6 && digits.bytes().all(digit))?;
        }
        Some(Value::Array(parts)) => {
            check(parts.len() == 3 && parts.iter().all(Value::is_i64))?;
        }
        Some(_) => return Err(Malformed),
    }
    if let Some(fade) = scene.get("fade") {
        let speed = fade.get("speed").and_then(Value::as_f64).ok_or(Malformed)?;
        check(speed > 0.0)?;
    }
    Ok(())
}

fn check(holds: bool) -> Result<(), Malformed> {
    if holds { Ok(()) } else { Err(Malformed) }
}

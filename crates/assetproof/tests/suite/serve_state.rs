//! `assetproof serve --state FILE`: what was answered is in the file, and comes back from it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use rstest::rstest;
use serde_json::Value;

use crate::program::{Serving, assetproof, folder, run};
use crate::serve::post;

fn start(file: &Path) -> Serving {
    Serving::start(&["--state", file.to_str().expect("a plain path")])
}

fn set_up(project: usize, asset: &str) -> String {
    format!(
        r#"{{"state":"asset exists","action":"setup","params":{{"project_id":"p{project}","asset_id":"{asset}"}}}}"#
    )
}

/// Sets assets up one after another on one connection, and returns those that were answered; ends
/// with the connection.
fn load(base: &str, project: usize, mut answered: impl FnMut()) -> Vec<String> {
    let mut assets = Vec::new();
    let address = base.strip_prefix("http://").expect("an http address");
    let Ok(mut stream) = TcpStream::connect(address) else {
        return assets;
    };
    let mut reading = BufReader::new(stream.try_clone().expect("a second handle"));
    for count in 0.. {
        let asset = format!("asset-{project}-{count}");
        let body = set_up(project, &asset);
        let length = body.len();
        let request =
            format!("POST /_states HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}");
        if stream.write_all(request.as_bytes()).is_err() || !is_answered(&mut reading) {
            break;
        }
        assets.push(asset);
        answered();
    }
    assets
}

/// Reads one response; false when the connection ends before its last byte.
fn is_answered(reading: &mut BufReader<TcpStream>) -> bool {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        match reading.read_line(&mut line) {
            Ok(read) if read > 0 => {}
            _ => return false,
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim_end().parse().expect("a number");
        }
    }
    reading.read_exact(&mut vec![0; length]).is_ok()
}

#[test]
fn no_effect_that_was_answered_is_lost_when_it_is_stopped_under_load() {
    let file = folder("state-under-load").join("state.json");
    let mut serving = start(&file);
    let (sender, receiver) = channel();
    let workers: Vec<_> = (0..8)
        .map(|project| {
            let (base, sender) = (serving.base.clone(), sender.clone());
            thread::spawn(move || load(&base, project, || sender.send(()).expect("it is counted")))
        })
        .collect();
    drop(sender);
    // The load is well under way.
    assert_eq!(receiver.iter().take(400).count(), 400);
    assert_eq!(serving.signal("TERM"), Some(0));
    let answered: Vec<Vec<String>> = workers
        .into_iter()
        .map(|worker| worker.join().expect("no panic"))
        .collect();
    let state = std::fs::read_to_string(&file).expect("it is written");
    serde_json::from_str::<Value>(&state).expect("it is whole");
    for asset in answered.iter().flatten() {
        assert!(state.contains(&format!("\"{asset}\"")), "{asset} is lost");
    }

    let again = start(&file);
    for (project, assets) in answered.iter().enumerate() {
        let body = serde_json::json!({"asset_ids": assets}).to_string();
        let path = format!("/v1/p{project}/digital-assets/summarys");
        let headers = "X-Auth-Token: assetproof-token\r\n";
        let answer = post(&again.base, &path, headers, &body);
        for asset in assets {
            assert!(answer.contains(&format!("\"{asset}\"")), "{asset} is lost");
        }
    }
}

#[rstest]
#[case("{\n  \"format\": 1,\n  oh\n}", "line 3 column 3")]
#[case("{\"format\": 99}", "/format")]
#[case("", "line 1 column 0")]
fn a_broken_file_is_refused_with_the_place_and_stays(#[case] text: &str, #[case] place: &str) {
    let file = folder(&format!("state-broken-{}", text.len())).join("state.json");
    std::fs::write(&file, text).expect("it can be written");
    let path = file.to_str().expect("a plain path");
    let ended = run(&mut assetproof(&["serve", "--state", path]));
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.out, "");
    assert!(
        ended.err.contains(place) && ended.err.contains(path),
        "{}",
        ended.err
    );
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_at_the_start() {
    let file = folder("state-nowhere").join("none").join("state.json");
    let path = file.to_str().expect("a plain path");
    let ended = run(&mut assetproof(&["serve", "--state", path]));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.out.is_empty() && ended.err.contains(path),
        "{}",
        ended.err
    );
}

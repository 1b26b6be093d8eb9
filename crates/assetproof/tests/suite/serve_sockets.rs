//! `assetproof serve` when the system gives out no more file descriptors: those that idle
//! connections hold are taken back, and who asks for something is served.

#![cfg(unix)]

use std::net::TcpStream;
use std::process::Command;

use crate::program::{Serving, assetproof};
use crate::serve::post;

#[test]
fn idle_connections_that_take_every_descriptor_keep_nobody_out() {
    let program = assetproof(&[]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64 && exec \"$0\" serve --quiet"])
        .arg(program.get_program());
    for (name, value) in program.get_envs() {
        if value.is_none() {
            command.env_remove(name);
        }
    }
    let mut serving = Serving::of(&mut command);
    let address = serving.base.trim_start_matches("http://").to_owned();
    let idle: Vec<TcpStream> = (0..150)
        .map(|_| TcpStream::connect(&address).expect("the system accepts it"))
        .collect();
    for _ in 0..5 {
        let answer = post(&serving.base, "/_states", "", "{}");
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    drop(idle);
    assert_eq!(serving.signal("TERM"), Some(0));
}

//! Many connections: those that do nothing give way to those that ask for something.

use fake_server::Engine;
use fake_server::standalone::Limits;
use rstest::rstest;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::server::{Later, SHORT, Server, THREADS, response, rest};

fn engine() -> Engine {
    Engine::builder().build().expect("sound contracts")
}

#[rstest]
#[tokio::test]
async fn the_one_that_is_idle_longest_gives_way_to_a_new_one(#[values(0, THREADS)] threads: usize) {
    let limits = Limits {
        connections: 4,
        ..Limits::default()
    };
    let server = Server::on(threads, engine(), limits).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect().await;
        stream.write_all(SHORT.as_bytes()).await.expect("it reads");
        let answer = response(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        idle.push(stream);
    }
    server.serves_others().await;
    for stream in idle.iter_mut().take(16) {
        assert_eq!(rest(stream).await, "");
    }
}

#[rstest]
#[tokio::test]
async fn one_too_many_is_told_so_when_all_are_being_answered(#[values(0, THREADS)] threads: usize) {
    let (answers, mut asked) = Later::new();
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let server = Server::on(threads, answers, limits).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(SHORT.as_bytes()).await.expect("it reads");
        busy.push(stream);
        // Until the last byte has come, a connection that waits for it gives way.
        asked.recv().await.expect("it is answered");
    }
    let answer = server.exchange(SHORT).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")
            && answer.contains("Retry-After: 1"),
        "{answer}"
    );
}

/// As many as the system lets a process have, up to three thousand.
#[rstest]
#[tokio::test]
async fn thousands_of_idle_connections_keep_nobody_out(#[values(0, THREADS)] threads: usize) {
    let server = Server::on(threads, engine(), Limits::default()).await;
    let mut idle: Vec<TcpStream> = Vec::new();
    while idle.len() < 3000 {
        match TcpStream::connect(server.address).await {
            Ok(stream) => idle.push(stream),
            Err(_none_left) => {
                idle.truncate(idle.len() - idle.len() / 10);
                break;
            }
        }
    }
    for _ in 0..10 {
        server.serves_others().await;
    }
}

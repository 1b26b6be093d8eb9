//! Many connections: those that do nothing give way to those that ask for something.

use std::time::Duration;

use fake_server::engine::Delivery;
use fake_server::standalone::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::server::{Always, SHORT, Server, response, rest};

#[tokio::test]
async fn the_one_that_is_idle_longest_gives_way_to_a_new_one() {
    let server = Server::of_engine(Limits {
        connections: 4,
        ..Limits::default()
    })
    .await;
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

#[tokio::test]
async fn one_too_many_is_told_so_when_all_are_being_answered() {
    let answers = Always(Delivery {
        delay: Duration::from_hours(1),
        broken: None,
    });
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let server = Server::of(answers, limits).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        // The head goes on with its body only when it has been read.
        let head =
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nexpect: 100-continue\r\n\r\n";
        stream.write_all(head.as_bytes()).await.expect("it reads");
        let mut goes_on = [0; 25];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut goes_on)
            .await
            .expect("it goes on");
        stream.write_all(b"x").await.expect("it reads");
        busy.push(stream);
    }
    // Until the last byte has come, a connection that waits for it gives way.
    let answer = loop {
        let answer = server.exchange(SHORT).await;
        if !answer.is_empty() {
            break answer;
        }
    };
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")
            && answer.contains("Retry-After: 1"),
        "{answer}"
    );
}

/// As many as the system lets a process have, up to three thousand.
#[tokio::test]
async fn thousands_of_idle_connections_keep_nobody_out() {
    let server = Server::of_engine(Limits::default()).await;
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

//! Header names go out as they were written, on each of several responses, whole or cut.

use std::time::Duration;

use fake_server::engine::{Answer, Broken, Delivery};
use fake_server::standalone::{Answers, Limits};
use tokio::io::AsyncWriteExt;
use validator::Request;

use super::server::{SHORT, Server, ok, response};

struct Spelt(Option<Broken>);

impl Answers for Spelt {
    fn answer(&self, _: &Request) -> Answer {
        let mut response = ok("x-request-id: not a header");
        for name in ["X-REQUEST-ID", "x-lower", "Vary", "vARY"] {
            response.headers.push((name.to_owned(), b"date".to_vec()));
        }
        Answer {
            response,
            delivery: Delivery {
                delay: Duration::ZERO,
                broken: self.0,
            },
        }
    }
}

const EXPECTED: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-REQUEST-ID: date\r\n\
                        x-lower: date\r\n";

#[tokio::test]
async fn names_go_out_as_they_were_written() {
    let server = Server::of(Spelt(None), Limits::default()).await;
    let mut stream = server.connect().await;
    // Two at once, then another one.
    for requests in [2, 1] {
        let sent = SHORT.repeat(requests);
        stream.write_all(sent.as_bytes()).await.expect("it reads");
        for _ in 0..requests {
            let answer = response(&mut stream).await;
            assert!(answer.starts_with(EXPECTED), "{answer}");
            assert!(
                answer.ends_with("\r\n\r\nx-request-id: not a header"),
                "{answer}"
            );
        }
    }
}

#[tokio::test]
async fn names_of_an_answer_that_is_cut_do_too() {
    let broken = Some(Broken::Truncated { after: 3 });
    let server = Server::of(Spelt(broken), Limits::default()).await;
    let answer = server.exchange(SHORT).await;
    assert!(answer.starts_with(EXPECTED), "{answer}");
    assert!(answer.ends_with("\r\n\r\nx-r"), "{answer}");
}

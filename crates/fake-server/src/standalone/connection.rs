//! One connection from its first byte to its last, and each exchange on it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::request::Parts;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use validator::Request;

use super::accept::Front;
use super::body::{self, Received};
use super::places::{Link, Order, Phase, Place};
use super::refusal::Refusal;
use super::request_log;
use super::response::to_http;
use super::transport::Transport;
use super::wire::Wire;
use crate::engine::{Answer, Delivery, reply};

/// How long a refusal, with what the client still sends, may keep a connection.
const REFUSING: Duration = Duration::from_secs(5);

/// Serves a connection until the client, a limit or the server's end closes it.
pub(super) async fn run(stream: TcpStream, place: Place, front: Arc<Front>) {
    // Responses are small and sent whole, so waiting for more of them only adds latency. A socket
    // that does not take the option serves nevertheless.
    let _slower = stream.set_nodelay(true);
    let link = Arc::clone(&place.link);
    let Some(transport) = secured(stream, &link, &front).await else {
        return;
    };
    let service = {
        let (link, front) = (Arc::clone(&link), Arc::clone(&front));
        service_fn(move |request| exchange(Arc::clone(&front), Arc::clone(&link), request))
    };
    let wire = TokioIo::new(Wire::new(transport, Arc::clone(&link)));
    let mut connection = front.http.serve_connection(wire, service);
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            order = link.ordered() => match order {
                // A request may have come since it was told to leave.
                Order::Leave if link.phase() < Phase::Sending => return,
                Order::Finish | Order::Leave => {
                    std::pin::Pin::new(&mut connection).graceful_shutdown();
                }
                // Its head has come after all.
                Order::TooSlow if link.phase() != Phase::Head => link.forget_order(),
                Order::TooSlow => {
                    let wire = connection.into_parts().io.into_inner();
                    let refusal = Refusal::head_too_slow(&front.options.limits);
                    return say(wire, &link, refusal).await;
                }
                Order::Cut => return,
            },
        }
    }
}

/// Refuses a connection that comes when all others are being answered.
pub(super) async fn refuse(stream: TcpStream, place: Place, front: Arc<Front>) {
    // To a client that wants TLS, closing says as much, and costs nothing.
    if front.options.tls.is_none() {
        let wire = Wire::new(Transport::Plain(stream), Arc::clone(&place.link));
        let refusal = Refusal::Full(front.options.limits.connections);
        say(wire, &place.link, refusal).await;
    }
}

/// Sends a refusal in place of hyper, and closes.
async fn say(mut wire: Wire, link: &Link, refusal: Refusal) {
    tracing::warn!(status = refusal.status(), "{refusal}");
    link.enter(Phase::Busy);
    link.leave_unread();
    let said = async {
        wire.write_all(&refusal.bytes()).await?;
        wire.shutdown().await
    };
    // A client that has gone hears nothing.
    let _heard = timeout(REFUSING, said).await;
}

/// The connection with TLS over it, if that is served; none when there was no agreement.
async fn secured(stream: TcpStream, link: &Link, front: &Front) -> Option<Transport> {
    let Some(tls) = &front.options.tls else {
        return Some(Transport::Plain(stream));
    };
    let limit = front.options.limits.header_timeout;
    tokio::select! {
        agreed = timeout(limit, tls.accept(stream)) => match agreed {
            Ok(Ok(stream)) => Some(Transport::Tls(Box::new(stream))),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
            Err(_too_slow) => None,
        },
        _order = link.ordered() => None,
    }
}

/// Reads a request, has it answered, and gives its response as it is to go out.
async fn exchange(
    front: Arc<Front>,
    link: Arc<Link>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    link.enter(Phase::Busy);
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let received = body::read(body, &front, &link).await;
    let Answer { response, delivery } = match received {
        Ok(received) => {
            let (request, answer) = answered(&front, parts, received).await;
            request_log::answered(&*front.served, &request, &answer, started);
            answer
        }
        Err(refusal) => {
            // What is left of the body is thrown away, and the connection with it.
            link.leave_unread();
            request_log::refused(&*front.served, &parts, refusal, started);
            refusal.response().into()
        }
    };
    deliver(delivery, &link).await;
    let (response, spelling) = to_http(response);
    link.spell(spelling);
    link.enter(Phase::Sending);
    Ok(response)
}

/// Waits, and has the wire break, as the delivery says.
async fn deliver(delivery: Delivery, link: &Link) {
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if let Some(broken) = delivery.broken {
        link.break_by(broken);
    }
}

async fn answered(front: &Front, parts: Parts, received: Received) -> (Request, Answer) {
    let Received { bytes, share } = received;
    let request = Request {
        method: parts.method.as_str().to_owned(),
        target: target(&parts).to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: bytes,
    };
    if request.body.len() <= front.options.limits.large_body {
        let answer = front.served.answer(&request);
        return (request, answer);
    }
    // As many at once as there are processors: more would only take memory. The turns are never
    // closed, so there is always one to wait for.
    let _turn = front.large.acquire().await;
    let served = Arc::clone(&front.served);
    let head = Request {
        method: request.method.clone(),
        target: request.target.clone(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let answering = tokio::task::spawn_blocking(move || {
        let answer = served.answer(&request);
        drop((request, share));
        answer
    });
    let answer = answering.await.unwrap_or_else(|_panicked| {
        let error = json!({"error": "the server failed to answer: please report this"});
        reply::json(500, &error).into()
    });
    (head, answer)
}

/// Path and query as sent; `*` and authorities have neither.
pub(super) fn target(parts: &Parts) -> &str {
    parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
}

//! One connection from its first byte to its last, and each exchange on it.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
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
use super::request;
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
    // What all connections share is counted once for each connection, not once for each request:
    // that would have the processors pass the count back and forth.
    let client = Arc::new(Client {
        front: Arc::clone(&front),
        link: Arc::clone(&link),
    });
    let service = service_fn(move |request| exchange(Arc::clone(&client), request));
    let wire = TokioIo::new(Wire::new(transport, Arc::clone(&link)));
    let mut connection = front.http.serve_connection(wire, service);
    loop {
        match next_event(&mut connection, &link).await {
            Event::Ended(ended) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            Event::Ordered(order) => match order {
                // A request may have come since it was told to leave.
                Order::Leave if link.phase() < Phase::Sending => return,
                Order::Finish | Order::Leave => {
                    Pin::new(&mut connection).graceful_shutdown();
                }
                // Its head has come after all; or it is a body, whose reader looks at the time
                // himself when the connection goes on.
                Order::TooSlow if link.phase() != Phase::Head => link.forget_order(Order::TooSlow),
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

/// What happens to a connection.
enum Event {
    Ended(hyper::Result<()>),
    Ordered(Order),
}

/// Goes on with a connection until it ends, or is told something.
async fn next_event(
    connection: &mut (impl Future<Output = hyper::Result<()>> + Unpin),
    link: &Link,
) -> Event {
    let mut ordered = pin!(link.ordered());
    let mut is_listening = false;
    poll_fn(|cx| {
        if let Poll::Ready(ended) = Pin::new(&mut *connection).poll(cx) {
            return Poll::Ready(Event::Ended(ended));
        }
        // A connection is a task of its own, so whoever was to be woken once still is, and nobody
        // has to be asked for orders on every step.
        if is_listening && !link.has_order() {
            return Poll::Pending;
        }
        is_listening = true;
        ordered.as_mut().poll(cx).map(Event::Ordered)
    })
    .await
}

/// What an exchange needs to know of its connection.
struct Client {
    front: Arc<Front>,
    link: Arc<Link>,
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
    client: Arc<Client>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let Client { front, link } = &*client;
    link.enter(Phase::Busy);
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let received = body::read(body, front, link).await;
    let Answer { response, delivery } = match received {
        Ok(received) => {
            let (request, answer) = answered(front, &parts, received).await;
            request_log::answered(&*front.served, &request, &answer, started);
            request::give_back(request);
            answer
        }
        Err(refusal) => {
            // What is left of the body is thrown away, and the connection with it.
            link.leave_unread();
            request_log::refused(&*front.served, &parts, refusal, started);
            refusal.response().into()
        }
    };
    deliver(delivery, link).await;
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

async fn answered(front: &Front, parts: &Parts, received: Received) -> (Request, Answer) {
    let Received { bytes, share } = received;
    let request = request::raw(parts, bytes);
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

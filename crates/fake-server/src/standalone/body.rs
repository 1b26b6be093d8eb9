//! Reading a request's body within limits of size, time and memory.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Limits;
use super::accept::Front;
use super::places::{Link, Phase};
use super::refusal::Refusal;

/// A body of at most so many bytes takes no share of the memory for bodies: as many as there are
/// connections fit into it.
const SMALL: usize = 16 * 1024;

/// The unit in which the memory for bodies is shared out.
const UNIT: usize = 1024;

/// A body with its share of the memory for bodies, which is given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) bytes: Bytes,
    pub(super) share: Option<OwnedSemaphorePermit>,
}

/// The memory for bodies, to be shared out.
pub(super) fn memory(bytes: usize) -> Semaphore {
    Semaphore::new((bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS))
}

/// Reads a body whole.
pub(super) async fn read(body: Incoming, front: &Front, link: &Link) -> Result<Received, Refusal> {
    if body.is_end_stream() {
        return Ok(Received::default());
    }
    let limits = &front.options.limits;
    let announced = body.size_hint();
    if announced.lower() > limits.body as u64 {
        return Err(Refusal::BodyTooLong(limits.body));
    }
    let mut share = None;
    if announced.lower() > SMALL as u64 {
        let announced = usize::try_from(announced.lower()).unwrap_or(limits.body);
        share = Some(take_share(announced, front).await?);
    }
    let collected = collect(body, &mut share, front, link).await;
    // Part of the body may have been waited for.
    link.enter(Phase::Busy);
    let bytes = collected?;
    Ok(Received { bytes, share })
}

async fn collect(
    mut body: Incoming,
    share: &mut Option<OwnedSemaphorePermit>,
    front: &Front,
    link: &Link,
) -> Result<Bytes, Refusal> {
    let limits = &front.options.limits;
    let limit = limits.body;
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while !body.is_end_stream()
        && let Some(data) = next_data(&mut body, limits, link).await?
    {
        let length = first.len().max(all.len()) + data.len();
        if length > limit {
            return Err(Refusal::BodyTooLong(limit));
        }
        if length > SMALL && share.is_none() {
            // It does not say how long it will be.
            *share = Some(take_share(limit, front).await?);
        }
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// The next bytes of a body; none at its end. Trailers are of no meaning to anybody here.
///
/// The sweep wakes whoever has waited too long, so that a body, which nearly always is there as
/// soon as it is asked for, pays for no timer.
async fn next_data(
    body: &mut Incoming,
    limits: &Limits,
    link: &Link,
) -> Result<Option<Bytes>, Refusal> {
    loop {
        let frame = poll_fn(|cx| {
            let frame = Pin::new(&mut *body).poll_frame(cx);
            if frame.is_ready() {
                return frame.map(Ok);
            }
            if link.phase() != Phase::Body {
                link.enter(Phase::Body);
            } else if link.waited() >= limits.body_timeout {
                return Poll::Ready(Err(Refusal::BodyTooSlow(limits.body_timeout)));
            }
            Poll::Pending
        });
        match frame.await? {
            None => return Ok(None),
            Some(Err(_broken)) => return Err(Refusal::BodyBroken),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data()
                    && !data.is_empty()
                {
                    return Ok(Some(data));
                }
            }
        }
    }
}

async fn take_share(bytes: usize, front: &Front) -> Result<OwnedSemaphorePermit, Refusal> {
    let limits = &front.options.limits;
    // A limit on all bodies that is less than one body lets one in at a time.
    let units = bytes.div_ceil(UNIT).min((limits.bodies / UNIT).max(1));
    let units = u32::try_from(units).unwrap_or(u32::MAX);
    let share = front.bodies.clone().acquire_many_owned(units);
    match timeout(limits.body_timeout, share).await {
        Ok(Ok(share)) => Ok(share),
        _ => Err(Refusal::NoRoom(limits.bodies)),
    }
}

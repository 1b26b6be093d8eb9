//! The wire between hyper and the transport: it notes what a connection is about, breaks it when
//! the answer says so, and closes it in such a way that a client which is still sending hears the
//! refusal.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::places::{Link, Phase};
use super::refusal::Refusal;
use super::transport::Transport;
use crate::engine::Broken;

/// What goes out in place of a response: no HTTP, no text, and not the start of a TLS record.
const GARBAGE: &[u8] = b"\xff\x00\xfe\x01 this is not HTTP \x80\x81\x82\r\n\r\n\xf5\xf6\xf7";

/// How long what a refused client still sends is read and thrown away. Closing at once would make
/// the system reset the connection, and the client might never see the refusal.
const LINGER: Duration = Duration::from_secs(2);

/// How many pieces go out in one go when the first is not hyper's.
const AT_ONCE: usize = 8;

/// The end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// The wire of one connection.
#[derive(Debug)]
pub(super) struct Wire {
    transport: Transport,
    link: Arc<Link>,
    /// The beginning of a response with its header names as they are to be spelt, which goes out
    /// in place of hyper's bytes, and is as long.
    spelt: Vec<u8>,
    /// How much of it has gone out.
    spelt_sent: usize,
    /// What goes out in place of hyper's own refusal, which has no body.
    refusal: Vec<u8>,
    /// How much of it has gone out.
    refusal_sent: usize,
    /// How much of [`GARBAGE`] has gone out.
    garbage: usize,
    /// How much of [`HEAD_END`] the last bytes of the response were.
    head_end: usize,
    /// How many bytes of the body have gone out.
    body: usize,
    is_shut: bool,
    linger: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(transport: Transport, link: Arc<Link>) -> Self {
        Self {
            transport,
            link,
            spelt: Vec::new(),
            spelt_sent: 0,
            refusal: Vec::new(),
            refusal_sent: 0,
            garbage: 0,
            head_end: 0,
            body: 0,
            is_shut: false,
            linger: None,
        }
    }

    /// Takes over the beginning of a response, if its header names are to be spelt otherwise.
    fn spell(&mut self, first: &[u8]) {
        if let Some(spelling) = self.link.take_spelling() {
            self.spelt.clear();
            self.spelt.extend_from_slice(first);
            spelling.apply(&mut self.spelt);
            self.spelt_sent = 0;
        }
    }

    /// Writes in the way of a connection that is to break; ends with an error when it has.
    fn poll_break(
        &mut self,
        cx: &mut Context<'_>,
        broken: Broken,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match broken {
            Broken::Reset => {
                // Closing with nothing to linger for is what makes the system send RST. A system
                // that cannot closes the connection, at least.
                let _closed = self.transport.tcp().set_zero_linger();
                Poll::Ready(Err(ErrorKind::ConnectionReset.into()))
            }
            Broken::Empty => Poll::Ready(Err(ErrorKind::ConnectionAborted.into())),
            Broken::Garbage => {
                while let Some(rest) = GARBAGE.get(self.garbage..)
                    && !rest.is_empty()
                {
                    self.garbage += ready!(Pin::new(&mut self.transport).poll_write(cx, rest))?;
                }
                self.poll_cut(cx)
            }
            Broken::Truncated { after } => {
                let allowed = self.allowed(after, bytes);
                if allowed.is_empty() {
                    return self.poll_cut(cx);
                }
                let sent = ready!(Pin::new(&mut self.transport).poll_write(cx, allowed))?;
                self.count(allowed.get(..sent).unwrap_or_default());
                Poll::Ready(Ok(sent))
            }
        }
    }

    /// Refuses, in place of hyper, a request of which hyper has not even read the head; hyper takes
    /// its own refusal for sent.
    fn poll_refuse(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.refusal.is_empty() {
            let refusal = Refusal::of_hyper(slices.first().map_or(&[][..], |first| &first[..]));
            tracing::warn!(status = refusal.status(), "{refusal}");
            self.refusal = refusal.bytes();
            self.link.leave_unread();
        }
        while let Some(rest) = self.refusal.get(self.refusal_sent..)
            && !rest.is_empty()
        {
            self.refusal_sent += ready!(Pin::new(&mut self.transport).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    /// The beginning of `bytes` that goes out of a response which is cut after so many bytes of
    /// its body.
    fn allowed<'b>(&self, after: usize, bytes: &'b [u8]) -> &'b [u8] {
        let head = head_length(self.head_end, bytes);
        let allowed = match head {
            Some(length) => length + after.saturating_sub(self.body),
            None => bytes.len(),
        };
        bytes.get(..allowed).unwrap_or(bytes)
    }

    /// Notes what has gone out of a response that will be cut.
    fn count(&mut self, sent: &[u8]) {
        match head_length(self.head_end, sent) {
            Some(length) => {
                self.head_end = HEAD_END.len();
                self.body += sent.len() - length;
            }
            None => {
                self.head_end = sent
                    .iter()
                    .fold(self.head_end, |seen, byte| next(seen, *byte));
            }
        }
    }

    fn poll_cut<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(Pin::new(&mut self.transport).poll_flush(cx))?;
        Poll::Ready(Err(ErrorKind::ConnectionAborted.into()))
    }

    /// Reads what the client still sends, until it closes or the time is over.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut thrown_away = [0; 4096];
        while timer.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match ready!(Pin::new(&mut self.transport).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

/// How many of [`HEAD_END`]'s bytes have been seen after one more.
fn next(seen: usize, byte: u8) -> usize {
    match HEAD_END.get(seen) {
        None => seen,
        Some(due) if *due == byte => seen + 1,
        Some(_) => usize::from(byte == b'\r'),
    }
}

/// How many of these bytes belong to the head, if it ends within them.
fn head_length(mut seen: usize, bytes: &[u8]) -> Option<usize> {
    if seen == HEAD_END.len() {
        return Some(0);
    }
    bytes
        .iter()
        .position(|byte| {
            seen = next(seen, *byte);
            seen == HEAD_END.len()
        })
        .map(|last| last + 1)
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.transport).poll_read(cx, buffer);
        if buffer.filled().len() > before && self.link.phase() == Phase::Idle {
            self.link.enter(Phase::Head);
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Some((first, others)) = slices.split_first() else {
            return Poll::Ready(Ok(0));
        };
        // Whatever else goes out follows a request that was handed on.
        if this.link.phase() < Phase::Body {
            return this.poll_refuse(cx, slices);
        }
        this.spell(first);
        let spelt = std::mem::take(&mut this.spelt);
        let rest = spelt.get(this.spelt_sent..).unwrap_or_default();
        let sent = if let Some(broken) = this.link.broken() {
            let bytes = if rest.is_empty() { first } else { rest };
            this.poll_break(cx, broken, bytes)
        } else if rest.is_empty() {
            Pin::new(&mut this.transport).poll_write_vectored(cx, slices)
        } else {
            let mut replaced = [IoSlice::new(&[]); AT_ONCE];
            let given = std::iter::once(IoSlice::new(rest)).chain(others.iter().copied());
            let mut count = 0;
            for (place, slice) in replaced.iter_mut().zip(given) {
                *place = slice;
                count += 1;
            }
            let slices = replaced.get(..count).unwrap_or_default();
            Pin::new(&mut this.transport).poll_write_vectored(cx, slices)
        };
        let length = rest.len();
        this.spelt = spelt;
        if let Poll::Ready(Ok(sent)) = &sent {
            this.spelt_sent += (*sent).min(length);
            note_progress(&this.link);
        }
        sent
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.transport).poll_flush(cx))?;
        if self.link.phase() == Phase::Sending {
            // A body that was cut after its last byte is whole; the connection breaks even so.
            if self.link.broken().is_some() {
                return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
            }
            self.link.enter(Phase::Idle);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            ready!(Pin::new(&mut self.transport).poll_shutdown(cx))?;
            self.is_shut = true;
        }
        if self.link.is_unread() {
            ready!(self.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

/// A client that takes bytes is not stuck.
fn note_progress(link: &Link) {
    if link.phase() == Phase::Sending {
        link.enter(Phase::Sending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_wherever_the_writes_are_cut() {
        let response = b"HTTP/1.1 200 OK\r\na: b\r\n\r\nbody\r\n\r\n";
        for cut in 0..response.len() {
            let (first, second) = response.split_at(cut);
            let seen = first.iter().fold(0, |seen, byte| next(seen, *byte));
            let head = match head_length(0, first) {
                Some(length) => length,
                None => cut + head_length(seen, second).expect("it ends"),
            };
            assert_eq!(head, 25, "cut at {cut}");
        }
    }
}

//! Just enough of HTTP/1.1 to find, in what a server sends, the responses that carry the relay's
//! mark. What cannot be understood is passed on as it is.

use super::relay::MARK;

/// The longest head that is looked through.
const LONGEST_HEAD: usize = 64 * 1024;

/// What to do next with what a server sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Pass these bytes on.
    Pass(Vec<u8>),
    /// A whole response with the mark.
    Marked {
        /// The mark's value.
        value: String,
        /// Its head without the mark.
        head: Vec<u8>,
        /// Its body.
        body: Vec<u8>,
    },
}

/// A server's side of one connection.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pending: Vec<u8>,
    state: State,
    /// The request under way asks for a head alone.
    head_only: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// A response's head comes next.
    #[default]
    Head,
    /// So many bytes of a body.
    Body(usize),
    /// Whatever comes.
    Blind,
}

impl Pieces {
    /// Notes what a client sent.
    pub(super) fn requested(&mut self, bytes: &[u8]) {
        if self.state == State::Head && self.pending.is_empty() && bytes.starts_with(b"HEAD ") {
            self.head_only = true;
        }
    }

    /// Takes what the server sent.
    pub(super) fn received(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next piece, if enough came for one.
    pub(super) fn next(&mut self) -> Option<Piece> {
        if self.pending.is_empty() {
            return None;
        }
        match self.state {
            State::Blind => Some(Piece::Pass(std::mem::take(&mut self.pending))),
            State::Body(left) => {
                let length = left.min(self.pending.len());
                let bytes = self.pending.drain(..length).collect();
                self.state = match left - length {
                    0 => State::Head,
                    left => State::Body(left),
                };
                Some(Piece::Pass(bytes))
            }
            State::Head => self.head(),
        }
    }

    fn head(&mut self) -> Option<Piece> {
        let end = self.pending.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end.map(|at| at + 4) else {
            if self.pending.len() > LONGEST_HEAD {
                self.state = State::Blind;
                return self.next();
            }
            return None;
        };
        let head = String::from_utf8_lossy(&self.pending[..end]).into_owned();
        let length = self.body_length(&head);
        if let (Some(value), Some(length)) = (header(&head, MARK), length) {
            if self.pending.len() < end + length {
                return None;
            }
            let marked = |line: &&str| {
                line.split_once(':')
                    .is_some_and(|(name, _)| name.eq_ignore_ascii_case(MARK))
            };
            let lines = head.split_inclusive("\r\n").filter(|line| !marked(line));
            return Some(Piece::Marked {
                value: value.to_owned(),
                head: lines.collect::<String>().into_bytes(),
                body: self.pending[end..end + length].to_vec(),
            });
        }
        self.state = match length {
            Some(0) => State::Head,
            Some(length) => State::Body(length),
            None => State::Blind,
        };
        if !head.starts_with("HTTP/1.1 1") {
            self.head_only = false;
        }
        Some(Piece::Pass(self.pending.drain(..end).collect()))
    }

    /// How long the body is that follows the head; none when only the connection's end tells.
    fn body_length(&self, head: &str) -> Option<usize> {
        let status = head
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5))?;
        if self.head_only || status.starts_with('1') || matches!(status, "204" | "304") {
            return Some(0);
        }
        header(head, "content-length")?.parse().ok()
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.split("\r\n").skip(1);
    let mut pairs = lines.filter_map(|line| line.split_once(':'));
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that comes out when the bytes come in so many at a time.
    fn relayed(bytes: &[u8], at_a_time: usize) -> (Vec<u8>, Option<Piece>) {
        let mut pieces = Pieces::default();
        let mut passed = Vec::new();
        for chunk in bytes.chunks(at_a_time) {
            pieces.received(chunk);
            while let Some(piece) = pieces.next() {
                match piece {
                    Piece::Pass(bytes) => passed.extend(bytes),
                    marked @ Piece::Marked { .. } => return (passed, Some(marked)),
                }
            }
        }
        (passed, None)
    }

    #[test]
    fn responses_pass_unchanged_until_a_marked_one() {
        let plain = "HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nx-assetproof-broken: reset\r\n\r\n\
                     HTTP/1.1 204 No Content\r\n\r\n";
        let marked =
            "HTTP/1.1 200 OK\r\nX-Assetproof-Broken: truncated 2\r\nContent-Length: 4\r\n\r\nbody";
        let both = format!("{plain}{marked}");
        for at_a_time in [1, 7, 4096] {
            let (passed, piece) = relayed(both.as_bytes(), at_a_time);
            assert_eq!(String::from_utf8_lossy(&passed), plain);
            assert_eq!(
                piece,
                Some(Piece::Marked {
                    value: "truncated 2".to_owned(),
                    head: b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n".to_vec(),
                    body: b"body".to_vec(),
                })
            );
        }
    }

    #[test]
    fn what_is_no_http_passes() {
        for bytes in [
            &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
            b"\r\n\r\n\r\n\r\n",
        ] {
            assert_eq!(relayed(bytes, 3), (bytes.to_vec(), None));
        }
    }

    #[test]
    fn a_head_alone_has_no_body() {
        let mut pieces = Pieces::default();
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n";
        for _ in 0..2 {
            pieces.requested(b"HEAD / HTTP/1.1\r\n\r\n");
            pieces.received(head);
            assert_eq!(pieces.next(), Some(Piece::Pass(head.to_vec())));
            assert_eq!(pieces.state, State::Head);
        }
    }
}

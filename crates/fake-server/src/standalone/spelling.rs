//! The case in which header names go out. hyper writes them in lower case; what is served may have
//! written them otherwise, and a client that cares is one that has to be found out.

/// Names of header fields that are to go out as they are written here.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    names: Vec<String>,
}

impl Spelling {
    /// Adds a name; one in lower case goes out so by itself.
    pub(super) fn add(&mut self, name: String) {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.names.push(name);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Writes the names in a head, of which these bytes are the beginning, in the case in which
    /// they are to go out. What follows the head stays.
    pub(super) fn apply(&self, bytes: &mut [u8]) {
        // What a client is told to go on by stands before the head, and ends as one does.
        let mut ends = 1 + usize::from(bytes.starts_with(b"HTTP/1.1 1"));
        // Each name stands in one line.
        let mut left = self.names.len();
        let mut at = 0;
        while left > 0
            && let Some(rest) = bytes.get_mut(at..)
            && let Some(length) = memchr::memchr(b'\n', rest)
            && let Some(line) = rest.get_mut(..length)
        {
            if line == b"\r" {
                ends -= 1;
                if ends == 0 {
                    break;
                }
            } else if self.apply_to_line(line) {
                left -= 1;
            }
            at += length + 1;
        }
    }

    /// Tells whether the line is of one of the names.
    fn apply_to_line(&self, line: &mut [u8]) -> bool {
        let name = self.names.iter().map(String::as_bytes).find(|name| {
            line.get(name.len()) == Some(&b':')
                && line
                    .get(..name.len())
                    .is_some_and(|written| name.eq_ignore_ascii_case(written))
        });
        if let Some(name) = name
            && let Some(written) = line.get_mut(..name.len())
        {
            written.copy_from_slice(name);
        }
        name.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_head_are_written_as_they_were_and_nothing_else_changes() {
        let mut spelling = Spelling::default();
        for name in ["Content-Type", "X-REQUEST-ID", "date"] {
            spelling.add(name.to_owned());
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: x-request-id: a\r\nx-request-id: 1\r\n\
                    date: now\r\ncontent-length: 3\r\n\r\ncontent-type: b\r\n";
        let mut bytes = head.as_bytes().to_vec();
        spelling.apply(&mut bytes);
        let spelt = head.replacen("content-type", "Content-Type", 1).replacen(
            "\r\nx-request-id",
            "\r\nX-REQUEST-ID",
            1,
        );
        assert_eq!(String::from_utf8_lossy(&bytes), spelt);
        for cut in 0..head.len() {
            spelling.apply(&mut head.as_bytes()[..cut].to_vec());
        }
    }
}

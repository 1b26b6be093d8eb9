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
        let mut at = 0;
        while let Some(rest) = bytes.get_mut(at..)
            && let Some(length) = rest.windows(2).position(|end| end == b"\r\n")
        {
            if length == 0 {
                ends -= 1;
                if ends == 0 {
                    break;
                }
            }
            if let Some(line) = rest.get_mut(..length) {
                self.apply_to_line(line);
            }
            at += length + 2;
        }
    }

    fn apply_to_line(&self, line: &mut [u8]) {
        let Some(length) = line.iter().position(|byte| *byte == b':') else {
            return;
        };
        let Some(written) = line.get_mut(..length) else {
            return;
        };
        let name = self
            .names
            .iter()
            .map(String::as_bytes)
            .find(|name| name.eq_ignore_ascii_case(written));
        if let Some(name) = name {
            written.copy_from_slice(name);
        }
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

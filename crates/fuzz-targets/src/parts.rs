//! An input that is several files or requests: one after another, with a line `%%` between them.

const BETWEEN: &[u8] = b"\n%%\n";

/// The parts of an input, at least one.
pub fn of(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = all.windows(BETWEEN.len()).position(|at| at == BETWEEN);
        rest = end.map(|end| &all[end + BETWEEN.len()..]);
        Some(&all[..end.unwrap_or(all.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_line_of_two_signs_parts_an_input() {
        let parts = |input: &'static str| of(input.as_bytes()).collect::<Vec<_>>();
        assert_eq!(parts(""), [b""]);
        assert_eq!(parts("a%%b"), [b"a%%b"]);
        assert_eq!(parts("a\n%%\nb\n%%\n"), [&b"a"[..], b"b", b""]);
    }
}

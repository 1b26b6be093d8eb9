//! One part of a plan, for a run that is split over several processes (`--partition`), and how a
//! case is told to belong to it. What the parts amount to together is `run::merge`'s business.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::PartitionError;

/// One part of many, in nextest's notation: `slice:2/3`, `hash:2/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    scheme: Scheme,
    /// From 1 to `of`.
    part: usize,
    of: usize,
}

/// How the cases are dealt out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// The first case of the plan to the first part, the second to the second, and so on round:
    /// parts of equal size, but a new case moves others to another part.
    Slice,
    /// By the SHA-256 of the case's name (its first eight bytes as a big-endian number, modulo the
    /// number of parts): a case stays in its part whatever becomes of the others.
    Hash,
}

impl Partition {
    /// `slice` or `hash`.
    pub fn scheme(&self) -> &'static str {
        match self.scheme {
            Scheme::Slice => "slice",
            Scheme::Hash => "hash",
        }
    }

    /// Which part, from 1.
    pub fn part(&self) -> usize {
        self.part
    }

    /// Of how many.
    pub fn of(&self) -> usize {
        self.of
    }

    /// Whether the case at this place of the whole plan, with this name, is in the part.
    pub(crate) fn holds(&self, index: usize, name: &str) -> bool {
        let dealt = match self.scheme {
            Scheme::Slice => index % self.of,
            Scheme::Hash => {
                let hash = Sha256::digest(name.as_bytes());
                let mut head = [0; 8];
                head.copy_from_slice(&hash[..8]);
                // The remainder is less than `of`, which is a `usize`.
                usize::try_from(u64::from_be_bytes(head) % self.of as u64).unwrap_or_default()
            }
        };
        dealt + 1 == self.part
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, numbers) = text.split_once(':').ok_or(PartitionError::Form)?;
        let scheme = match scheme {
            "slice" => Scheme::Slice,
            "hash" => Scheme::Hash,
            _ => return Err(PartitionError::Form),
        };
        let (part, of) = numbers.split_once('/').ok_or(PartitionError::Form)?;
        // `+1` would be a number to the standard library.
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        let part = number(part).ok_or(PartitionError::Form)?;
        let of = number(of).ok_or(PartitionError::Form)?;
        if of == 0 {
            return Err(PartitionError::NoParts);
        }
        if part == 0 || part > of {
            return Err(PartitionError::Range { part, of });
        }
        Ok(Self { scheme, part, of })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.scheme(), self.part, self.of)
    }
}

/// What two parts have in common when they are of one whole: hex SHA-256 over the names of all
/// selected cases in order of the plan, each closed by a line feed.
pub(super) fn digest(names: impl Iterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(b"\n");
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("slice:1/1")]
    #[case("slice:2/3")]
    #[case("hash:3/3")]
    fn it_is_printed_as_it_is_read(#[case] text: &str) {
        let partition: Partition = text.parse().expect("a part");
        assert_eq!(partition.to_string(), text);
        let (scheme, part, of) = (partition.scheme(), partition.part(), partition.of());
        assert_eq!(format!("{scheme}:{part}/{of}"), text);
    }

    #[rstest]
    #[case("slice", "slice:1/3")]
    #[case("", "slice:1/3")]
    #[case("count:1/3", "hash:M/N")]
    #[case("slice:1", "slice:1/3")]
    #[case("slice:1/3/5", "slice:1/3")]
    #[case("slice:+1/3", "slice:1/3")]
    #[case("slice:-1/3", "slice:1/3")]
    #[case("hash:one/two", "hash:M/N")]
    #[case("hash:1/99999999999999999999999", "hash:M/N")]
    #[case("slice:0/3", "from 1")]
    #[case("hash:4/3", "from 1 to 3")]
    #[case("slice:1/0", "at least one")]
    fn what_names_no_part_is_refused_with_the_way_out(#[case] text: &str, #[case] says: &str) {
        let error = text.parse::<Partition>().expect_err("no part").to_string();
        assert!(error.contains(says), "{error}");
    }

    #[rstest]
    #[case("slice")]
    #[case("hash")]
    fn every_case_is_in_exactly_one_part(#[case] scheme: &str) {
        let names: Vec<String> = (0..100).map(|index| format!("a/1/case-{index}")).collect();
        for of in 1..=7 {
            let parts: Vec<Partition> = (1..=of)
                .map(|part| format!("{scheme}:{part}/{of}").parse().expect("a part"))
                .collect();
            for (index, name) in names.iter().enumerate() {
                let holding = parts.iter().filter(|part| part.holds(index, name));
                assert_eq!(holding.count(), 1, "{name} in {of} parts");
            }
        }
    }

    #[test]
    fn only_the_same_cases_in_the_same_order_have_the_same_digest() {
        let digest = |names: &[&str]| super::digest(names.iter().map(|name| (*name).to_owned()));
        let of_two = digest(&["a", "b"]);
        assert!(of_two.len() == 64 && of_two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(of_two, digest(&["a", "b"]));
        for others in [&["b", "a"][..], &["a"], &["ab"], &["a", "b", "c"]] {
            assert_ne!(of_two, digest(others), "{others:?}");
        }
    }

    #[test]
    fn a_slice_goes_round_and_a_hash_does_not_look_at_the_place() {
        let slice: Partition = "slice:2/3".parse().expect("a part");
        let dealt: Vec<bool> = (0..6).map(|index| slice.holds(index, "a")).collect();
        assert_eq!(dealt, [false, true, false, false, true, false]);
        let hash: Partition = "hash:2/3".parse().expect("a part");
        assert_eq!(hash.holds(0, "a"), hash.holds(1, "a"));
    }
}

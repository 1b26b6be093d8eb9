//! Ids, in formats of this server's own. Each is used once and follows from a counter, so that two
//! runs that ask the same get the same.

/// The first number of a task: beyond 32 bits.
const FIRST_TASK: u64 = (1 << 33) + 7;

/// The first number in a recycle bin: beyond what a double-precision number holds exactly.
const FIRST_RECYCLED: u64 = (1 << 53) + 1;

/// The source of all ids of a server.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    given: u64,
}

impl Ids {
    /// The id of an asset (metastudio): `ast_` and 13 characters of base32 in both cases.
    pub(crate) fn asset(&mut self) -> String {
        format!("ast_{}", self.word())
    }

    /// The id of an application (roma).
    pub(crate) fn app(&mut self) -> String {
        format!("app~{}", self.word())
    }

    /// The id of a task (roma).
    pub(crate) fn task(&mut self) -> String {
        format!("task:{}", self.word())
    }

    /// The id of a job (roma). It looks like base64: a client has to encode `/`, `+` and `=` before
    /// the id can stand in a path.
    pub(crate) fn job(&mut self) -> String {
        format!("{}/{}+w==", self.word(), self.word())
    }

    /// The id of a request.
    pub(crate) fn request(&mut self) -> String {
        format!("req-{}", self.word())
    }

    /// The number of a task (smh).
    pub(crate) fn task_number(&mut self) -> u64 {
        FIRST_TASK + self.next()
    }

    /// The number of an item in a recycle bin (smh).
    pub(crate) fn recycled(&mut self) -> u64 {
        FIRST_RECYCLED + self.next()
    }

    fn next(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    fn word(&mut self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let number = scrambled(self.next());
        (0..13_u32)
            .map(|place| {
                // Five bits choose the letter; whether it is upper case follows from another one.
                let letter = char::from(ALPHABET[(number >> (5 * place) & 31) as usize]);
                if number >> (63 - 3 * place) & 1 == 1 {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            })
            .collect()
    }
}

/// A number that looks like chance and is another one for each input: the finalizer of `SplitMix64`.
fn scrambled(input: u64) -> u64 {
    let mut number = input.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_id_is_given_twice_even_without_regard_to_case() {
        let mut ids = Ids::default();
        let given: BTreeSet<String> = (0..5_000).map(|_| ids.asset().to_lowercase()).collect();
        assert_eq!(given.len(), 5_000);
    }
}

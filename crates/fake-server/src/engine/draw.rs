//! Chance that can be repeated: numbers that follow from a seed, a text and a count, and from
//! nothing else. No cryptography is needed, only that neighbours look unlike each other and that
//! every platform draws the same.

use std::cell::Cell;

/// A row of numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    state: Cell<u64>,
}

impl Draw {
    /// The row of the `turn`th thing that happens to `whom`, under that seed.
    pub(crate) fn new(seed: u64, whom: &str, turn: u64) -> Self {
        let state = mix(hash(whom) ^ mix(seed.wrapping_add(STEP)));
        Self {
            state: Cell::new(mix(state ^ mix(turn.wrapping_add(STEP)))),
        }
    }

    /// The next number of the row.
    pub(crate) fn number(&self) -> u64 {
        self.state.set(self.state.get().wrapping_add(STEP));
        mix(self.state.get())
    }

    /// The next one as a number below `limit`; 0 when there is none.
    pub(crate) fn below(&self, limit: u64) -> u64 {
        // The lean towards small numbers is one in 2^64 over the limit, which nobody sees.
        self.number().checked_rem(limit).unwrap_or(0)
    }

    /// The next one as an index into a list of that length; 0 when it is empty.
    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// The next one as a share of the whole, 0 included and 1 not.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what an f64 holds exactly"
    )]
    pub(crate) fn share(&self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of the normal distribution around 0 with deviation 1 (Box and Muller).
    pub(crate) fn normal(&self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// Puts a list into an order of chance (Fisher and Yates).
    pub(crate) fn shuffle<T>(&self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// FNV-1a.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The finaliser of `SplitMix64`.
pub(crate) fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_follows_from_what_it_was_drawn_for() {
        let row = |seed, whom, turn| {
            let draw = Draw::new(seed, whom, turn);
            [draw.number(), draw.number()]
        };
        assert_eq!(row(1, "p", 1), row(1, "p", 1));
        for other in [row(2, "p", 1), row(1, "q", 1), row(1, "p", 2)] {
            assert_ne!(row(1, "p", 1), other);
        }
    }

    #[test]
    fn shares_and_normal_numbers_lie_as_they_should() {
        let draw = Draw::new(7, "", 0);
        let mean = (0..4000).map(|_| draw.share()).sum::<f64>() / 4000.0;
        assert!((0.48..0.52).contains(&mean), "{mean}");
        let within = (0..4000).filter(|_| draw.normal().abs() < 1.0).count();
        assert!((2600..2860).contains(&within), "68 % of 4000, not {within}");
        assert_eq!((draw.below(0), draw.index(0)), (0, 0));
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut list: Vec<u8> = (0..50).collect();
        Draw::new(7, "", 0).shuffle(&mut list);
        assert_ne!(list, (0..50).collect::<Vec<u8>>());
        list.sort_unstable();
        assert_eq!(list, (0..50).collect::<Vec<u8>>());
    }
}

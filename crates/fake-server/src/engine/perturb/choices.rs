//! What a machine asks where the documents let it choose.

use crate::engine::Draw;
use crate::mutants::Slip;

/// The choices for one request. The default always takes what an unperturbed fake does.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    draw: Option<Draw>,
    /// Of the tenant, the same for all its requests.
    lasting: Option<Draw>,
    /// Of a mutant, what its machine does wrong.
    slip: Option<Slip>,
}

impl Choices {
    /// Choices by chance.
    pub(crate) fn drawn(draw: Draw, lasting: Draw) -> Self {
        Self {
            draw: Some(draw),
            lasting: Some(lasting),
            slip: None,
        }
    }

    /// With this slip, or none.
    pub(crate) fn with_slip(self, slip: Option<Slip>) -> Self {
        Self { slip, ..self }
    }

    /// Whether the machine makes this slip, which only that mutant of the catalogue does.
    pub(crate) fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }

    /// The chance itself; none when nothing is perturbed.
    pub(crate) fn draw(&self) -> Option<&Draw> {
        self.draw.as_ref()
    }

    /// One of the ways; the first one is what an unperturbed fake takes.
    ///
    /// # Panics
    /// When there is none: the ways stand in the code.
    pub(crate) fn of<T: Copy, const N: usize>(&self, ways: [T; N]) -> T {
        const { assert!(N > 0) };
        ways[self.draw.as_ref().map_or(0, |draw| draw.index(N))]
    }

    /// Whether to do otherwise than an unperturbed fake, which is so every other time.
    pub(crate) fn otherwise(&self) -> bool {
        self.of([false, true])
    }

    /// As [`Self::otherwise`], but seldom: for what a client could not go on after.
    pub(crate) fn seldom(&self) -> bool {
        self.of([false, false, false, true])
    }

    /// As [`Self::seldom`], but the same in all requests of a tenant: for what a service does one
    /// way or the other.
    pub(crate) fn seldom_a_tenant(&self) -> bool {
        let lasting = self.lasting.clone();
        lasting.is_some_and(|draw| draw.below(4) == 0)
    }

    /// Puts a list into another order.
    pub(crate) fn order<T>(&self, list: &mut [T]) {
        if let Some(draw) = &self.draw {
            draw.shuffle(list);
        }
    }

    /// Leaves out what may be left out.
    pub(crate) fn optional<T>(&self, member: &mut Option<T>) {
        if self.otherwise() {
            *member = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_perturbation_everything_is_as_usual() {
        let choices = Choices::default();
        let (mut list, mut member) = ([1, 2, 3], Some(1));
        choices.order(&mut list);
        choices.optional(&mut member);
        assert_eq!((list, member, choices.of([7, 8])), ([1, 2, 3], Some(1), 7));
        assert!(!choices.otherwise() && !choices.seldom() && !choices.seldom_a_tenant());
    }

    #[test]
    fn with_it_each_way_is_taken() {
        let choices = Choices::drawn(Draw::new(1, "", 1), Draw::new(1, "", 0));
        for way in 0..4 {
            assert!((0..200).any(|_| choices.of([0, 1, 2, 3]) == way));
        }
    }
}

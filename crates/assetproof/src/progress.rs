//! A line on standard error that tells how far a run is, on a terminal only.

use std::cell::Cell;
use std::io::{IsTerminal, Write};

use conformance::Event;

/// Counts cases and redraws its line.
pub(crate) struct Progress {
    total: usize,
    ended: Cell<usize>,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self {
            total,
            ended: Cell::new(0),
            shown: std::io::stderr().is_terminal(),
        }
    }

    pub(crate) fn on(&self, event: &Event<'_>) {
        match event {
            Event::CaseStarted { id } => self.draw(id),
            Event::CaseEnded { record, .. } => {
                self.ended.set(self.ended.get() + 1);
                self.draw(&record.id);
            }
            _ => {}
        }
    }

    fn draw(&self, id: &str) {
        if self.shown {
            // Back to the start of the line and clear it, so that the line stays one line.
            let id: String = id
                .chars()
                .filter(|character| !character.is_control())
                .take(60)
                .collect();
            eprint!("\r\u{1b}[K{}/{} {id}", self.ended.get(), self.total);
            let _unseen = std::io::stderr().flush();
        }
    }

    pub(crate) fn clear(&self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}

//! What can be changed while the engine runs, for all tenants.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest delay: more would look like a server that is gone.
pub const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// The settings of one engine.
#[derive(Debug, Default)]
pub struct Settings {
    fixed_delay: AtomicU64,
}

impl Settings {
    /// How long each answer waits, zero unless told otherwise.
    pub fn fixed_delay(&self) -> Duration {
        Duration::from_millis(self.fixed_delay.load(Ordering::Relaxed))
    }

    /// Lets each answer wait so long, in whole milliseconds and at most [`LONGEST_DELAY`].
    pub fn set_fixed_delay(&self, delay: Duration) {
        let delay = delay.min(LONGEST_DELAY).as_millis();
        self.fixed_delay
            .store(u64::try_from(delay).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

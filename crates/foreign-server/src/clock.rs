//! The clock that jobs and tasks are timed by, and how a time is written. It can be put ahead, so
//! that no test waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A clock; its clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Where the clock stands still; the system's time when there is none.
    stopped_at: Option<Duration>,
    ahead: Arc<Mutex<Duration>>,
}

impl Clock {
    /// A clock that stands still at `since_epoch` (since 1970-01-01T00:00:00Z) until it is put
    /// ahead. The default clock shows the system's time.
    pub fn stopped_at(since_epoch: Duration) -> Self {
        Self {
            stopped_at: Some(since_epoch),
            ahead: Arc::default(),
        }
    }

    /// Puts the clock ahead.
    pub fn advance(&self, by: Duration) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.saturating_add(by);
    }

    /// The time since 1970-01-01T00:00:00Z.
    pub(crate) fn now(&self) -> Duration {
        let base = self.stopped_at.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default()
        });
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        base.saturating_add(*ahead)
    }
}

/// A time as ISO 8601 writes it, in UTC with milliseconds: `2026-01-31T08:30:00.250Z`.
pub(crate) fn iso_8601(since_epoch: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let seconds = since_epoch.as_secs();
    let (year, month, day) = date(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    let milliseconds = since_epoch.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

/// Year, month and day of the Gregorian calendar, so many days after 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    // The calendar repeats itself after 400 years; the rest is counted off, year by year.
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let mut year = 1970 + days / DAYS_OF_400_YEARS * 400;
    days %= DAYS_OF_400_YEARS;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "1970-01-01T00:00:00.000Z")]
    #[case(951_782_399, "2000-02-28T23:59:59.000Z")]
    #[case(951_782_400, "2000-02-29T00:00:00.000Z")]
    #[case(1_767_225_599, "2025-12-31T23:59:59.000Z")]
    #[case(4_107_542_400, "2100-03-01T00:00:00.000Z")]
    fn a_time_is_written_as_iso_8601(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(iso_8601(Duration::from_secs(seconds)), expected);
    }
}

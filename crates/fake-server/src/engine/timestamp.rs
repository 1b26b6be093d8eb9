//! Points in time as the engine keeps and shows its own: RFC 3339 in UTC to the nanosecond, so
//! that a state that was kept is the very same when it comes back. Times before 1970 are written as
//! 1970, those after 9999 as the last one. How an API writes times is its own business.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serializer};

/// The last second that has four digits for its year.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// As text, e.g. `2026-01-01T00:00:00.000000000Z`.
pub(crate) fn text(time: SystemTime) -> String {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    humantime::format_rfc3339_nanos(SystemTime::UNIX_EPOCH + since.min(LAST)).to_string()
}

/// Reads such a text, with or without fractions of a second.
pub(crate) fn read(text: &str) -> Result<SystemTime, String> {
    humantime::parse_rfc3339(text)
        .map_err(|_| format!("{text:?} is no time such as 2026-01-01T00:00:00Z"))
}

pub(crate) fn serialize<S: Serializer>(
    time: &SystemTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*time))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SystemTime, D::Error> {
    read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_to_the_nanosecond_and_one_out_of_range_is_no_panic() {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_767_225_600, 7);
        assert_eq!(text(time), "2026-01-01T00:00:00.000000007Z");
        assert_eq!(read(&text(time)), Ok(time));
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(read(&text(before)), Ok(SystemTime::UNIX_EPOCH));
        let after = SystemTime::UNIX_EPOCH + LAST * 2;
        assert_eq!(read(&text(after)), Ok(SystemTime::UNIX_EPOCH + LAST));
        assert!(read("yesterday").is_err());
    }
}

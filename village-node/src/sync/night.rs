//! The nightly exchange: every office has its own minute between 22:00 and 04:00 WIB.

use office_model::OfficeCode;
use sync_exchange::nightly_slot;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// WIB is UTC+7, without summer time.
const WIB: i64 = 7 * HOUR;
const OPENS: i64 = 22 * HOUR;
const WINDOW: i64 = 6 * HOUR;

/// The next nightly exchange of an office after `now`, both in milliseconds since 1970 UTC. `now` is the hub's time
/// as far as it is known: village clocks are wrong.
pub(crate) fn next_after(office: &OfficeCode, now: i64) -> i64 {
    let slot = i64::try_from(nightly_slot(office, WINDOW.unsigned_abs())).unwrap_or_default();
    let today = (now + WIB).div_euclid(DAY) * DAY + OPENS + slot - WIB;
    // The night that began yesterday may still be on.
    [today - DAY, today, today + DAY].into_iter().find(|at| *at > now).unwrap_or(now + DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_within_a_day_and_inside_the_window() {
        let office: OfficeCode = "35.10.01.2001".parse().unwrap();
        for now in (0..200).map(|step| 1_700_000_000_000 + step * 1_234_567) {
            let at = next_after(&office, now);
            assert!(at > now && at <= now + DAY);
            let into = (at + WIB - OPENS).rem_euclid(DAY);
            assert!(into < WINDOW, "{into}");
            assert_eq!(next_after(&office, at - 1), at);
            assert_eq!(next_after(&office, at), at + DAY);
        }
    }
}

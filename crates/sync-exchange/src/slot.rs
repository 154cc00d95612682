//! When in the night an office calls: spread over the window by its code, the same every night.

use office_model::OfficeCode;
use sha2::{Digest as _, Sha256};

/// Milliseconds after the window's start at which an office calls, below `window_millis`.
pub fn nightly_slot(office: &OfficeCode, window_millis: u64) -> u64 {
    let hash = Sha256::digest(office.as_str().as_bytes());
    let number = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    number % window_millis.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roster_spreads_over_the_window() {
        let window = 6 * 3600 * 1000;
        let mut per_hour = [0; 6];
        for office in office_model::Roster::banyuwangi().villages() {
            let slot = nightly_slot(&office.code, window);
            assert!(slot < window);
            per_hour[usize::try_from(slot / 3_600_000).unwrap()] += 1;
        }
        assert!(per_hour.iter().all(|count| *count > 15), "{per_hour:?}");
    }
}

//! Clock, randomness and the machine's name: all that is taken from outside besides files and sockets.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::Failure;

/// The device clock: milliseconds since 1970 UTC.
pub(crate) fn now_millis() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
    }
}

/// Rounded down to whole seconds: what goes into a record. Fewer bytes on the wire, and no clerk needs more.
pub(crate) const fn whole_seconds(millis: i64) -> i64 {
    millis - millis.rem_euclid(1000)
}

/// Fresh random bytes of the operating system.
///
/// # Errors
///
/// When the operating system has none to give.
pub(crate) fn random<const COUNT: usize>() -> Result<[u8; COUNT], Failure> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::machine(
            "randomness",
            format!(
                "Sistem operasi tidak memberi angka acak. Tidak ada yang berubah; mulai ulang komputer ini. ({error})"
            ),
            format!(
                "The operating system gives no random numbers. Nothing was changed; restart this machine. ({error})"
            ),
        )
    })?;
    Ok(bytes)
}

/// A name for this machine that tells nothing about it, so that a folder copied elsewhere is noticed.
pub(crate) fn machine_name() -> String {
    let known = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostname"]
        .into_iter()
        .find_map(|path| std::fs::read_to_string(path).ok().filter(|text| !text.trim().is_empty()))
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_else(|| "unnamed".to_owned());
    let hash = Sha256::new().chain_update(b"smart-kampung machine v1\0").chain_update(known.trim()).finalize();
    HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_down_before_1970_too() {
        assert_eq!(whole_seconds(1_999), 1_000);
        assert_eq!(whole_seconds(2_000), 2_000);
        assert_eq!(whole_seconds(-1), -1_000);
    }

    #[test]
    fn a_machine_keeps_its_name() {
        assert_eq!(machine_name(), machine_name());
        assert_eq!(machine_name().len(), 16);
    }
}

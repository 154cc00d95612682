//! The hub's clock, random bytes and machine name: what pure code takes as arguments.

use change_log::EpochId;
use sha2::{Digest as _, Sha256};

use crate::Failure;

/// Milliseconds since 1970 UTC, by this machine's clock.
pub fn now_millis() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// A fresh random epoch.
///
/// # Errors
///
/// When the operating system gives no random bytes.
pub fn fresh_epoch() -> Result<EpochId, Failure> {
    random().map(EpochId)
}

/// Random bytes of the operating system.
///
/// # Errors
///
/// When it gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::machine(format!("the operating system gave no random bytes: {error}"), "try again")
            .id(format!("sistem operasi pusat tidak memberi angka acak (kata sistem: {error})"), "coba lagi")
    })?;
    Ok(bytes)
}

/// Names this machine, without telling its real name.
pub fn machine() -> String {
    let id = ["/etc/machine-id", "/etc/hostname"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok().filter(|text| !text.trim().is_empty()));
    let hash =
        Sha256::new().chain_update(b"smart-kampung machine v1\0").chain_update(id.unwrap_or_default()).finalize();
    data_encoding::HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

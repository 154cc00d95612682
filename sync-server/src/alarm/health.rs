//! What was last found of the hub's backup and integrity, by commands and by the night's run.

use replica_store::{Reader, Replica};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Where it is kept.
const KEY: &str = "alarm/health";

/// What was last found. Times in milliseconds since 1970 UTC, hub clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Health {
    /// When the last good backup was made.
    pub(crate) backed_up: Option<i64>,
    /// When the last bad one was tried, and why it failed.
    pub(crate) backup_failed: Option<(i64, String)>,
    /// When everything was last verified, and how many problems there were.
    pub(crate) verified: Option<(i64, u64)>,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "kebab-case", deny_unknown_fields)]
pub enum HealthNote {
    /// A backup was made, whole.
    BackedUp,
    /// A backup could not be made, or was not whole.
    BackupFailed {
        /// Why.
        why: String,
    },
    /// Everything was verified.
    Verified {
        /// What was wrong.
        problems: u64,
    },
}

impl Health {
    /// As kept.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn read(reader: &Reader) -> Result<Self, Failure> {
        let kept = reader.setting(KEY)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }
}

/// Notes what was found: alarms begin and end by it at the next look.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note(replica: &mut Replica, found: &HealthNote, now_millis: i64) -> Result<(), Failure> {
    let mut health = Health::read(replica)?;
    match found {
        HealthNote::BackedUp => health.backed_up = Some(now_millis),
        HealthNote::BackupFailed { why } => health.backup_failed = Some((now_millis, why.clone())),
        HealthNote::Verified { problems } => health.verified = Some((now_millis, *problems)),
    }
    replica.set_setting(KEY, &serde_json::to_vec(&health).map_err(Failure::internal)?)?;
    Ok(())
}

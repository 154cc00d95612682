//! What the settings say about nights.

use std::path::{Path, PathBuf};

use office_model::calendar::Holidays;

use crate::Failure;
use crate::settings::Settings;

/// How nights are closed at this hub.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Minutes after 00:00 WIB at which a night's report is due.
    pub(crate) report_minute: u32,
    pub(crate) holidays: Holidays,
    /// Where backups go; nothing: none are made.
    pub(crate) backup_dir: Option<PathBuf>,
    /// So many of them stay.
    pub(crate) backups_kept: usize,
}

impl Plan {
    /// `dir`: the data folder, from which a relative folder of backups is taken.
    ///
    /// # Errors
    ///
    /// When a holiday is no date.
    pub(crate) fn of(settings: &Settings, dir: &Path) -> Result<Self, Failure> {
        let holidays = Holidays::parse(settings.holidays.as_deref().unwrap_or_default());
        let holidays = holidays.map_err(|fault| {
            Failure::input(
                format!("the setting holidays holds something that is no date: {}", fault.text.en),
                "write them like 2026-03-20, 2026-03-23",
            )
        })?;
        let set = settings.backup_dir.as_deref().map(str::trim).filter(|folder| !folder.is_empty());
        Ok(Self {
            report_minute: settings.report_minute,
            holidays,
            backup_dir: set.map(|folder| dir.join(folder)),
            backups_kept: usize::try_from(settings.backups_kept).unwrap_or(usize::MAX),
        })
    }
}

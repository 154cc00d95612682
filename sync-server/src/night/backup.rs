//! The night's backup: written beside its place, opened and checked there, and only then put in it. Attached files that no
//! earlier night has copied go into the folder `blobs` there, each checked against its hash.
//!
//! Whatever interrupts it leaves a folder `hub-DATE.part`, which the next try takes away.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use change_log::BlobHash;
use chrono::{Datelike as _, NaiveDate};
use office_model::counted;
use replica_store::{FilesKept, ProblemKind, Reader, files_beside};

use super::report::BackupLine;
use crate::{Failure, init, kept_settings};

const BEFORE: &str = "hub-";
const AFTER: &str = ".backup";
const PART: &str = ".part";
/// The name under which a database is opened.
const DATABASE: &str = "replica.db";

/// Makes the backup of a night in a folder and takes the oldest away beyond `kept`. A failure is told in the report: the
/// hub goes on without.
pub(crate) fn backup(reader: &Reader, folder: &Path, date: NaiveDate, kept: usize, now_millis: i64) -> BackupLine {
    let (file, bytes, kept) = match make(reader, folder, date, kept) {
        Ok(made) => made,
        Err(failure) => return BackupLine { error: Some(why(&failure)), ..state("failed") },
    };
    let files = copy_files(reader, &file, date);
    BackupLine {
        state: if files.is_ok() { "made" } else { "failed" }.to_owned(),
        file: Some(file.display().to_string()),
        bytes: Some(bytes),
        made_millis: Some(now_millis),
        verified: files.is_ok(),
        error: files.as_ref().err().map(why),
        kept: Some(kept),
        files: files.as_ref().ok().map(|files| files.kept),
        files_missing: files.ok().map(|files| files.missing),
    }
}

/// A line that says no more than this.
pub(super) fn state(word: &str) -> BackupLine {
    BackupLine { state: word.to_owned(), ..BackupLine::default() }
}

fn why(failure: &Failure) -> String {
    format!("{}; {}", failure.error, failure.next)
}

/// Copies what is not there yet. Of what is, a part is read again each night, all of it within a month: disks forget.
fn copy_files(reader: &Reader, backup: &Path, date: NaiveDate) -> Result<FilesKept, Failure> {
    const NIGHTS: i32 = 32;
    let tonight = date.num_days_from_ce().rem_euclid(NIGHTS);
    let recheck = |hash: BlobHash| i32::from(hash.0[0]).rem_euclid(NIGHTS) == tonight;
    Ok(reader.back_up_files(&files_beside(backup), recheck)?)
}

fn make(reader: &Reader, folder: &Path, date: NaiveDate, kept: usize) -> Result<(PathBuf, u64, u64), Failure> {
    let failed = |error: io::Error| Failure::file(folder, &error);
    if !folder.exists() {
        fs::create_dir_all(folder).map_err(failed)?;
        private(folder, 0o700).map_err(failed)?;
    }
    for (left, is_part) in ours(folder).map_err(failed)? {
        if is_part {
            fs::remove_dir_all(folder.join(format!("{BEFORE}{left}{PART}"))).map_err(failed)?;
        }
    }
    let part = folder.join(format!("{BEFORE}{date}{PART}"));
    fs::create_dir(&part).and_then(|()| private(&part, 0o700)).map_err(failed)?;
    let database = part.join(DATABASE);
    let settings = kept_settings::of(reader.dir())?;
    let settings = settings.as_deref().map(|file| (kept_settings::SETTING, file));
    reader.backup_with(&database, settings.as_slice())?;
    private(&database, 0o600).map_err(failed)?;
    verify(reader, &part)?;
    let file = folder.join(format!("{BEFORE}{date}{AFTER}"));
    fs::rename(&database, &file).and_then(|()| fs::remove_dir_all(&part)).map_err(failed)?;
    // The name as well outlives a power cut.
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    let bytes = fs::metadata(&file).map_err(failed)?.len();
    Ok((file, bytes, thin(folder, kept).map_err(failed)?))
}

/// Opens the copy as a hub is opened, and checks everything in it but the attached files, which are beside it.
fn verify(reader: &Reader, part: &Path) -> Result<(), Failure> {
    let copy = Reader::open(part)?;
    let bad = |what: String| {
        Failure::machine(
            format!("the backup that was just written is not good: {what}"),
            "check the disk of backup_dir; the backups of earlier nights are still there",
        )
    };
    if copy.hub() != reader.hub() || copy.role() != reader.role() {
        return Err(bad("it is of another hub".to_owned()));
    }
    init::roster(&copy)?;
    let mut problems = exchange_driver::verify_hub(&copy, &mut |_, _| ())?.report.problems;
    problems.retain(|problem| problem.kind != ProblemKind::Blob);
    problems.first().map_or(Ok(()), |first| {
        Err(bad(format!("{}, the first: {first}", counted(problems.len() as u64, "problem", "problems"))))
    })
}

/// Takes the oldest backups away; how many stay. At least one does.
fn thin(folder: &Path, kept: usize) -> io::Result<u64> {
    let mut dates: Vec<NaiveDate> =
        ours(folder)?.into_iter().filter(|(_, is_part)| !is_part).map(|(date, _)| date).collect();
    dates.sort_unstable_by(|one, other| other.cmp(one));
    for date in dates.iter().skip(kept.max(1)) {
        fs::remove_file(folder.join(format!("{BEFORE}{date}{AFTER}")))?;
    }
    Ok(dates.len().min(kept.max(1)) as u64)
}

/// The backups of the folder, and what is left of interrupted ones. Whatever else is in it is nobody's business.
fn ours(folder: &Path) -> io::Result<Vec<(NaiveDate, bool)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(BEFORE)) else { continue };
        let (date, is_part) = match (rest.strip_suffix(AFTER), rest.strip_suffix(PART)) {
            (Some(date), _) => (date, false),
            (None, Some(date)) => (date, true),
            (None, None) => continue,
        };
        // Only names that we give ourselves.
        let parsed = date.parse::<NaiveDate>().ok().filter(|parsed| parsed.to_string() == date);
        found.extend(parsed.map(|date| (date, is_part)));
    }
    Ok(found)
}

fn private(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_are_checked_thinned_and_never_touch_what_is_not_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let (hub, folder) = (dir.path().join("hub"), dir.path().join("backups"));
        init::init(&hub, "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n")
            .unwrap();
        let reader = Reader::open(&hub).unwrap();
        let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        // Left by one that was killed, and somebody's own file.
        fs::create_dir_all(folder.join("hub-2026-11-20.part")).unwrap();
        fs::write(folder.join("hub-2026-11-20.part/replica.db"), "half").unwrap();
        fs::write(folder.join("hub-mine.backup"), "mine").unwrap();
        for day in 20..25 {
            let line = backup(&reader, &folder, date(day), 3, 7);
            assert!(line.state == "made" && line.verified && line.made_millis == Some(7), "{line:?}");
        }
        let again = backup(&reader, &folder, date(24), 3, 8);
        assert_eq!((again.state.as_str(), again.kept), ("made", Some(3)));
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            ["hub-2026-11-22.backup", "hub-2026-11-23.backup", "hub-2026-11-24.backup", "hub-mine.backup"]
        );
        let file = fs::metadata(again.file.unwrap()).unwrap();
        assert_eq!((file.permissions().mode() & 0o777, Some(file.len())), (0o600, again.bytes));
        // A place that is no folder.
        let line = backup(&reader, &folder.join("hub-mine.backup"), date(24), 3, 9);
        assert!(line.state == "failed" && !line.verified && line.error.is_some(), "{line:?}");
    }
}

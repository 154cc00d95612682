//! What is said of an alarm beyond its kind, as people read it. Pure.

use office_model::Bilingual;

use super::Kind;

/// What begins the detail of a backup that was never made,
const NEVER: &str = "never, ";
/// and of one that failed.
const FAILED: &str = "failed: ";
/// What ends an age.
const HOURS: &str = " h";

/// Of a backup that is so many hours old, and too old.
pub(super) fn too_old(hours: i64) -> String {
    format!("{hours}{HOURS}")
}

/// None was ever made since the first machine joined so many hours ago.
pub(super) fn never_made(hours: i64) -> String {
    format!("{NEVER}{hours}{HOURS}")
}

/// The last one failed.
pub(super) fn failed(why: &str) -> String {
    format!("{FAILED}{why}")
}

/// As people read it; empty where there is nothing to say.
pub(crate) fn said(kind: Kind, detail: &str) -> Bilingual {
    if detail.is_empty() {
        return Bilingual::new("", "");
    }
    if let (Kind::Backup, Some(said)) = (kind, backup(detail)) {
        return said;
    }
    let Bilingual { id, en } = kind.measure();
    Bilingual::new(format!("{id}: {detail}"), format!("{en}: {detail}"))
}

fn backup(detail: &str) -> Option<Bilingual> {
    if let Some(why) = detail.strip_prefix(FAILED) {
        return Some(Bilingual::new(format!("yang terakhir gagal: {why}"), format!("the last one failed: {why}")));
    }
    let (is_made, age) = detail.strip_prefix(NEVER).map_or((true, detail), |age| (false, age));
    let hours: u64 = age.strip_suffix(HOURS)?.parse().ok()?;
    let (id, en) = ago(hours);
    Some(if is_made {
        Bilingual::new(format!("terlalu lama: dibuat {id} lalu"), format!("too old: made {en} ago"))
    } else {
        Bilingual::new(
            format!("belum pernah dibuat; komputer pertama terdaftar {id} lalu"),
            format!("never made; the first machine joined {en} ago"),
        )
    })
}

/// So many hours in words.
fn ago(hours: u64) -> (String, String) {
    let more = |count: u64, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    let (days, rest) = (hours / 24, hours % 24);
    match (days, rest) {
        (0, _) => (format!("{hours} jam"), more(hours, "hour")),
        (_, 0) => (format!("{days} hari"), more(days, "day")),
        _ => (format!("{days} hari {rest} jam"), format!("{} {}", more(days, "day"), more(rest, "hour"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_failed_was_never_made_or_is_too_old_is_told_apart() {
        let told = |detail: String| said(Kind::Backup, &detail);
        assert_eq!(told(too_old(94)).id, "terlalu lama: dibuat 3 hari 22 jam lalu");
        assert_eq!(told(too_old(25)).en, "too old: made 1 day 1 hour ago");
        assert_eq!(told(never_made(72)).id, "belum pernah dibuat; komputer pertama terdaftar 3 hari lalu");
        assert_eq!(told(failed("no room")).id, "yang terakhir gagal: no room");
        assert_eq!(told("no room".to_owned()).en, "age or reason: no room", "as programs of before kept it");
        assert_eq!(said(Kind::DiskLow, "812 MB").id, "sisa: 812 MB");
        assert_eq!(said(Kind::CodeReused, "").id, "");
    }
}

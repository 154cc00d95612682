//! What is wrong now: from facts, limits and what is an alarm already. Pure.

use std::collections::BTreeMap;

use office_model::calendar::Holidays;
use office_model::{OfficeCode, counted};

use super::silence::Watch;
use super::{Health, Incident, Kind, detail};
use crate::settings::Settings;

const HOUR_MILLIS: i64 = 3_600_000;
const MEGABYTE: u64 = 1024 * 1024;

/// What is known. Times in milliseconds since 1970 UTC, hub clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) now_millis: i64,
    /// When the hub listened.
    pub(crate) watch: Watch,
    /// Offices with a machine, and when any of those was last heard (at first: when the last one joined).
    pub(crate) heard: BTreeMap<OfficeCode, i64>,
    /// Offices one of whose codes was tried again and would be good still.
    pub(crate) reused: Vec<OfficeCode>,
    /// Bytes left on the disk; nothing when it does not say.
    pub(crate) free_bytes: Option<u64>,
    /// Why the disk takes nothing.
    pub(crate) disk_fault: Option<String>,
    /// What was last found of backup and integrity.
    pub(crate) health: Health,
    /// When the hub was made: before that there was nothing to back up.
    pub(crate) made_millis: i64,
}

/// From when on something is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    silent_hours: u32,
    free_mb: u32,
    backup_hours: u32,
    /// No office is expected to call on these.
    holidays: Holidays,
}

impl Limits {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            silent_hours: settings.alarm_silent_hours,
            free_mb: settings.alarm_disk_mb,
            backup_hours: settings.alarm_backup_hours,
            // A hub whose setting is wrong does not start.
            holidays: Holidays::parse(settings.holidays.as_deref().unwrap_or_default()).unwrap_or_default(),
        }
    }
}

/// Whether something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It is, and how.
    Wrong(String),
    /// Neither so wrong that an alarm begins, nor so right that one ends.
    Unclear,
    /// It is not.
    Right,
}

/// Of everything that could be wrong. `open`: alarms that go on, and since when.
pub(crate) fn findings(facts: &Facts, limits: &Limits, open: &BTreeMap<Incident, i64>) -> BTreeMap<Incident, Finding> {
    let mut found = BTreeMap::new();
    let mut note = |incident, finding| found.insert(incident, finding);
    note(Incident::of_hub(Kind::Integrity), integrity(&facts.health));
    note(Incident::of_hub(Kind::DiskFails), facts.disk_fault.clone().map_or(Finding::Right, Finding::Wrong));
    note(Incident::of_hub(Kind::DiskLow), disk_low(facts.free_bytes, limits));
    note(Incident::of_hub(Kind::Backup), backup(facts, limits));
    for office in &facts.reused {
        note(Incident::of(Kind::CodeReused, *office), Finding::Wrong(String::new()));
    }
    for (office, heard) in &facts.heard {
        let incident = Incident::of(Kind::OfficeSilent, *office);
        note(incident, silent(*heard, facts, limits, open.get(&incident).copied()));
    }
    found
}

fn integrity(health: &Health) -> Finding {
    // Where nobody has looked yet, nothing is known to be wrong.
    match health.verified.map_or(0, |(_, problems)| problems) {
        0 => Finding::Right,
        problems => Finding::Wrong(counted(problems, "problem", "problems")),
    }
}

/// Begins below the limit, and ends a fifth above it: a disk that swings around it is one incident.
fn disk_low(free: Option<u64>, limits: &Limits) -> Finding {
    let wanted = u64::from(limits.free_mb) * MEGABYTE;
    match free {
        Some(free) if free < wanted => Finding::Wrong(format!("{} MB", free / MEGABYTE)),
        Some(free) if free < wanted + wanted / 5 => Finding::Unclear,
        None if limits.free_mb > 0 => Finding::Unclear,
        _ => Finding::Right,
    }
}

fn backup(facts: &Facts, limits: &Limits) -> Finding {
    if limits.backup_hours == 0 {
        return Finding::Right;
    }
    // One that was made while the clock was ahead is of nobody knows when.
    let backed_up = facts.health.backed_up.filter(|at| *at <= facts.now_millis);
    if let Some((_, why)) = facts.health.backup_failed.as_ref().filter(|(at, _)| Some(*at) >= backed_up) {
        return Finding::Wrong(detail::failed(why));
    }
    let last = backed_up.unwrap_or(facts.made_millis.min(facts.now_millis));
    let hours = facts.now_millis.saturating_sub(last) / HOUR_MILLIS;
    if hours < i64::from(limits.backup_hours) {
        return Finding::Right;
    }
    let is_made = facts.health.backed_up.is_some();
    Finding::Wrong(if is_made { detail::too_old(hours) } else { detail::never_made(hours) })
}

/// An alarm begins when the hub listened for so long in vain, in one piece or in many; it ends when the office is heard.
fn silent(heard: i64, facts: &Facts, limits: &Limits, since: Option<i64>) -> Finding {
    if limits.silent_hours == 0 {
        return Finding::Right;
    }
    if facts.watch.listened_millis(heard, &limits.holidays) >= i64::from(limits.silent_hours) * HOUR_MILLIS {
        return Finding::Wrong(desk_kit::moments::long(heard));
    }
    if since.is_some_and(|since| heard < since) { Finding::Unclear } else { Finding::Right }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-11-25 00:00 WIB, a Wednesday.
    const NOW: i64 = 1_795_539_600_000;

    fn limits() -> Limits {
        Limits { silent_hours: 26, free_mb: 1024, backup_hours: 72, holidays: Holidays::default() }
    }

    fn office() -> OfficeCode {
        "35.10.01.2001".parse().unwrap()
    }

    /// A hub that has listened for so many hours without a break.
    fn listening(hours: i64) -> Watch {
        (0..=hours * 6)
            .fold(None, |watch, tens| Some(Watch::looked(watch, NOW - (hours * 6 - tens) * 600_000)))
            .unwrap()
    }

    fn facts(heard_hours_ago: i64, listening_hours: i64) -> Facts {
        Facts {
            now_millis: NOW,
            watch: listening(listening_hours),
            heard: BTreeMap::from([(office(), NOW - heard_hours_ago * HOUR_MILLIS)]),
            free_bytes: Some(u64::MAX),
            made_millis: NOW,
            ..Facts::default()
        }
    }

    fn one(facts: &Facts, incident: Incident, open: &BTreeMap<Incident, i64>) -> Finding {
        findings(facts, &limits(), open).remove(&incident).unwrap()
    }

    #[test]
    fn an_office_is_silent_only_when_the_hub_listened_for_so_long() {
        let silent = Incident::of(Kind::OfficeSilent, office());
        let none = BTreeMap::new();
        assert!(matches!(one(&facts(26, 30), silent, &none), Finding::Wrong(_)));
        assert_eq!(one(&facts(25, 30), silent, &none), Finding::Right);
        assert_eq!(one(&facts(40, 25), silent, &none), Finding::Right, "the hub was off");
        let open = BTreeMap::from([(silent, NOW - 30 * HOUR_MILLIS)]);
        assert_eq!(
            one(&facts(40, 25), silent, &open),
            Finding::Unclear,
            "that the hub was off is no word of the office"
        );
        assert_eq!(one(&facts(20, 25), silent, &open), Finding::Right, "it called");
        let off = Limits { silent_hours: 0, ..limits() };
        assert_eq!(findings(&facts(99, 99), &off, &open)[&silent], Finding::Right);
    }

    #[test]
    fn a_disk_around_its_limit_is_one_incident() {
        let low = Incident::of_hub(Kind::DiskLow);
        let free = |mb: u64| Facts { free_bytes: Some(mb * MEGABYTE), ..facts(0, 0) };
        let found = [1023, 1024, 1228, 1300].map(|mb| one(&free(mb), low, &BTreeMap::new()));
        assert_eq!(found, [Finding::Wrong("1023 MB".to_owned()), Finding::Unclear, Finding::Unclear, Finding::Right]);
    }

    #[test]
    fn a_backup_is_too_old_or_broken_until_a_good_one() {
        let backup = Incident::of_hub(Kind::Backup);
        let none = BTreeMap::new();
        let with = |health: Health, made_hours: i64| {
            one(&Facts { health, made_millis: NOW - made_hours * HOUR_MILLIS, ..facts(0, 0) }, backup, &none)
        };
        let made = |hours: i64| Health { backed_up: Some(NOW - hours * HOUR_MILLIS), ..Health::default() };
        assert_eq!(with(Health::default(), 71), Finding::Right, "a young hub");
        assert_eq!(with(Health::default(), 72), Finding::Wrong("never, 72 h".to_owned()), "never one");
        assert_eq!(with(made(1), 1000), Finding::Right);
        assert_eq!(with(made(-400), 1000), Finding::Wrong("1000 h".to_owned()), "made while the clock was ahead");
        let failed = |hours: i64| Some((NOW - hours * HOUR_MILLIS, "no room".to_owned()));
        assert_eq!(
            with(Health { backup_failed: failed(1), ..made(2) }, 1000),
            Finding::Wrong("failed: no room".to_owned())
        );
        assert_eq!(with(Health { backup_failed: failed(3), ..made(2) }, 1000), Finding::Right);
    }
}

//! The report of a night: each office proven, late (since when), never proven, or not enrolled.
//!
//! It is made once and kept: asked for again, the same bytes come back.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone as _};
use office_model::OfficeCode;
use office_model::calendar::WIB_SECONDS;
use replica_store::{Node, Reader, Replica};
use serde_json::{Value, json};

use crate::{Failure, init};

/// The night of a date begins at 18:00 WIB of the day before.
const NIGHT_BEGINS_BEFORE_MILLIS: i64 = 6 * 3_600_000;

/// So many missed nights are caught up with.
pub const CAUGHT_UP_MAX: usize = 31;

/// The report of the night that ended on the morning of `date`: the one that was made, else a new one, which is kept.
///
/// # Errors
///
/// When the date has not begun, or the database refuses.
pub fn report(replica: &mut Replica, date: NaiveDate, now_millis: i64) -> Result<Value, Failure> {
    if let Some(kept) = kept(replica, date)? {
        return Ok(kept);
    }
    let begin = midnight_millis(date)?;
    if now_millis < begin {
        return Err(Failure::input(
            format!("the night of {date} is not over: it is still before 00:00 WIB of that day"),
            "ask again on that day, or name an earlier date",
        ));
    }
    let made = make(replica, date, begin, now_millis)?;
    replica.set_setting(&key(date), &serde_json::to_vec(&made).map_err(Failure::internal)?)?;
    Ok(made)
}

/// The report of a date, if it was made.
///
/// # Errors
///
/// When the database cannot be read.
pub fn kept(reader: &Reader, date: NaiveDate) -> Result<Option<Value>, Failure> {
    let Some(bytes) = reader.setting(&key(date))? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(Failure::internal)
}

/// The nights whose reports are due and were not made, the oldest first: back to the last one that was made, to the first
/// node's enrolment, or [`CAUGHT_UP_MAX`] nights. `report_minute`: minutes after 00:00 WIB at which a night's report is
/// due.
///
/// # Errors
///
/// When the database cannot be read.
pub fn missed(reader: &Reader, now_millis: i64, report_minute: u32) -> Result<Vec<NaiveDate>, Failure> {
    let Some(begun) = reader.registered_nodes()?.iter().map(|node| node.enrolled_millis).min() else {
        return Ok(Vec::new());
    };
    let (today, minute) = wib(now_millis);
    let last = if minute >= report_minute { Some(today) } else { today.pred_opt() };
    let mut missed = Vec::new();
    for date in last.into_iter().flat_map(|last| last.iter_days().rev()).take(CAUGHT_UP_MAX) {
        let due = midnight_millis(date)? + i64::from(report_minute) * 60_000;
        if due < begun || kept(reader, date)?.is_some() {
            break;
        }
        missed.push(date);
    }
    missed.reverse();
    Ok(missed)
}

/// The date in WIB, and the minute of that day.
pub fn wib(now_millis: i64) -> (NaiveDate, u32) {
    use chrono::Timelike as _;
    let local = DateTime::from_timestamp_millis(now_millis).unwrap_or_default().naive_utc()
        + chrono::TimeDelta::seconds(i64::from(WIB_SECONDS));
    (local.date(), local.hour() * 60 + local.minute())
}

fn key(date: NaiveDate) -> String {
    format!("nightly/{date}")
}

fn midnight_millis(date: NaiveDate) -> Result<i64, Failure> {
    let zone = FixedOffset::east_opt(WIB_SECONDS).ok_or_else(|| Failure::internal("WIB"))?;
    let midnight = date.and_hms_opt(0, 0, 0).and_then(|time| zone.from_local_datetime(&time).single());
    Ok(midnight.ok_or_else(|| Failure::input("there is no such date", "write it as 2026-01-31"))?.timestamp_millis())
}

fn make(reader: &Reader, date: NaiveDate, begin: i64, now_millis: i64) -> Result<Value, Failure> {
    let mut nodes: BTreeMap<OfficeCode, Vec<Node>> = BTreeMap::new();
    for node in reader.registered_nodes()? {
        if node.revoked_millis.is_none() {
            nodes.entry(node.office).or_default().push(node);
        }
    }
    let held: BTreeMap<_, _> = reader.offices()?.into_iter().collect();
    let night_begins = begin - NIGHT_BEGINS_BEFORE_MILLIS;
    let mut totals: BTreeMap<&str, u64> =
        ["proven", "late", "never", "not_enrolled"].into_iter().map(|state| (state, 0)).collect();
    let mut offices = Vec::new();
    for office in init::roster(reader)?.iter() {
        let of_office = nodes.get(&office.code).map_or(&[][..], Vec::as_slice);
        let (state, since) = judge(of_office, night_begins);
        *totals.entry(state).or_default() += 1;
        offices.push(json!({
            "office": office.code,
            "name": office.full_name(),
            "state": state,
            "since_millis": since,
            "nodes": of_office.iter().map(|node| json!({
                "node": node.id,
                "proven_millis": node.proven.map(|(at, _)| at),
                "last_contact_millis": node.last_contact_millis,
            })).collect::<Vec<_>>(),
            "entries": held.get(&office.code).map_or(0, |digest| digest.count),
        }));
    }
    Ok(json!({
        "date": date,
        "made_millis": now_millis,
        "totals": totals,
        "quarantined": reader.counts()?.quarantined,
        "offices": offices,
    }))
}

/// An office is as well off as the worst of its nodes. `since`: of the proof that is missed (proven: of the oldest
/// proof; late: the last proof before the night; never: since it was enrolled).
pub(crate) fn judge(nodes: &[Node], night_begins: i64) -> (&'static str, Option<i64>) {
    if nodes.is_empty() {
        return ("not_enrolled", None);
    }
    if let Some(enrolled) = nodes.iter().filter(|node| node.proven.is_none()).map(|node| node.enrolled_millis).min() {
        return ("never", Some(enrolled));
    }
    let oldest = nodes.iter().filter_map(|node| node.proven.map(|(at, _)| at)).min();
    match oldest {
        // A proof after the night proves what was recorded in it, too.
        Some(at) if at >= night_begins => ("proven", oldest),
        _ => ("late", oldest),
    }
}

#[cfg(test)]
mod tests {
    use change_log::{Digest, NodeId};

    use super::*;

    fn node(proven: Option<i64>) -> Node {
        Node {
            id: NodeId([1; 8]),
            office: "35.10.01.2001".parse().unwrap(),
            public_key: [0; 32],
            enrolled_millis: 5,
            revoked_millis: None,
            last_contact_millis: None,
            exchanges: 0,
            version: None,
            clock_offset_millis: None,
            proven: proven.map(|at| (at, Digest::default())),
        }
    }

    #[test]
    fn an_office_is_as_well_off_as_its_worst_node() {
        assert_eq!(judge(&[], 100), ("not_enrolled", None));
        assert_eq!(judge(&[node(Some(150)), node(None)], 100), ("never", Some(5)));
        assert_eq!(judge(&[node(Some(150)), node(Some(99))], 100), ("late", Some(99)));
        assert_eq!(judge(&[node(Some(150)), node(Some(100))], 100), ("proven", Some(100)));
    }

    #[test]
    fn missed_nights_are_caught_up_with_and_a_report_stays_as_it_was_made() {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
        let dir = tempfile::tempdir().unwrap();
        init::init(dir.path(), roster).unwrap();
        let (mut replica, _) = Replica::open(dir.path(), "test", change_log::EpochId([1; 16])).unwrap();
        let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let six = midnight_millis(date(24)).unwrap() + 360 * MINUTE;
        assert!(missed(&replica, six, 360).unwrap().is_empty(), "nobody has joined");
        replica.offer_code([1; 32], "35.10.01.2001".parse().unwrap(), six - 10, six).unwrap();
        let joined = replica.redeem_code([1; 32], NodeId([1; 8]), [0; 32], six - 5).unwrap();
        assert!(matches!(joined, replica_store::Redeemed::Admitted(_)));
        assert!(missed(&replica, six - 1, 360).unwrap().is_empty(), "the night before they joined tells nothing");
        assert_eq!(missed(&replica, six, 360).unwrap(), [date(24)]);
        let first = report(&mut replica, date(24), six).unwrap().to_string();
        assert!(missed(&replica, six, 360).unwrap().is_empty());
        let later = six + 2 * DAY + 5 * MINUTE;
        let caught_up = missed(&replica, later, 360).unwrap();
        assert_eq!(caught_up, [date(25), date(26)], "the hub was off");
        for missed in caught_up {
            report(&mut replica, missed, later).unwrap();
        }
        assert!(missed(&replica, later, 360).unwrap().is_empty());
        assert_eq!(report(&mut replica, date(24), later).unwrap().to_string(), first);
        assert_eq!(missed(&replica, later + 90 * DAY, 360).unwrap().len(), CAUGHT_UP_MAX);
    }

    #[test]
    fn days_turn_at_midnight_in_wib() {
        let date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let midnight = midnight_millis(date).unwrap();
        assert_eq!(wib(midnight), (date, 0));
        assert_eq!(wib(midnight - 1), (NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), 24 * 60 - 1));
    }
}

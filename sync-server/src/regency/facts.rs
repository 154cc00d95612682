//! What the database says of every office and its machines, each figure by an index.

use std::collections::BTreeMap;
use std::ops::Range;

use change_log::NodeId;
use chrono::{Datelike as _, NaiveDate};
use exchange_driver::Difference;
use office_model::calendar::{wib_date, wib_midnight};
use office_model::{Office, OfficeCode};
use replica_store::{CallDay, LastBackup, LeaseState, Node, NodeCall, OfficeCounts, Reader};

use crate::alarm::{Health, Kind, kept_watch};
use crate::night::{Window, kept};
use crate::regency::numbers_left;
use crate::regency::standing::{Standing, standing};
use crate::{Failure, init};

/// Days of the link that a line of the list shows, today included.
pub(crate) const LINK_DAYS: i64 = 14;
/// A backup made at an office that is as old is too old.
pub(crate) const BACKUP_DAYS_MAX: u64 = 30;
/// Days of the charts.
pub(crate) const CHART_DAYS: u64 = 30;

/// A machine, as far as the hub knows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NodeFacts {
    pub(crate) node: Node,
    pub(crate) last_call: Option<NodeCall>,
    /// Entries that it said it has and the hub has not; nothing when it never said.
    pub(crate) unsent: Option<u64>,
    pub(crate) difference: Option<Difference>,
    /// Letter numbers of this year it has left; nothing when it was never granted any.
    pub(crate) numbers_left: Option<u32>,
    /// Its last days, in order; days without a call are missing.
    pub(crate) days: Vec<CallDay>,
}

/// An office and its machines.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfficeFacts {
    pub(crate) office: Office,
    /// Those that are not shut out.
    pub(crate) nodes: Vec<NodeFacts>,
    /// Where none is left: those that were shut out, as last known.
    pub(crate) lost: Vec<NodeFacts>,
    /// When the last of its machines was shut out, where none is left; nothing where none ever joined.
    pub(crate) shut_out_millis: Option<i64>,
    /// When any of its machines was last heard: of those that may call, or where none is left of those that might.
    pub(crate) contact_millis: Option<i64>,
    pub(crate) counts: OfficeCounts,
}

/// How old a backup is that was made at an office. The younger is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BackupAge {
    /// So many whole days.
    Days(u64),
    /// None was ever made.
    Never,
}

/// How old a machine's last backup is by now, if it told of it at its last contact.
pub(crate) fn backup_age(node: &Node, now_millis: i64) -> Option<BackupAge> {
    let since = now_millis.saturating_sub(node.last_contact_millis?).max(0).unsigned_abs() / DAY_MILLIS;
    node.backup.map(|backup| match backup {
        LastBackup::Never => BackupAge::Never,
        LastBackup::Days(days) => BackupAge::Days(u64::from(days) + since),
    })
}

impl OfficeFacts {
    /// When any of its machines was last heard.
    pub(crate) const fn last_contact(&self) -> Option<i64> {
        self.contact_millis
    }

    /// How old the youngest backup is that was made at the office; nothing when no machine said. Each machine holds all of
    /// its office: one backup is enough.
    pub(crate) fn backup_age(&self, now_millis: i64) -> Option<BackupAge> {
        self.known().iter().filter_map(|one| backup_age(&one.node, now_millis)).min()
    }

    /// The machines that figures are of: those that may call, or where none is left those that were shut out, as last known.
    pub(crate) fn known(&self) -> &[NodeFacts] {
        if self.nodes.is_empty() { &self.lost } else { &self.nodes }
    }

    /// Whether its figures are of machines that are shut out.
    pub(crate) const fn is_last_known(&self) -> bool {
        self.nodes.is_empty() && !self.lost.is_empty()
    }

    /// Entries known to wait at its machines; nothing when none ever said.
    pub(crate) fn unsent(&self) -> Option<u64> {
        self.known().iter().filter_map(|node| node.unsent).reduce(u64::saturating_add)
    }
}

/// All offices of the roster, and how they stand. The worst come first.
#[derive(Debug)]
pub(crate) struct Regency {
    pub(crate) made_millis: i64,
    /// The last window that is over: by it offices are late or not.
    pub(crate) window: Window,
    /// The hub itself was off for most of it.
    pub(crate) hub_was_off: bool,
    pub(crate) offices: Vec<(OfficeFacts, Standing)>,
    /// Offices proven on the morning of each night that has a report, the oldest first.
    pub(crate) nights: Vec<(NaiveDate, u64)>,
    /// The night's last backup that was made and checked.
    pub(crate) backup_millis: Option<i64>,
    /// Alarms that go on, by kind: how many.
    pub(crate) alarms: BTreeMap<Kind, u64>,
    /// Transactions made on each day, the oldest first; the last is today.
    pub(crate) days: Vec<(NaiveDate, u64)>,
}

const DAY_MILLIS: u64 = 24 * 3_600_000;

/// The day in WIB, in days since 1970.
pub(crate) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

impl Regency {
    /// As it stands now.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn read(
        reader: &Reader,
        hub_version: &str,
        report_minute: u32,
        now_millis: i64,
    ) -> Result<Self, Failure> {
        let window = Window::last(now_millis, report_minute);
        let today = wib_date(now_millis).unwrap_or_default();
        let roster = init::roster(reader)?;
        let mut nodes: BTreeMap<OfficeCode, Vec<NodeFacts>> = BTreeMap::new();
        let mut lost: BTreeMap<OfficeCode, Vec<NodeFacts>> = BTreeMap::new();
        let mut known = Known::read(reader, today)?;
        let registered = reader.registered_nodes()?;
        let (shut_out, contacts) = (all_shut_out(&registered), last_contacts(&registered));
        for node in registered {
            let of_office = match node.revoked_millis {
                None => &mut nodes,
                Some(_) if shut_out.contains_key(&node.office) => &mut lost,
                Some(_) => continue,
            };
            of_office.entry(node.office).or_default().push(known.of(reader, node)?);
        }
        let counts = reader.office_counts()?;
        let mut offices: Vec<_> = roster
            .iter()
            .map(|office| {
                let nodes = nodes.remove(&office.code).unwrap_or_default();
                let lost = lost.remove(&office.code).unwrap_or_default();
                let counts = counts.get(&office.code).copied().unwrap_or_default();
                let shut_out_millis = shut_out.get(&office.code).copied();
                let contact_millis = contacts.get(&office.code).copied();
                let facts =
                    OfficeFacts { office: office.clone(), nodes, lost, shut_out_millis, contact_millis, counts };
                let standing = standing(&facts, hub_version, window);
                (facts, standing)
            })
            .collect();
        offices.sort_by_key(|(facts, standing)| {
            (standing.state, standing.marks.is_empty(), standing.since_millis, facts.office.code)
        });
        let days: Vec<NaiveDate> = last_days(today);
        let times: Vec<Range<i64>> = days.iter().map(|day| midnights(*day)).collect();
        let made = reader.made_in(&times)?;
        let hub_was_off =
            kept_watch(reader)?.is_some_and(|watch| watch.was_off(window.begins_millis, window.ends_millis));
        let (nights, by_night) = nights(reader, &days)?;
        let by_hand = Health::read(reader)?.backed_up;
        let backup_millis = by_night.max(by_hand);
        let mut alarms = BTreeMap::new();
        // One that a newer program kept is on the page of alarms.
        for kind in reader.open_alarms()?.iter().filter_map(|alarm| Kind::of(&alarm.kind)) {
            *alarms.entry(kind).or_default() += 1;
        }
        let days = days.into_iter().zip(made).collect();
        Ok(Self { made_millis: now_millis, window, hub_was_off, offices, nights, backup_millis, alarms, days })
    }

    /// One office.
    pub(crate) fn office(&self, code: OfficeCode) -> Option<&(OfficeFacts, Standing)> {
        self.offices.iter().find(|(facts, _)| facts.office.code == code)
    }
}

/// The offices that had machines and have none left that may call, and when the last of them was shut out.
pub(crate) fn all_shut_out(registered: &[Node]) -> BTreeMap<OfficeCode, i64> {
    let mut last: BTreeMap<OfficeCode, Option<i64>> = BTreeMap::new();
    for node in registered {
        let known = last.entry(node.office).or_insert(node.revoked_millis);
        // One machine that may call is enough.
        *known = known.zip(node.revoked_millis).map(|(one, other)| one.max(other));
    }
    last.into_iter().filter_map(|(office, at)| Some((office, at?))).collect()
}

/// When each office was last heard: by its machines that may call, or where none is left by those that might.
pub(crate) fn last_contacts(registered: &[Node]) -> BTreeMap<OfficeCode, i64> {
    let lost = all_shut_out(registered);
    let counts = |node: &&Node| node.revoked_millis.is_none() || lost.contains_key(&node.office);
    let mut heard: BTreeMap<OfficeCode, i64> = BTreeMap::new();
    for node in registered.iter().filter(counts) {
        if let Some(at) = node.last_contact_millis {
            heard.entry(node.office).and_modify(|known| *known = at.max(*known)).or_insert(at);
        }
    }
    heard
}

fn midnights(day: NaiveDate) -> Range<i64> {
    wib_midnight(day)..day.succ_opt().map_or(i64::MAX, wib_midnight)
}

fn last_days(today: NaiveDate) -> Vec<NaiveDate> {
    let first = today - chrono::Days::new(CHART_DAYS - 1);
    first.iter_days().take_while(|day| *day <= today).collect()
}

/// A figure a night.
type Nights = Vec<(NaiveDate, u64)>;

/// Of each report that was made: how many offices it found proven; and the last backup that one of them tells of.
fn nights(reader: &Reader, days: &[NaiveDate]) -> Result<(Nights, Option<i64>), Failure> {
    let (mut nights, mut backup) = (Vec::new(), None);
    for day in days {
        if let Some(brief) = kept::brief(reader, *day)? {
            nights.extend(brief.totals.get("proven").map(|proven| (*day, *proven)));
            backup = brief.backup.filter(|backup| backup.verified).and_then(|backup| backup.made_millis).or(backup);
        }
    }
    Ok((nights, backup))
}

/// What is read of all machines at once.
struct Known {
    days: BTreeMap<NodeId, Vec<CallDay>>,
    leases: BTreeMap<NodeId, Vec<LeaseState>>,
}

impl Known {
    fn read(reader: &Reader, today: NaiveDate) -> Result<Self, Failure> {
        let mut leases: BTreeMap<NodeId, Vec<LeaseState>> = BTreeMap::new();
        for state in reader.leases_of_year(today.year())? {
            leases.entry(state.lease.node).or_default().push(state);
        }
        Ok(Self { days: reader.call_days(day_number(today) - LINK_DAYS + 1)?, leases })
    }

    fn of(&mut self, reader: &Reader, node: Node) -> Result<NodeFacts, Failure> {
        let last_call = reader.calls(node.id, 1)?.pop();
        let unsent = match &last_call {
            Some(call) => reader.claimed_beyond(call)?,
            None => None,
        };
        let leases = self.leases.remove(&node.id).unwrap_or_default();
        let epoch = last_call.as_ref().map(|call| call.epoch);
        let left = leases.iter().map(|state| numbers_left(state, epoch)).reduce(u32::saturating_add);
        Ok(NodeFacts {
            difference: exchange_driver::node_difference(reader, node.id)?,
            days: self.days.remove(&node.id).unwrap_or_default(),
            numbers_left: left,
            unsent,
            last_call,
            node,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use change_log::Digest;

    use super::*;

    pub(crate) fn node(proven: Option<i64>) -> NodeFacts {
        let node = Node {
            id: NodeId([1; 8]),
            office: office().office.code,
            public_key: [0; 32],
            enrolled_millis: 5,
            revoked_millis: None,
            last_contact_millis: proven,
            exchanges: 1,
            version: Some("0.1.0".to_owned()),
            clock_offset_millis: Some(0),
            backup: None,
            proven: proven.map(|at| (at, Digest::default())),
        };
        NodeFacts { node, last_call: None, unsent: Some(0), difference: None, numbers_left: Some(50), days: Vec::new() }
    }

    pub(crate) fn office() -> OfficeFacts {
        let code = "35.10.01.2001".parse().unwrap();
        let office = office_model::Roster::banyuwangi().get(code).unwrap().clone();
        let counts = OfficeCounts::default();
        let (nodes, lost) = (Vec::new(), Vec::new());
        OfficeFacts { office, nodes, lost, shut_out_millis: None, contact_millis: None, counts }
    }

    #[test]
    fn the_youngest_backup_of_an_office_counts_and_grows_old_while_nobody_calls() {
        const DAY: i64 = 24 * 3_600_000;
        let told = |backup| {
            let mut facts = node(Some(10 * DAY));
            facts.node.backup = backup;
            facts
        };
        let of = |nodes: Vec<NodeFacts>, now| OfficeFacts { nodes, ..office() }.backup_age(now);
        let days = |days| Some(LastBackup::Days(days));
        assert_eq!(of(vec![told(None)], 12 * DAY), None, "a program of before said nothing");
        assert_eq!(of(vec![told(Some(LastBackup::Never)), told(None)], 12 * DAY), Some(BackupAge::Never));
        assert_eq!(
            of(vec![told(Some(LastBackup::Never)), told(days(3)), told(days(9))], 12 * DAY),
            Some(BackupAge::Days(5))
        );
    }

    #[test]
    fn days_are_numbered_from_1970() {
        let day = |year, month, day| day_number(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!((day(1970, 1, 1), day(1970, 1, 2), day(2026, 11, 26)), (0, 1, 20_783));
    }

    #[test]
    fn an_office_has_lost_all_its_machines_when_the_last_is_shut_out() {
        let machine = |number: u8, revoked_millis: Option<i64>| Node {
            id: NodeId([number; 8]),
            revoked_millis,
            ..node(None).node
        };
        let office = office().office.code;
        let lost = |machines: &[Node]| all_shut_out(machines).get(&office).copied();
        assert_eq!(lost(&[]), None, "it never had one");
        assert_eq!(lost(&[machine(1, Some(7)), machine(2, Some(9)), machine(3, Some(8))]), Some(9));
        assert_eq!(lost(&[machine(1, None), machine(2, Some(9))]), None, "one may call");
        assert_eq!(lost(&[machine(1, Some(7)), machine(2, None)]), None);
        // It was heard before it lost them; where one is left, what others said is no word of it.
        let heard = |number, revoked, at| Node { last_contact_millis: Some(at), ..machine(number, revoked) };
        let contact = |machines: &[Node]| last_contacts(machines).get(&office).copied();
        assert_eq!(contact(&[heard(1, Some(7), 6), heard(2, Some(9), 4), machine(3, Some(8))]), Some(6));
        assert_eq!(contact(&[heard(1, Some(7), 6), heard(2, None, 4)]), Some(4));
        assert_eq!(contact(&[heard(1, Some(7), 6), machine(2, None)]), None);
    }

    #[test]
    fn a_new_hub_knows_its_roster_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
        init::init(dir.path(), roster).unwrap();
        let reader = Reader::open(dir.path()).unwrap();
        let regency = Regency::read(&reader, "0.1.0", 360, 1_795_712_400_000).unwrap();
        assert_eq!((regency.offices.len(), regency.days.len(), regency.nights.len()), (2, 30, 0));
        assert!(regency.offices.iter().all(|(_, standing)| standing.state == super::super::State::Absent));
        assert!(regency.office("35.10.01".parse().unwrap()).is_some());
    }
}

//! How things stand when they are asked for: figures of the regency, sizes, this process.

use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Metrics;
use crate::regency::{Regency, State};

type Figure = Gauge<f64, std::sync::atomic::AtomicU64>;
type Word = [(&'static str, String); 1];

/// Bytes and counts that stand in no database.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) database_bytes: u64,
    pub(crate) wal_bytes: u64,
    pub(crate) free_bytes: Option<u64>,
    /// Exchanges that have a place, and those that wait for news.
    pub(crate) running: usize,
    pub(crate) waiting: usize,
    /// Steps that wait for the writer.
    pub(crate) queue: usize,
}

/// What is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standings<'a> {
    pub(crate) regency: &'a Regency,
    pub(crate) sizes: Sizes,
    /// Entries that the gate has not judged yet.
    pub(crate) pending: u64,
    /// Alarms that go on, by kind.
    pub(crate) alarms: &'a BTreeMap<&'static str, u64>,
    /// Word that waits for its next try, and word that was given up.
    pub(crate) undelivered: (u64, u64),
    /// When the last good backup was made: milliseconds since 1970 UTC.
    pub(crate) backed_up_millis: Option<i64>,
}

/// All figures in the text format of Prometheus, version 0.0.4.
///
/// # Errors
///
/// When they cannot be written out.
pub(crate) fn written(counted: &Metrics, standings: &Standings<'_>) -> Result<String, fmt::Error> {
    let mut text = String::new();
    prometheus_text::encode(&mut text, &counted.registry)?;
    prometheus_text::encode(&mut text, &standing(counted, standings))?;
    prometheus_text::encode(&mut text, &process())?;
    Ok(text)
}

fn standing(counted: &Metrics, standings: &Standings<'_>) -> Registry {
    let mut all = Figures(Registry::with_prefix("sync_server"));
    all.regency(standings.regency);
    all.one("changes_pending", "Changes that the gate has not judged yet", count(standings.pending));
    let sizes = standings.sizes;
    all.one("exchanges_running", "Exchanges that have a place", count(sizes.running as u64));
    all.one("exchanges_waiting", "Exchanges that wait for news", count(sizes.waiting as u64));
    all.one("writer_queue", "Steps that wait for the writer", count(sizes.queue as u64));
    all.one("database_bytes", "Bytes of the database", count(sizes.database_bytes));
    all.one("database_wal_bytes", "Bytes of the database's log that is not merged yet", count(sizes.wal_bytes));
    if let Some(free) = sizes.free_bytes {
        all.one("disk_free_bytes", "Bytes left on the disk of the data folder", count(free));
    }
    let alarms = standings.alarms.iter().map(|(kind, open)| ((*kind).to_owned(), count(*open)));
    all.by("alarms_open", "Alarms that go on, by kind", "kind", alarms);
    let (waiting, given_up) = standings.undelivered;
    all.one("deliveries_waiting", "Webhooks and mails that wait for their next try", count(waiting));
    all.one("deliveries_given_up", "Webhooks and mails that were given up in the last 30 days", count(given_up));
    if let Some(at) = standings.backed_up_millis {
        all.one("last_backup_timestamp_seconds", "When the last good backup was made", seconds(at));
    }
    all.one("uptime_seconds", "Since the server started", counted.begun.elapsed().as_secs_f64());
    let version = [(env!("CARGO_PKG_VERSION").to_owned(), 1.0)];
    all.by("build_info", "The program that runs", "version", version);
    all.0
}

/// Figures that are set once.
struct Figures(Registry);

impl Figures {
    fn one(&mut self, name: &str, help: &str, value: f64) {
        let figure = Figure::default();
        figure.set(value);
        self.0.register(name, help, figure);
    }

    fn by(&mut self, name: &str, help: &str, key: &'static str, values: impl IntoIterator<Item = (String, f64)>) {
        let family = Family::<Word, Figure>::default();
        for (word, value) in values {
            family.get_or_create(&[(key, word)]).set(value);
        }
        self.0.register(name, help, family);
    }

    fn regency(&mut self, regency: &Regency) {
        let now = regency.made_millis;
        let states = State::ALL.map(|state| {
            let of_state = regency.offices.iter().filter(|(_, standing)| standing.state == state).count();
            (state.as_str().to_owned(), count(of_state as u64))
        });
        self.by("offices", "Offices of the roster, by how they stand", "state", states);
        let nodes = || regency.offices.iter().flat_map(|(facts, _)| &facts.nodes);
        self.one("nodes", "Machines that are enrolled", count(nodes().count() as u64));
        let states = nodes().map(|node| crate::regency::standing::of_node(node, regency.window).0);
        let late = states.filter(|state| matches!(state, State::Late | State::Never | State::Differs)).count();
        self.one(
            "nodes_late",
            "Machines that were not proven equal since the last night that is over began",
            count(late as u64),
        );
        let sum = |pick: fn(&replica_store::OfficeCounts) -> u64| {
            count(regency.offices.iter().map(|(facts, _)| pick(&facts.counts)).sum())
        };
        self.one("transactions", "Records", sum(|counts| counts.transactions));
        self.one("divergent_records", "Records with something to settle", sum(|counts| counts.divergent));
        self.one("quarantined_changes", "Changes that are kept out of their records", sum(|counts| counts.quarantined));
        let unsent = nodes().filter_map(|node| node.unsent).sum();
        self.one("changes_known_unsent", "Changes that machines said they have and the hub has not", count(unsent));
        let oldest = nodes().map(|node| node.node.proven.map_or(node.node.enrolled_millis, |(at, _)| at)).min();
        let since = oldest.map_or(0.0, |at| seconds(now.saturating_sub(at)).max(0.0));
        self.one("seconds_since_proven_max", "Of the enrolled machines, the longest time since a proof", since);
        let heard = regency
            .offices
            .iter()
            .filter_map(|(facts, _)| facts.last_contact().map(|at| (facts.office.code.to_string(), seconds(at))));
        let help = "When an office was last heard";
        self.by("office_last_contact_timestamp_seconds", help, "office", heard);
        let proven = regency.offices.iter().filter_map(|(facts, _)| {
            let of_all: Option<Vec<i64>> = facts.nodes.iter().map(|node| node.node.proven.map(|(at, _)| at)).collect();
            of_all?.into_iter().min().map(|at| (facts.office.code.to_string(), seconds(at)))
        });
        let help = "When all machines of an office were last proven equal: the oldest of their proofs";
        self.by("office_proven_timestamp_seconds", help, "office", proven);
    }
}

/// Figures of this process, under the names that all of Prometheus uses.
fn process() -> Registry {
    let mut all = Figures(Registry::with_prefix("process"));
    let page = rustix::param::page_size() as u64;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.as_deref().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    if let Some(pages) = resident {
        all.one("resident_memory_bytes", "Resident memory size in bytes", count(pages.saturating_mul(page)));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        all.one("open_fds", "Number of open file descriptors", count(open.count() as u64));
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        all.one("max_fds", "Maximum number of open file descriptors", count(most));
    }
    all.0
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn count(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 milliseconds")]
const fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

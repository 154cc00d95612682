//! What is counted while the hub runs.

use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Bounds of the time that exchanges take, in seconds: from a link of fibre to one of 2 kB/s.
const EXCHANGE_SECONDS: [f64; 12] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0];
/// Bounds of the time that a commit takes, in seconds.
const COMMIT_SECONDS: [f64; 10] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.3, 1.0, 5.0];

type Word = [(&'static str, String); 1];

/// Counters and histograms.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(super) registry: Registry,
    pub(super) begun: Instant,
    exchanges: Family<Word, Counter>,
    refusals: Family<Word, Counter>,
    bytes: Family<Word, Counter>,
    changes: Counter,
    turned_away: Counter,
    exchange_seconds: Histogram,
    commits: Histogram,
    commit_failures: Counter,
}

/// An exchange that is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended<'a> {
    /// The diary's word for how it ended; `stranger` where nobody was known.
    pub(crate) outcome: &'a str,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    /// Changes that it brought.
    pub(crate) changes: u64,
    /// Time that it took, without the time that it waited for news.
    pub(crate) took: Duration,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sync_server");
        let mut made = Self {
            registry: Registry::default(),
            begun: Instant::now(),
            exchanges: Family::default(),
            refusals: Family::default(),
            bytes: Family::default(),
            changes: Counter::default(),
            turned_away: Counter::default(),
            exchange_seconds: Histogram::new(EXCHANGE_SECONDS),
            commits: Histogram::new(COMMIT_SECONDS),
            commit_failures: Counter::default(),
        };
        registry.register("exchanges", "Exchanges that ended, by how", made.exchanges.clone());
        registry.register("refusals", "Exchanges that were refused, by code of the protocol", made.refusals.clone());
        registry.register_with_unit("exchange", "Bytes of exchanges, by way", Unit::Bytes, made.bytes.clone());
        registry.register("changes_received", "Changes that exchanges brought", made.changes.clone());
        registry.register("turned_away", "Exchanges that found no place", made.turned_away.clone());
        let help = "Time that exchanges took, without waiting for news";
        registry.register_with_unit("exchange_duration", help, Unit::Seconds, made.exchange_seconds.clone());
        let help = "Time that the writer took to make a round of steps durable";
        registry.register_with_unit("commit_duration", help, Unit::Seconds, made.commits.clone());
        registry.register("commit_failures", "Rounds that the disk refused", made.commit_failures.clone());
        made.registry = registry;
        made
    }
}

impl Metrics {
    /// An exchange is over.
    pub(crate) fn exchange(&self, ended: Ended<'_>) {
        let word = |key, value: &str| [(key, value.to_owned())];
        let (outcome, code) = ended.outcome.split_once(' ').unwrap_or((ended.outcome, ""));
        self.exchanges.get_or_create(&word("outcome", outcome)).inc();
        if !code.is_empty() {
            self.refusals.get_or_create(&word("code", code)).inc();
        }
        self.bytes.get_or_create(&word("direction", "up")).inc_by(ended.bytes_up);
        self.bytes.get_or_create(&word("direction", "down")).inc_by(ended.bytes_down);
        self.changes.inc_by(ended.changes);
        self.exchange_seconds.observe(ended.took.as_secs_f64());
    }

    /// No place was free.
    pub(crate) fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// The writer made a round durable, or could not.
    pub(crate) fn commit(&self, took: Duration, is_durable: bool) {
        if is_durable {
            self.commits.observe(took.as_secs_f64());
        } else {
            self.commit_failures.inc();
        }
    }
}

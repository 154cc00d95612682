//! What machines ask a real hub: its figures, whether it lives and works, and the description of both.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use prometheus_parse::{Scrape, Value};
use whole_system::root;

use crate::door;
use crate::regency::{OFFICE, Regency};

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(60);
pub(crate) const TOKEN: &str = "kunci-angka-pusat-5521";

pub(crate) fn ask(hub: SocketAddr, path: &str, token: &str) -> (u16, String) {
    let mut stream = door::tls(hub);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n")
        .unwrap();
    stream.flush().unwrap();
    let answer = String::from_utf8(door::answer(&mut stream)).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Figures as an independent parser reads them.
struct Figures(Scrape);

impl Figures {
    fn of(regency: &Regency) -> Self {
        let (status, text) = ask(regency.hub.address, "/metrics", TOKEN);
        assert_eq!(status, 200, "{text}");
        let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap();
        // The parser skips what it does not understand: nothing may be skipped.
        let told = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        let read: usize = scrape
            .samples
            .iter()
            .map(|sample| match &sample.value {
                Value::Histogram(buckets) => buckets.len(),
                _ => 1,
            })
            .sum();
        assert_eq!(told, read, "{text}");
        assert!(text.len() < 100_000, "{} bytes", text.len());
        for private in ["Siti", "3510014107900001", TOKEN] {
            assert!(!text.contains(private), "{private} in {text}");
        }
        Self(scrape)
    }

    fn get(&self, name: &str, label: Option<(&str, &str)>) -> f64 {
        self.find(name, label).unwrap_or_else(|| panic!("{name} {label:?}"))
    }

    fn find(&self, name: &str, label: Option<(&str, &str)>) -> Option<f64> {
        let is = |sample: &&prometheus_parse::Sample| {
            sample.metric == name && label.is_none_or(|(key, value)| sample.labels.get(key) == Some(value))
        };
        self.0.samples.iter().find(is).map(|sample| match &sample.value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => *value,
            other => panic!("{name}: {other:?}"),
        })
    }
}

/// Figures are read again once a second, and counted when an exchange is over: asked for until they are there.
fn until(regency: &Regency, what: &str, is_there: impl Fn(&Figures) -> bool) -> Figures {
    let begun = Instant::now();
    loop {
        let figures = Figures::of(regency);
        if is_there(&figures) {
            return figures;
        }
        assert!(begun.elapsed() < DEADLINE, "{what}: {:?}", figures.0.samples);
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < f64::EPSILON
}

#[test]
fn a_prometheus_parser_reads_the_figures_and_they_are_what_happened() {
    let mut regency = Regency::new(1, &[("SYNC_SERVER_METRICS_TOKEN", TOKEN), ("SYNC_SERVER_WAIT_SECONDS", "0")]);
    assert_eq!(ask(regency.hub.address, "/metrics", "wrong").0, 401);
    let before = Figures::of(&regency);
    assert!(before.get("sync_server_offices", Some(("state", "absent"))) > 200.0);
    let machine = regency.join("counter");
    until(&regency, "a machine that was never proven", |told| same(told.get("sync_server_nodes_late", None), 1.0));
    regency.record(&machine, 20);
    regency.prove(&machine);
    let wanted = [
        ("sync_server_changes_received_total", None, 20.0),
        ("sync_server_transactions", None, 20.0),
        ("sync_server_nodes", None, 1.0),
        ("sync_server_nodes_late", None, 0.0),
        ("sync_server_offices", Some(("state", "equal")), 1.0),
        ("sync_server_quarantined_changes", None, 0.0),
        ("sync_server_alarms_open", Some(("kind", "office_silent")), 0.0),
        ("sync_server_build_info", Some(("version", env!("CARGO_PKG_VERSION"))), 1.0),
    ];
    let told = until(&regency, "what was exchanged", |told| {
        wanted.iter().all(|(name, label, value)| same(told.get(name, *label), *value))
    });
    assert!(told.get("sync_server_exchanges_total", Some(("outcome", "proven"))) >= 1.0);
    assert!(told.get("sync_server_exchange_bytes_total", Some(("direction", "up"))) > 500.0);
    assert!(told.get("sync_server_office_proven_timestamp_seconds", Some(("office", OFFICE))) > 1.7e9);
    assert!(told.get("sync_server_seconds_since_proven_max", None) < 600.0);
    assert!(told.get("sync_server_database_bytes", None) > 10_000.0);
    assert!(told.get("process_resident_memory_bytes", None) > 1e6);
    assert!(told.get("sync_server_exchange_duration_seconds_count", None) >= 1.0);
    // Revoked and called again: refused, by code.
    let (_, nodes) = regency.hub.says(&["nodes"]);
    regency.hub.says(&["revoke", nodes[0]["node"].as_str().unwrap()]);
    assert!(!machine.sync("0").wait_with_output().unwrap().status.success());
    let code = Some(("code", "4"));
    until(&regency, "a refusal", |told| {
        told.find("sync_server_refusals_total", code).is_some_and(|count| count >= 1.0)
    });
}

#[test]
fn a_hub_says_that_it_lives_and_whether_it_can_work_and_gives_figures_to_nobody_without_a_token() {
    let regency = Regency::new(2, &[]);
    let hub = regency.hub.address;
    assert_eq!(ask(hub, "/healthz", ""), (200, "ok\n".to_owned()));
    assert_eq!(ask(hub, "/readyz", ""), (200, "read ok\nwrite ok\nwriter ok\n".to_owned()));
    assert_eq!(ask(hub, "/metrics", "").0, 404, "no token is set");
    let described = std::fs::read_to_string(root().join("docs/hub-openapi.json")).unwrap();
    assert_eq!(ask(hub, "/openapi.json", ""), (200, described));
    // A folder where the probe would be written: the disk takes nothing.
    std::fs::create_dir(regency.hub.data.join("probe")).unwrap();
    let begun = Instant::now();
    let (status, said) = loop {
        // The last answer is kept for two seconds.
        let answer = ask(hub, "/readyz", "");
        if answer.0 != 200 || begun.elapsed() > DEADLINE {
            break answer;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!((status, said.as_str()), (503, "read ok\nwrite failed\nwriter ok\n"));
    assert_eq!(ask(hub, "/healthz", "").0, 200, "it lives all the same");
}

//! What machines ask a real hub: its figures, whether it lives and works, and the description of both.

use std::io::Write as _;
use std::net::SocketAddr;

use prometheus_parse::{Scrape, Value};
use whole_system::root;

use crate::door;
use crate::regency::{OFFICE, Regency};

const TOKEN: &str = "kunci-angka-pusat-5521";

fn ask(hub: SocketAddr, path: &str, token: &str) -> (u16, String) {
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
        let is = |sample: &&prometheus_parse::Sample| {
            sample.metric == name && label.is_none_or(|(key, value)| sample.labels.get(key) == Some(value))
        };
        match &self.0.samples.iter().find(is).unwrap_or_else(|| panic!("{name} {label:?}")).value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => *value,
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_prometheus_parser_reads_the_figures_and_they_are_what_happened() {
    let mut regency = Regency::new(1, &[("SYNC_SERVER_METRICS_TOKEN", TOKEN), ("SYNC_SERVER_WAIT_SECONDS", "0")]);
    assert_eq!(ask(regency.hub.address, "/metrics", "wrong").0, 401);
    let before = Figures::of(&regency);
    assert_eq!(before.get("sync_server_offices", Some(("state", "absent"))), before.get("sync_server_offices", None));
    let machine = regency.join("counter");
    let joined = Figures::of(&regency);
    assert!((joined.get("sync_server_nodes_late", None) - 1.0).abs() < f64::EPSILON);
    regency.record(&machine, 20);
    regency.prove(&machine);
    let told = Figures::of(&regency);
    let is = |name: &str, label, value: f64| {
        let found = told.get(name, label);
        assert!((found - value).abs() < f64::EPSILON, "{name} {label:?}: {found}, not {value}");
    };
    is("sync_server_changes_received_total", None, 20.0);
    is("sync_server_transactions", None, 20.0);
    is("sync_server_nodes", None, 1.0);
    is("sync_server_nodes_late", None, 0.0);
    is("sync_server_offices", Some(("state", "equal")), 1.0);
    is("sync_server_quarantined_changes", None, 0.0);
    is("sync_server_alarms_open", Some(("kind", "office_silent")), 0.0);
    is("sync_server_build_info", Some(("version", env!("CARGO_PKG_VERSION"))), 1.0);
    assert!(told.get("sync_server_exchanges_total", Some(("outcome", "proven"))) >= 1.0);
    assert!(told.get("sync_server_exchange_bytes_total", Some(("direction", "up"))) > 1000.0);
    assert!(told.get("sync_server_office_proven_timestamp_seconds", Some(("office", OFFICE))) > 1.7e9);
    assert!(told.get("sync_server_seconds_since_proven_max", None) < 600.0);
    assert!(told.get("sync_server_database_bytes", None) > 10_000.0);
    assert!(told.get("process_resident_memory_bytes", None) > 1e6);
    let count = told.0.samples.iter().find(|sample| sample.metric == "sync_server_exchange_duration_seconds_count");
    assert!(matches!(count.unwrap().value, Value::Untyped(value) if value >= 1.0));
    // Revoked and called again: refused, by code.
    let (_, nodes) = regency.hub.says(&["nodes"]);
    regency.hub.says(&["revoke", nodes[0]["node"].as_str().unwrap()]);
    machine.sync("0").wait_with_output().unwrap();
    let refused = Figures::of(&regency);
    assert!(refused.get("sync_server_refusals_total", Some(("code", "4"))) >= 1.0);
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
    let begun = std::time::Instant::now();
    let (status, said) = loop {
        // The last answer is kept for two seconds.
        let answer = ask(hub, "/readyz", "");
        if answer.0 != 200 || begun.elapsed().as_secs() > 30 {
            break answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    assert_eq!((status, said.as_str()), (503, "read ok\nwrite failed\nwriter ok\n"));
    assert_eq!(ask(hub, "/healthz", "").0, 200, "it lives all the same");
}

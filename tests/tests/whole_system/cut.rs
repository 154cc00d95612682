//! A small exchange cut at every one of its bytes, TLS handshake included, in both directions.
//!
//! The hub is a process. The node lives in this one, so that some thousands of exchanges take no more than a minute; its
//! files, its sockets and its code are those of the program.

use fleet::generate::Generator;
use tokio::runtime::{Builder, Runtime};
use village_node::action::NewRecord;
use village_node::sync::{Exchanged, Outcome, exchange_once};
use village_node::{Action, Node, NodeOptions};

use crate::proxy::{Break, Way};
use crate::regency::{Machine, OFFICE, Regency};

/// After so many cuts in succession that never came, the exchange is shorter than where they were to come.
const WHOLE: usize = 8;

#[test]
fn what_goes_up_can_be_cut_at_any_byte() {
    cut_everywhere(3, Way::Up);
}

#[test]
fn what_comes_down_can_be_cut_at_any_byte() {
    cut_everywhere(9, Way::Down);
}

/// Before each cut one transaction is recorded; after it a whole exchange must prove both sides equal.
fn cut_everywhere(seed: u64, way: Way) {
    let mut regency = Regency::new(seed, &[]);
    let machine = regency.join("office");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut generator = Generator::new(OFFICE.parse().unwrap(), seed, "2026-11-23".parse().unwrap());
    let record = generator.next().unwrap();
    let record = NewRecord::new(record.service, record.fields, None);
    let (mut bytes, mut whole) = (0, 0);
    while whole < WHOLE {
        // A node that was just started knows no TLS session of before.
        let node = open(&machine);
        let records = vec![record.clone()];
        let saved = node.perform(&Action::Record { records, clerk: "siti".parse().unwrap() }).unwrap();
        regency.recorded.insert(saved["saved"][0]["id"].as_str().unwrap().to_owned());
        // Which of the two comes is chance in the field; either may bring bytes along.
        let how = if bytes % 2 == 0 { Break::End } else { Break::Reset };
        regency.link.cut_after(way, how, bytes);
        let cut = exchange(&runtime, &node);
        let is_broken = regency.link.is_broken();
        let is_proven = matches!(cut.outcome, Outcome::Proven { .. });
        assert!(is_broken || is_proven, "{way:?} {how:?} {bytes}: {cut:?}");
        whole = if is_broken { 0 } else { whole + 1 };
        regency.link.mend();
        // After a cut the node asks first what the hub has, and sends what is missing in a second exchange.
        let mut after = exchange(&runtime, &node);
        while matches!(after.outcome, Outcome::Again) {
            after = exchange(&runtime, &node);
        }
        let Outcome::Proven { digest } = after.outcome else { panic!("{way:?} {how:?} {bytes}: {after:?}") };
        // Each block of letter numbers that came is a change, too.
        let leases = node.perform(&Action::Numbers).unwrap()["leases"].as_array().unwrap().len();
        assert_eq!(digest.count, (regency.recorded.len() + leases) as u64, "{way:?} {how:?} {bytes}");
        bytes += 1;
    }
    // The handshake alone has more than that.
    assert!(bytes > 600, "no exchange is as short as {bytes} bytes");
    regency.check(&machine);
}

fn open(machine: &Machine) -> Node {
    Node::open(&machine.data, &NodeOptions::default()).unwrap()
}

fn exchange(runtime: &Runtime, node: &Node) -> Exchanged {
    runtime.block_on(exchange_once(node, |_| ())).unwrap()
}

//! What the hub refused and then lost: no digest shows it.

use change_log::EpochId;
use exchange_driver::{Outcome, difference};

use crate::pair::Pair;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[test]
fn an_entry_that_the_hub_refused_and_then_lost_comes_back_within_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let log = EpochId([1; 16]);
    let (mut node, identity) = pair.node(dir.path(), 1, "35.10.01.2001", log);
    pair.refuses = true;
    pair.until_proven(&mut node, &identity);
    // The first check, which finds all there.
    pair.until_proven(&mut node, &identity);
    let held = pair.hub.entry(log, 1).unwrap().unwrap();
    assert_eq!(pair.hub.office_digest(&identity.office).unwrap().count, 0);
    let database = rusqlite::Connection::open(dir.path().join("hub/replica.db")).unwrap();
    database.execute("DELETE FROM entry", []).unwrap();
    database.execute("DELETE FROM refusal", []).unwrap();
    assert!(pair.hub.entry(log, 1).unwrap().is_none());
    // Both are equal, and on the same day nothing more is compared.
    let same_day = pair.exchange(&mut node, &identity, usize::MAX);
    assert!(matches!(same_day, Outcome::Proven { .. }), "{same_day:?}");
    assert!(pair.hub.entry(log, 1).unwrap().is_none());
    pair.now += DAY_MILLIS;
    pair.until_proven(&mut node, &identity);
    assert_eq!(pair.hub.entry(log, 1).unwrap(), Some(held));
    assert!(difference(&node).unwrap().is_none(), "a check is shown to nobody as a difference");
    assert!(pair.hub.verify().unwrap().is_sound());
}

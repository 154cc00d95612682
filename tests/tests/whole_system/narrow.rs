//! A slow link on which only little fits at once, as behind small windows: nothing is lost there, it only takes long.

use crate::proxy::Way;
use crate::regency::Regency;

/// Bytes a second: what is sent here takes longer than any timer that would take such a link for a dead one.
const PACE: u64 = 2_000;
/// Seconds.
const LONG: u64 = 40;

#[test]
fn a_long_exchange_goes_through_in_one_connection_and_is_one_line_of_the_log() {
    let mut regency = Regency::new(17, &[("SYNC_SERVER_LOG_FORMAT", "text")]);
    let machine = regency.join("counter");
    for _ in 0..16 {
        regency.record(&machine, 200);
    }
    regency.link.narrow();
    regency.link.slow(PACE);
    let (connections, bytes) = (regency.link.connections(), regency.link.passed(Way::Up));
    assert!(machine.sync("120").wait().unwrap().success());
    assert!(regency.link.passed(Way::Up) - bytes > PACE * LONG, "it was too short to tell");
    assert_eq!(regency.link.connections() - connections, 1, "it was broken off");
    let told = regency.hub.told();
    let whose = told.lines().filter(|line| line.contains(" node=")).inspect(|line| {
        assert_eq!(line.matches(" node=").count(), 1, "{line}");
    });
    assert!(whose.count() > 0, "{told}");
}

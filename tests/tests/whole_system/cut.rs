//! A small exchange cut all over its length, in both directions.

use crate::proxy::Way;
use crate::regency::Regency;

/// So many bytes at the end of an exchange are cut every few bytes. Before them lies mostly the TLS handshake.
const DENSE: u64 = 640;
/// Bytes from cut to cut in that part.
const DENSE_STEP: usize = 3;
/// Bytes from cut to cut before it.
const STEP: usize = 16;
/// Whole exchanges come so rarely that cut follows cut as well.
const WHOLE_EVERY: u64 = 4;

#[test]
fn what_goes_up_can_be_cut_anywhere() {
    cut_everywhere(Way::Up);
}

#[test]
fn what_comes_down_can_be_cut_anywhere() {
    cut_everywhere(Way::Down);
}

fn cut_everywhere(way: Way) {
    let mut regency = Regency::new(3, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 3);
    regency.prove(&machine);
    let before = regency.link.passed(way);
    regency.record(&machine, 1);
    regency.prove(&machine);
    let bytes = regency.link.passed(way) - before;
    let dense = bytes.saturating_sub(DENSE);
    let places = (0..dense).step_by(STEP).chain((dense..bytes).step_by(DENSE_STEP));
    let mut cuts = 0;
    for (turn, at) in (0_u64..).zip(places) {
        regency.record(&machine, 1);
        regency.link.break_after(way, usize::try_from(at).unwrap(), || {});
        let told = machine.sync("0").wait_with_output().unwrap();
        // A record of another service makes a shorter exchange, which ends before the cut.
        assert!(regency.link.is_broken() || told.status.success(), "{way:?} {at} of {bytes}: {told:?}");
        cuts += u64::from(regency.link.is_broken());
        if turn.is_multiple_of(WHOLE_EVERY) {
            regency.prove(&machine);
        }
    }
    assert!(cuts > 150, "{cuts} cuts of {bytes} bytes");
    regency.check(&machine);
}

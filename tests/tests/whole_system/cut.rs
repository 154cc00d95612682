//! A small exchange cut at every byte of it, in both directions.

use crate::proxy::Way;
use crate::regency::Regency;

/// The end of an exchange, cut at every byte or every other; before it lies mostly the TLS handshake.
const DENSE: u64 = 640;
/// Steps before and within the dense part.
const STEPS: (usize, usize) = (16, 2);
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
    // The last bytes are the farewell of the transport, whose length may differ by a few bytes.
    let places = (0..dense).step_by(STEPS.0).chain((dense..bytes - 32).step_by(STEPS.1));
    let mut cuts = 0;
    for (turn, at) in (0_u64..).zip(places) {
        regency.record(&machine, 1);
        regency.link.break_after(way, usize::try_from(at).unwrap(), || {});
        machine.try_once();
        assert!(regency.link.is_broken(), "{way:?} {at} of {bytes} never passed");
        cuts += 1;
        if turn % WHOLE_EVERY == 0 {
            regency.prove(&machine);
        }
    }
    assert!(cuts > 200, "{cuts} cuts of {bytes} bytes");
    regency.check(&machine);
}

//! Cost follows the difference, not the archive.

use simulator::cost;

#[test]
fn a_few_lost_entries_cost_the_same_in_a_small_and_in_a_large_archive() {
    let (small, large) = (cost(150, 3).unwrap(), cost(3_000, 3).unwrap());
    println!("{small:?} {large:?}");
    assert!(large.archive > 10 * small.archive, "{small:?} {large:?}");
    assert!(large.repair < small.repair + small.repair / 4, "{small:?} {large:?}");
    assert!(large.repair < large.archive / 4, "{large:?}");
}

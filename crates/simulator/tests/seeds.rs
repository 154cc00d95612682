//! Many seeds. A failing one prints the line that plays it again.

use simulator::{Faults, run};

fn seeds(from: u64, count: u64, faults: Faults) {
    let only: Option<u64> = std::env::var("SIMULATOR_SEED").ok().and_then(|seed| seed.parse().ok());
    let count = std::env::var("SIMULATOR_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(count);
    let mut failed = Vec::new();
    for seed in only.map_or(from..from + count, |seed| seed..seed + 1) {
        if let Err(failure) = run(seed, 120, faults) {
            println!("seed {seed} {faults:?}: {failure}");
            println!(
                "  again: SIMULATOR_SEED={seed} cargo test -p simulator --test seeds -- {}",
                if faults == Faults::Links { "links_first" } else { "restores_first" }
            );
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "failed seeds: {failed:?}");
}

#[test]
fn links_first_half() {
    seeds(0, 125, Faults::Links);
}

#[test]
fn links_second_half() {
    seeds(1_000, 125, Faults::Links);
}

#[test]
fn restores_first_half() {
    seeds(2_000, 125, Faults::Restores);
}

#[test]
fn restores_second_half() {
    seeds(3_000, 125, Faults::Restores);
}

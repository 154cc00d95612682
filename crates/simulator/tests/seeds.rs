//! Many seeds. A failing one prints the line that plays it again.

use simulator::{Faults, run, run_regency};

fn seeds(test: &str, from: u64, count: u64, faults: Faults) {
    let only: Option<u64> = std::env::var("SIMULATOR_SEED").ok().and_then(|seed| seed.parse().ok());
    let count = std::env::var("SIMULATOR_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(count);
    let mut failed = Vec::new();
    let (mut decided, mut answered) = (0, 0);
    for seed in only.map_or(from..from + count, |seed| seed..seed + 1) {
        let played = run(seed, 120, faults);
        match played {
            Ok(done) => {
                decided += done.decided;
                answered += done.answered;
            }
            Err(failure) => {
                println!("seed {seed} {faults:?}: {failure}");
                println!("  again: SIMULATOR_SEED={seed} cargo test -p simulator --test seeds -- {test}");
                failed.push(seed);
            }
        }
    }
    assert!(failed.is_empty(), "failed seeds: {failed:?}");
    let said = format!(
        "in {count} runs the sub-district decided {decided} times, the health facility answered {answered} times"
    );
    println!("{said}");
    assert!(only.is_some() || decided.min(answered) > count / 2, "{said}");
}

#[test]
fn links_first_half() {
    seeds("links_first", 0, 75, Faults::Links);
}

#[test]
fn links_second_half() {
    seeds("links_second", 1_000, 75, Faults::Links);
}

#[test]
fn restores_first_half() {
    seeds("restores_first", 2_000, 75, Faults::Restores);
}

#[test]
fn restores_second_half() {
    seeds("restores_second", 3_000, 75, Faults::Restores);
}

#[test]
fn damage_first_half() {
    seeds("damage_first", 4_000, 75, Faults::Damage);
}

#[test]
fn damage_second_half() {
    seeds("damage_second", 5_000, 75, Faults::Damage);
}

#[test]
fn copies_first_half() {
    seeds("copies_first", 6_000, 75, Faults::Copies);
}

#[test]
fn copies_second_half() {
    seeds("copies_second", 7_000, 75, Faults::Copies);
}

/// All 360 offices, on links that break.
#[test]
fn every_office_of_the_regency_is_proven_in_the_end() {
    let done = run_regency(8_000, 4_000).unwrap_or_else(|failure| panic!("{failure}"));
    println!("the sub-districts decided {} times, units and facilities answered {} times", done.decided, done.answered);
    assert!(done.decided > 0 && done.answered > 0, "{done:?}");
}

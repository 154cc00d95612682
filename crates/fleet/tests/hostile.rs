//! Bounded runs of the fuzzer's targets, under a seed, and the memory they take.

use fleet::generate::Dice;
use fleet::hostile::{TARGETS, Target, bombs, mutant, samples};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Spoilt inputs for each target.
const ROUNDS: u32 = 3_000;
const SEED: u64 = 1;

/// The only test of this program: what others allocate would count.
#[test]
fn no_input_breaks_a_decoder_or_takes_more_memory_than_it_may() {
    let bombs = bombs().unwrap();
    for target in TARGETS {
        let samples = samples(target.name).unwrap();
        assert!(!samples.is_empty(), "{} has no samples", target.name);
        let mut peak = 0;
        for (index, input) in samples.iter().chain(&bombs).enumerate() {
            peak = peak.max(bear(target, input, &format!("input {index}")));
        }
        let mut dice = Dice::for_text(SEED, target.name);
        for round in 0..ROUNDS {
            let input = mutant(&mut dice, &samples);
            peak = peak.max(bear(target, &input, &format!("seed {SEED}, round {round}")));
        }
        println!("{}: at most {peak} bytes", target.name);
    }
}

/// Bytes it took at once.
fn bear(target: &Target, input: &[u8], which: &str) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    (target.run)(input);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let allowed = target.memory_max + 100 * input.len();
    assert!(taken <= allowed, "{}, {which}: {taken} bytes for an input of {}", target.name, input.len());
    taken
}

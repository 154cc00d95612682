//! `record --lines` killed in the middle: what it printed is on the disk, and going on behind it loses nothing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use fleet::generate::{Dice, Generator, LineForm, write_lines};

use crate::programs::village_node;
use crate::regency::{Machine, OFFICE, Regency};

/// Lines that share a commit, as the command's help says.
const TOGETHER: usize = 500;
const LINES: usize = 6_000;
/// A batch takes at most about so long.
const BATCH_MICROS: u32 = 150_000;

#[test]
fn what_was_printed_is_on_the_disk_wherever_it_was_killed() {
    let seed = 21;
    let mut regency = Regency::new(seed, &[]);
    let machine = regency.join("office");
    let mut generator = Generator::new(OFFICE.parse().unwrap(), seed, "2026-11-23".parse().unwrap());
    let mut text = Vec::new();
    write_lines(&mut text, &mut generator, LINES, LineForm::Form).unwrap();
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut dice = Dice::new(seed);
    let (mut kept, mut kills) = (Vec::new(), 0);
    while kept.len() < LINES {
        let (batches, micros) = (dice.below(2), dice.below(BATCH_MICROS));
        println!("seed {seed}, {} lines kept: killed {micros} us after {batches} batches", kept.len());
        let (printed, was_killed) = killed(&machine, &lines[kept.len()..], batches as usize * TOGETHER, micros);
        kills += usize::from(was_killed);
        let before = kept.len();
        kept = machine.ids();
        assert!(printed.iter().all(|id| kept.contains(id)), "printed, but not kept");
        let unprinted = kept.len() - before - printed.len();
        // Of what was not told yet, a commit is there whole or not at all.
        assert!(unprinted <= TOGETHER, "{unprinted} were kept and never printed");
        assert!((kept.len() - before).is_multiple_of(TOGETHER) || kept.len() == LINES, "{} kept", kept.len() - before);
    }
    assert!(kills > 4, "killed {kills} times only");
    let services = machine.rows().into_iter().rev().map(|row| row["service"].as_str().unwrap().to_owned());
    assert!(services.eq(lines.iter().map(|line| service(line))), "other records than the lines, or in another order");
    regency.recorded.extend(kept);
    regency.check(&machine);
}

/// Records lines until so many ids are printed and some time has passed. The ids, and whether it was still at work.
fn killed(machine: &Machine, lines: &[&[u8]], ids: usize, micros: u32) -> (Vec<String>, bool) {
    let mut command = village_node(&machine.data);
    command.args(["record", "--lines", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child: Child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = lines.concat();
    // Breaks off when the process is killed.
    let feeding = thread::spawn(move || drop(input.write_all(&text)));
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut printed: Vec<String> = output.by_ref().take(ids).map(Result::unwrap).collect();
    thread::sleep(Duration::from_micros(micros.into()));
    child.kill().unwrap();
    let was_killed = !child.wait().unwrap().success();
    // What still stands in the pipe was printed before.
    printed.extend(output.map(Result::unwrap));
    feeding.join().unwrap();
    (printed, was_killed)
}

fn service(line: &[u8]) -> String {
    let record: serde_json::Value = serde_json::from_slice(line).unwrap();
    record["service"].as_str().unwrap().to_owned()
}

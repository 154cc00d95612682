//! Spoils good input: single bits and bytes, numbers that lie, parts doubled, moved, cut out, or taken from another.

use crate::generate::Dice;

/// Bytes that mean much to LEB128, CBOR, zstd and JSON.
const ODD: &[&[u8]] = &[
    &[0],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    &[0x80, 0x80, 0x40],
    &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x5b, 0, 0, 0, 1, 0, 0, 0, 0],
    &[0x9f],
    &[0xf6],
    b"null",
    b"[[[[[[[[",
    b"{\"a\":",
    b"1e999",
    b"-0",
    b"\\u0000",
    b"\\ud800",
    b"\"\"",
    b"18446744073709551616",
];

/// A spoilt copy of one of the samples; the same dice give the same.
pub fn mutant(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = pick(dice, samples).to_vec();
    loop {
        let at = place(dice, bytes.len() + 1);
        let length = place(dice, 64).min(bytes.len() - at);
        match dice.below(8) {
            0 => change(&mut bytes, at, |byte| byte ^ (1 << dice.below(8))),
            1 => change(&mut bytes, at, |_| dice.draw().to_le_bytes()[0]),
            2 => change(
                &mut bytes,
                at,
                |byte| if dice.percent(50) { byte.wrapping_add(1) } else { byte.wrapping_sub(1) },
            ),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let part: Vec<u8> = bytes.iter().skip(at).take(length).copied().collect();
                let times = place(dice, 40);
                let to = place(dice, bytes.len() + 1);
                bytes.splice(to..to, part.repeat(times));
            }
            6 => {
                let odd = dice.index(ODD.len()).and_then(|index| ODD.get(index)).copied().unwrap_or_default();
                let covered = if dice.percent(50) { odd.len().min(bytes.len() - at) } else { 0 };
                bytes.splice(at..at + covered, odd.iter().copied());
            }
            _ => {
                let other = pick(dice, samples);
                let from = place(dice, other.len() + 1);
                bytes.truncate(at);
                bytes.extend(other.iter().skip(from));
            }
        }
        if dice.percent(60) {
            return bytes;
        }
    }
}

fn pick<'a>(dice: &mut Dice, samples: &'a [Vec<u8>]) -> &'a [u8] {
    dice.index(samples.len()).and_then(|index| samples.get(index)).map(Vec::as_slice).unwrap_or_default()
}

fn place(dice: &mut Dice, length: usize) -> usize {
    dice.index(length).unwrap_or_default()
}

fn change(bytes: &mut [u8], at: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = change(*byte);
    }
}

//! A JPEG: its segments from first to last, and that the picture data of the common kind are as many blocks as the picture
//! has. It carries no checksum, yet damage puts the codes behind it out of step, and then the blocks do not come out even.

use super::huffman::{Bits, Table};
use super::word;

/// Of one colour.
#[derive(Clone, Copy)]
struct Component {
    id: u8,
    /// Blocks across and down in each unit of the picture.
    across: usize,
    down: usize,
}

/// What the picture is made of.
struct Frame {
    width: usize,
    height: usize,
    components: Vec<Component>,
}

#[derive(Default)]
struct Walk {
    /// The common kind: what is sharpened step by step is not decoded.
    frame: Option<Frame>,
    has_frame: bool,
    has_picture: bool,
    direct: [Option<Table>; 4],
    alternating: [Option<Table>; 4],
    restart: usize,
}

/// Whether all of it is as it must be.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    Walk::default().over(bytes).unwrap_or(false)
}

impl Walk {
    fn over(mut self, bytes: &[u8]) -> Option<bool> {
        let mut at = 2;
        loop {
            if *bytes.get(at)? != 0xff {
                return None;
            }
            let marker = *bytes.get(at + 1)?;
            match marker {
                // Any number of them may stand in front of a marker.
                0xff => {
                    at += 1;
                    continue;
                }
                // Cameras put more behind the end.
                0xd9 => return Some(self.has_frame && self.has_picture),
                0x01 => {
                    at += 2;
                    continue;
                }
                0x00 | 0xd0..=0xd8 => return None,
                _ => {}
            }
            let length = word(bytes, at + 2).filter(|length| *length >= 2)?;
            let body = bytes.get(at + 4..at + 2 + length)?;
            at += 2 + length;
            match marker {
                0xc4 => self.tables(body)?,
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    self.has_frame = true;
                    self.frame = if marker <= 0xc1 { Some(frame(body)?) } else { None };
                }
                0xdd => self.restart = word(body, 0)?,
                0xda => {
                    let data = bytes.get(at..)?;
                    let length = end_of(data)?;
                    self.has_picture = true;
                    if !self.is_even(body, data.get(..length)?)? {
                        return None;
                    }
                    at += length;
                }
                _ => {}
            }
        }
    }

    fn tables(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((what, rest)) = body.split_first() {
            let (table, used) = Table::of(rest)?;
            let kind = if what >> 4 == 0 { &mut self.direct } else { &mut self.alternating };
            *kind.get_mut(usize::from(what & 15))? = Some(table);
            body = rest.get(used..)?;
        }
        Some(())
    }

    /// Whether the data of a scan are as many blocks as it has. Yes where that is not told by a walk like this one.
    fn is_even(&self, head: &[u8], data: &[u8]) -> Option<bool> {
        let Some(frame) = self.frame.as_ref().filter(|frame| frame.height > 0) else { return Some(true) };
        let count = usize::from(*head.first()?);
        let mut parts = Vec::new();
        for pair in head.get(1..1 + 2 * count)?.chunks_exact(2) {
            let [id, tables] = *pair.first_chunk::<2>()?;
            let component = *frame.components.iter().find(|component| component.id == id)?;
            let direct = self.direct.get(usize::from(tables >> 4))?.as_ref()?;
            let alternating = self.alternating.get(usize::from(tables & 15))?.as_ref()?;
            parts.push((component, direct, alternating));
        }
        let across = frame.components.iter().map(|component| component.across).max()?;
        let down = frame.components.iter().map(|component| component.down).max()?;
        // One colour alone is not gathered into units.
        let (units, blocks): (usize, Vec<usize>) = if let [(component, ..)] = parts.as_slice() {
            let wide = (frame.width * component.across).div_ceil(8 * across);
            (wide * (frame.height * component.down).div_ceil(8 * down), vec![1])
        } else {
            let units = frame.width.div_ceil(8 * across) * frame.height.div_ceil(8 * down);
            (units, parts.iter().map(|(component, ..)| component.across * component.down).collect())
        };
        let mut bits = Bits::of(data);
        for unit in 0..units {
            if self.restart > 0 && unit > 0 && unit.is_multiple_of(self.restart) {
                bits.restart()?;
            }
            for ((_, direct, alternating), blocks) in parts.iter().zip(&blocks) {
                for _ in 0..*blocks {
                    block(&mut bits, direct, alternating)?;
                }
            }
        }
        Some(bits.is_at_end())
    }
}

fn frame(body: &[u8]) -> Option<Frame> {
    let (height, width) = (word(body, 1)?, word(body, 3).filter(|width| *width > 0)?);
    let count = usize::from(*body.get(5)?);
    let mut components = Vec::new();
    for one in body.get(6..6 + 3 * count)?.chunks_exact(3) {
        let [id, sampling, _] = *one.first_chunk::<3>()?;
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
            return None;
        }
        components.push(Component { id, across, down });
    }
    (!components.is_empty()).then_some(Frame { width, height, components })
}

/// Where the data of a scan end: at the first marker that is none of theirs.
fn end_of(data: &[u8]) -> Option<usize> {
    let is_other = |pair: &[u8]| pair.first() == Some(&0xff) && !matches!(pair.get(1), Some(0 | 0xd0..=0xd7 | 0xff));
    data.windows(2).position(is_other)
}

/// Goes over the 64 values of a block.
fn block(bits: &mut Bits<'_>, direct: &Table, alternating: &Table) -> Option<()> {
    let size = bits.code(direct)?;
    if size > 16 {
        return None;
    }
    bits.skip(size)?;
    let mut at = 1;
    while at < 64 {
        let code = bits.code(alternating)?;
        match (code >> 4, code & 15) {
            (15, 0) => at += 16,
            (_, 0) => return Some(()),
            (zeros, size) => {
                at += usize::from(zeros) + 1;
                bits.skip(size)?;
            }
        }
    }
    (at == 64).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 16 units across and down, whose codes are 1 bit each: no difference, end of block.
    fn picture(data: &[u8]) -> Vec<u8> {
        square(128, data)
    }

    /// The same of so many dots across and down.
    fn square(side: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xd9];
        bytes.extend([0xff, 0xc0, 0, 11, 8, 0, side, 0, side, 1, 1, 0x11, 0]);
        for kind in [0x00, 0x10] {
            // One code of one bit, for 0; one of two bits, for 3 more bits.
            bytes.extend([0xff, 0xc4, 0, 21, kind, 1, 1]);
            bytes.extend([0; 14]);
            bytes.extend([0, 3]);
        }
        bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
        bytes.extend(data);
        bytes.extend([0xff, 0xd9, 7, 7]);
        bytes
    }

    #[test]
    fn zero_bytes_in_front_of_the_end_are_damage_only_where_they_are_in_place_of_data() {
        // Of 225 units two bits are in the last byte, which ends in ones.
        let padded = |last: &[u8], zeros: usize| square(120, &[&[0; 56][..], last, &vec![0; zeros]].concat());
        for zeros in [0, 1, 2, 3, 6, 7, 8, 30, 500] {
            assert!(is_sound(&padded(&[0x3f], zeros)), "{zeros}");
            assert!(!is_sound(&padded(&[0x3f, 0, 1], zeros)), "{zeros}: more than nothing behind the data");
            // Written over from somewhere in the data.
            assert!(!is_sound(&padded(&[], zeros + 2)), "{zeros}");
        }
        assert!(!is_sound(&square(120, &[0; 55])));
    }

    #[test]
    fn blocks_that_do_not_come_out_even_are_damage() {
        let whole = picture(&[0; 64]);
        assert!(is_sound(&whole));
        assert!(!is_sound(&picture(&[0; 60])) && !is_sound(&picture(&[0; 68])));
        // One bit is another one, in the middle of the data.
        let mut flipped = [0; 64];
        flipped[20] = 0b0010_0000;
        assert!(!is_sound(&picture(&flipped)));
        let mut marked = [0; 64];
        marked[30] = 0xff;
        marked[31] = 0x42;
        assert!(!is_sound(&picture(&marked)));
        // A segment that leads nowhere; no picture at all.
        let mut lost = whole.clone();
        lost[5] = 5;
        assert!(!is_sound(&lost) && !is_sound(&[0xff, 0xd8, 0xff, 0xda, 0, 2, 7, 7, 0xff, 0xd9]));
        for length in 0..whole.len() - 4 {
            assert!(!is_sound(&whole[..length]), "{length}");
        }
    }
}

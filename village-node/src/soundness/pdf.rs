//! A PDF: its tables say where each of its parts begins, and there it must begin; photos in it are walked over as others are.
//! What lies packed in it is not unpacked.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::jpeg;

/// So many tables of one file are followed: each time it is saved one may be added.
const TABLES_MAX: usize = 256;
/// So much white space is passed over at one place.
const WHITE_MAX: usize = 4096;
/// Most digits of a number.
const DIGITS_MAX: usize = 20;
/// So many steps are taken for each byte of a file, and so many more: in one that leads to the same place over and over nothing is
/// known to be damaged.
const STEPS: (usize, usize) = (4, 1 << 20);
/// The generation of the entry that heads what is free.
const HEAD_OF_FREE: usize = 65_535;
/// White space of a PDF.
const WHITE: [u8; 6] = [0, b'\t', b'\n', 0x0c, b'\r', b' '];

/// Whether all of it is as it must be, as far as can be told.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    // Offsets count from there, though something may stand in front of it.
    let begin = find(bytes.get(..1024.min(bytes.len())).unwrap_or_default(), b"%PDF-").unwrap_or(0);
    let bytes = bytes.get(begin..).unwrap_or_default();
    let steps = Cell::new(bytes.len().saturating_mul(STEPS.0).saturating_add(STEPS.1));
    (tables(bytes, &steps).is_some() || steps.get() == 0) && photos(bytes)
}

/// Follows the tables from the last one to the first.
fn tables(bytes: &[u8], steps: &Cell<usize>) -> Option<()> {
    let last = bytes.windows(9).rposition(|window| window == b"startxref")?;
    let mut at = Some(Text { bytes, at: last + 9, steps }.number()?);
    let mut followed = BTreeSet::new();
    for _ in 0..TABLES_MAX {
        let Some(table) = at.filter(|table| followed.insert(*table)) else { return Some(()) };
        let mut text = Text { bytes, at: table, steps };
        text.white();
        // Packed, it is an object as others are.
        let Some(()) = text.word(b"xref") else { return text.object(None) };
        loop {
            text.white();
            if text.word(b"trailer").is_some() {
                break;
            }
            let (first, count) = (text.number()?, text.number()?);
            // Some programs count the head of what is free, number 0, from 1; readers know.
            let mut is_from_one = false;
            for number in first..first.checked_add(count)? {
                let (offset, generation) = (text.number()?, text.number()?);
                text.white();
                let is_used = match text.take()? {
                    b'n' => true,
                    b'f' => false,
                    _ => return None,
                };
                is_from_one |= !is_used && (first, number, generation) == (1, 1, HEAD_OF_FREE);
                // Some programs say that what they threw away is at 0.
                if is_used && offset > 0 {
                    let mut object = Text { bytes, at: offset, steps };
                    object.white();
                    object.object(Some(if is_from_one { number - 1 } else { number }))?;
                }
            }
        }
        let trailer = bytes.get(text.at..)?;
        let trailer = trailer.get(..find(trailer, b"startxref").unwrap_or(trailer.len()))?;
        at = match find(trailer, b"/Prev") {
            Some(previous) => Some(Text { bytes: trailer, at: previous + 5, steps }.number()?),
            None => None,
        };
        // Some programs say so of the first one.
        at = at.filter(|previous| *previous > 0);
    }
    Some(())
}

/// Whether the photos in it are sound. Where one ends is told by the word behind it.
fn photos(bytes: &[u8]) -> bool {
    const FRONT: &[u8] = b"stream";
    let mut rest = bytes;
    while let Some(at) = find(rest, FRONT) {
        let data = rest.get(at + FRONT.len()..).unwrap_or_default();
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        if data.starts_with(&[0xff, 0xd8, 0xff]) {
            let end = find(data, b"endstream").unwrap_or(data.len());
            if !data.get(..end).is_some_and(jpeg::is_sound) {
                return false;
            }
            rest = data.get(end..).and_then(|rest| rest.get(FRONT.len() + 3..)).unwrap_or_default();
        } else {
            rest = data;
        }
    }
    true
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A place in a PDF where plain text stands.
struct Text<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Steps that are left for the whole file.
    steps: &'a Cell<usize>,
}

impl Text<'_> {
    /// Over white space; a comment, up to the end of its line, counts as such. Not beyond what any program writes: each part
    /// of the file may lead here.
    fn white(&mut self) {
        let mut is_comment = false;
        let begin = self.at;
        for byte in self.bytes.get(self.at..).unwrap_or_default().iter().take(WHITE_MAX) {
            match byte {
                b'\n' | b'\r' => is_comment = false,
                b'%' => is_comment = true,
                byte if is_comment || WHITE.contains(byte) => {}
                _ => break,
            }
            self.at += 1;
        }
        self.steps.set(self.steps.get().saturating_sub(self.at - begin));
    }

    fn take(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// A number; nothing where there is none, and once the steps are used up.
    fn number(&mut self) -> Option<usize> {
        self.white();
        self.steps.set(self.steps.get().saturating_sub(1));
        if self.steps.get() == 0 {
            return None;
        }
        let digits =
            self.bytes.get(self.at..)?.iter().take(DIGITS_MAX).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(self.bytes.get(self.at..self.at + digits)?).ok()?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// The beginning of an object; of this number, where one is asked for.
    fn object(&mut self, number: Option<usize>) -> Option<()> {
        let found = self.number()?;
        self.number()?;
        self.white();
        self.word(b"obj")?;
        number.is_none_or(|number| number == found).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(object: &str, offset: usize) -> Vec<u8> {
        let front = format!("%PDF-1.4\n{object}");
        let table = front.len();
        format!(
            "{front}xref\n0 2\n0000000000 65535 f \n{offset:010} 00000 n \ntrailer\n<< /Size 2 >>\nstartxref\n{table}\n%%EOF\n"
        )
        .into_bytes()
    }

    #[test]
    fn parts_that_are_not_where_the_table_says_are_damage() {
        let object = "1 0 obj\n<< >>\nendobj\n";
        let whole = file(object, 9);
        assert!(is_sound(&whole) && is_sound(&[b"\n\n", &whole[..]].concat()));
        assert!(!is_sound(&file(object, 12)) && !is_sound(&file("2 0 obj\n<< >>\nendobj\n", 9)));
        // Blocks of the disk that came back as nothing.
        let mut lost = whole.clone();
        lost[9..20].fill(0);
        assert!(!is_sound(&lost));
        assert!(!is_sound(b"%PDF-1.4\n%%EOF\n"));
        let packed = "7 0 obj\n<< /Type /XRef >>\nendobj\nstartxref\n9\n%%EOF\n";
        assert!(is_sound(format!("%PDF-1.5\n{packed}").as_bytes()));
        assert!(!is_sound(format!("%PDF-1.5\n{}", packed.replace("\n9\n", "\n11\n")).as_bytes()));
    }

    /// A file whose table lists what is free and this object; `first` is the number that its section begins with.
    fn listed(object: &str, first: u32, trailer: &str) -> Vec<u8> {
        let front = format!("%PDF-1.4\n{object}");
        let (table, at) = (front.len(), 9);
        let entries = format!("0000000000 65535 f \n{at:010} 00000 n \n");
        format!("{front}xref\n{first} 2\n{entries}trailer\n<< /Size 2 {trailer}>>\nstartxref\n{table}\n%%EOF\n")
            .into_bytes()
    }

    #[test]
    fn what_readers_take_as_it_is_meant_is_no_damage() {
        let object = "1 0 obj\n<< >>\nendobj\n";
        assert!(is_sound(&listed(object, 0, "")));
        assert!(is_sound(&listed(object, 1, "")), "the head of what is free counted from 1");
        assert!(!is_sound(&listed(object, 2, "")) && !is_sound(&listed("2 0 obj\n<< >>\nendobj\n", 1, "")));
        let commented = "% made by a scanner\r\n  % 1 0 obj\n1 0 obj\n<< >>\nendobj\n";
        assert!(is_sound(&listed(commented, 0, "")));
        assert!(!is_sound(&listed("% 1 0 obj\n<< >>\nendobj\n", 0, "")), "nothing but a comment");
        assert!(is_sound(&listed(object, 0, "/Prev 0 ")));
        // Where another table is said to be and is not.
        assert!(!is_sound(&listed(object, 0, "/Prev 3 ")) && !is_sound(&listed(object, 0, "/Prev 9999 ")));
        for odd in [listed(object, 1, "/Prev 0 "), listed(commented, 0, "")] {
            let end = odd.len() - "%%EOF\n".len();
            for length in 0..end - "\n".len() {
                // What is cut off goes with the table's place; a shorter number leads nowhere.
                assert!(!is_sound(&odd[..length]), "{length}");
            }
            let mut lost = odd.clone();
            lost[9..20].fill(0);
            assert!(!is_sound(&lost));
        }
    }

    #[test]
    fn one_that_leads_to_the_same_place_over_and_over_is_left_soon() {
        let front = format!("%PDF-1.4\n{}1 0 obj\n<< >>\nendobj\n", " ".repeat(WHITE_MAX - 10));
        let (table, sections) = (front.len(), "1 1\n0000000009 00000 n \n".repeat(20_000));
        let file = format!("{front}xref\n{sections}trailer\n<< >>\nstartxref\n{table}\n%%EOF\n");
        let steps = Cell::new(file.len() * STEPS.0 + STEPS.1);
        assert!(tables(file.as_bytes(), &steps).is_none() && steps.get() == 0, "what is left is not walked over");
        assert!(is_sound(file.as_bytes()), "nothing in it is known to be damaged");
        let digits = format!("%PDF-1.4\n{}1 0 obj\n", "0".repeat(200_000));
        assert!(!is_sound(
            format!("{digits}xref\n1 1\n0000000009 00000 n \ntrailer\nstartxref\n{}\n", digits.len()).as_bytes()
        ));
        // A table that names itself is followed once.
        let used = |trailer: &str| {
            let steps = Cell::new(STEPS.1);
            assert_eq!(tables(&listed("1 0 obj\n<< >>\nendobj\n", 0, trailer), &steps), Some(()));
            STEPS.1 - steps.get()
        };
        assert!(used("/Prev 30 ") < 2 * used(""));
    }

    #[test]
    fn a_photo_in_it_is_looked_at() {
        let photo = [b"stream\r\n".as_slice(), &[0xff, 0xd8, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9], b"\nendstream"].concat();
        assert!(!photos(&photo) && photos(b"stream\nplain\nendstream"));
    }
}

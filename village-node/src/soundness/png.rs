//! A PNG: its chunks from first to last, each with its checksum.

/// In front of them.
const SIGNATURE: usize = 8;

/// Whether all of it is as it must be.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    walk(bytes).unwrap_or(false)
}

fn walk(bytes: &[u8]) -> Option<bool> {
    let table = table();
    let (mut at, mut has_picture) = (SIGNATURE, false);
    loop {
        let length = usize::try_from(number(bytes, at)?).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?;
        let checked = bytes.get(at + 4..end)?;
        let kind = checked.first_chunk::<4>()?;
        if (at == SIGNATURE) != (kind == b"IHDR") || number(bytes, end)? != sum(&table, checked) {
            return None;
        }
        has_picture |= kind == b"IDAT";
        if kind == b"IEND" {
            return Some(has_picture);
        }
        at = end + 4;
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..at.checked_add(4)?)?.first_chunk::<4>()?))
}

/// CRC-32 of each byte.
fn table() -> [u32; 256] {
    let mut table = [0; 256];
    for (number, slot) in (0u32..).zip(&mut table) {
        *slot = (0..8).fold(number, |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 });
    }
    table
}

fn sum(table: &[u32; 256], bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let [low, ..] = sum.to_le_bytes();
        table.get(usize::from(low ^ byte)).copied().unwrap_or_default() ^ (sum >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let checked = [&kind[..], content].concat();
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], &checked, &sum(&table(), &checked).to_be_bytes()].concat()
    }

    #[test]
    fn a_checksum_tells_damage_anywhere() {
        assert_eq!(sum(&table(), b"123456789"), 0xcbf4_3926);
        let parts = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(*b"IHDR", &[0; 13]),
            chunk(*b"IDAT", b"picture"),
            chunk(*b"IEND", b""),
        ];
        let whole = parts.concat();
        assert!(is_sound(&whole) && is_sound(&[&whole[..], b"more"].concat()));
        for at in SIGNATURE..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 4;
            assert!(!is_sound(&damaged) && !is_sound(&whole[..at]), "{at}");
        }
        assert!(!is_sound(&[&parts[0][..], &parts[1], &parts[3]].concat()), "no picture");
    }
}

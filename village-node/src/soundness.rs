//! Whether a photo or PDF is whole inside, not only at both ends. What is found is told and never refused: viewers show much
//! of what is damaged, and what they show may be all that there is. Pure, and one walk over the bytes: libraries check a photo by
//! unpacking it, which takes an old PC forty megabytes and more for one of a telephone.

mod huffman;
mod jpeg;
mod pdf;
mod png;

use service_document::FileType;

/// Whether these bytes, which begin and end like a file of this type, are damaged in between, as far as can be told.
pub(crate) fn is_damaged(file_type: FileType, bytes: &[u8]) -> bool {
    let sound = match file_type {
        FileType::Jpeg => jpeg::is_sound(bytes),
        FileType::Png => png::is_sound(bytes),
        FileType::Pdf => pdf::is_sound(bytes),
    };
    !sound
}

/// Two bytes, the higher one first.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at.checked_add(2)?)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes(*pair)))
}

//! The crest of the regency, which stands at the left of the letterhead.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64;
use office_model::Bilingual;
use png::{Decoder, Limits, Transformations};

/// Longest file, in bytes: it goes to every office, over slow links too.
const FILE_BYTES_MAX: usize = 48 * 1024;
/// Most pixels on a side: at the size of a letterhead more is not seen.
const SIDE_MAX: u32 = 1024;
/// So much memory is used to unpack one, in bytes.
const UNPACKED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A picture that was unpacked once, and can be again. Clones share it.
#[derive(Clone, PartialEq, Eq)]
pub struct Crest {
    width: u32,
    height: u32,
    png: Arc<Vec<u8>>,
}

/// No crest can be made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrestError {
    /// It is no PNG, or a damaged one.
    #[error("the crest is no PNG that can be read")]
    Unreadable,
    /// It is too long a file.
    #[error("the crest has more than {} KB; save it smaller", FILE_BYTES_MAX / 1024)]
    TooLong,
    /// It has too many pixels.
    #[error("the crest has more than {SIDE_MAX} pixels on a side; save it smaller")]
    TooLarge,
}

impl CrestError {
    /// What people read.
    pub fn text(self) -> Bilingual {
        let id = match self {
            Self::Unreadable => "lambang bukan PNG yang dapat dibaca".to_owned(),
            Self::TooLong => format!("lambang lebih dari {} KB; simpan lebih kecil", FILE_BYTES_MAX / 1024),
            Self::TooLarge => format!("sisi lambang lebih dari {SIDE_MAX} piksel; simpan lebih kecil"),
        };
        Bilingual::new(id, self.to_string())
    }
}

impl Crest {
    /// Reads a PNG of at most 48 KB and 1024 pixels on a side.
    ///
    /// # Errors
    ///
    /// When it is none, or larger.
    pub fn of_png(file: &[u8]) -> Result<Self, CrestError> {
        if file.len() > FILE_BYTES_MAX {
            return Err(CrestError::TooLong);
        }
        let mut decoder = Decoder::new_with_limits(file, Limits { bytes: UNPACKED_BYTES_MAX });
        // As it is unpacked to be drawn: what could not be would keep every letter from being printed.
        decoder.set_transformations(Transformations::EXPAND);
        let mut reader = decoder.read_info().map_err(|_| CrestError::Unreadable)?;
        let (width, height) = reader.info().size();
        if width > SIDE_MAX || height > SIDE_MAX {
            return Err(CrestError::TooLarge);
        }
        // Only what was unpacked to its end is known to be whole.
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).and_then(|_| reader.finish()).map_err(|_| CrestError::Unreadable)?;
        Ok(Self { width, height, png: Arc::new(file.to_vec()) })
    }

    /// Reads what a line of templates holds.
    pub(crate) fn of_line(text: &str) -> Result<Self, CrestError> {
        Self::of_png(&BASE64.decode(text.as_bytes()).map_err(|_| CrestError::Unreadable)?)
    }

    /// What a line of templates holds for this PNG.
    ///
    /// # Errors
    ///
    /// As [`Crest::of_png`].
    pub(crate) fn line_of(file: &[u8]) -> Result<String, CrestError> {
        Self::of_png(file)?;
        Ok(BASE64.encode(file))
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The file.
    pub(crate) fn png(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.png)
    }
}

impl fmt::Debug for Crest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crest({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use png::{BitDepth, ColorType, Encoder};

    use super::*;

    /// A picture of this size and kind, each byte of it 0x60.
    pub(crate) fn picture(width: u32, height: u32, color: ColorType, depth: BitDepth) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette(vec![7; 256 * 3]);
        }
        let mut writer = encoder.write_header().unwrap();
        let bits = color.samples() * usize::from(depth as u8);
        let row = (usize::try_from(width).unwrap() * bits).div_ceil(8);
        writer.write_image_data(&vec![0x60; row * usize::try_from(height).unwrap()]).unwrap();
        writer.finish().unwrap();
        file
    }

    pub(crate) const KINDS: [(ColorType, BitDepth); 8] = [
        (ColorType::Rgba, BitDepth::Eight),
        (ColorType::Rgba, BitDepth::Sixteen),
        (ColorType::Rgb, BitDepth::Eight),
        (ColorType::Grayscale, BitDepth::One),
        (ColorType::Grayscale, BitDepth::Eight),
        (ColorType::GrayscaleAlpha, BitDepth::Eight),
        (ColorType::Indexed, BitDepth::Four),
        (ColorType::Indexed, BitDepth::Eight),
    ];

    #[test]
    fn every_kind_of_png_is_taken() {
        for (color, depth) in KINDS {
            let crest = Crest::of_png(&picture(30, 40, color, depth)).map(|crest| crest.size());
            assert_eq!(crest, Ok((30, 40)), "{color:?} {depth:?}");
        }
    }

    #[test]
    fn what_is_no_png_or_too_large_is_said_and_cut_ones_are_never_read() {
        let good = picture(30, 40, ColorType::Rgba, BitDepth::Eight);
        for length in 0..good.len() - 12 {
            assert_eq!(Crest::of_png(&good[..length]), Err(CrestError::Unreadable), "{length}");
        }
        assert_eq!(Crest::of_png(b"GIF89a"), Err(CrestError::Unreadable));
        let mut indexed = picture(30, 40, ColorType::Indexed, BitDepth::Eight);
        let palette = indexed.windows(4).position(|window| window == b"PLTE").unwrap() - 4;
        indexed.drain(palette..palette + 12 + 256 * 3);
        assert_eq!(Crest::of_png(&indexed), Err(CrestError::Unreadable), "no palette");
        assert_eq!(Crest::of_png(&vec![0; FILE_BYTES_MAX + 1]), Err(CrestError::TooLong));
        let wide = picture(SIDE_MAX + 1, 1, ColorType::Grayscale, BitDepth::One);
        assert_eq!(Crest::of_png(&wide), Err(CrestError::TooLarge));
        for error in [CrestError::Unreadable, CrestError::TooLong, CrestError::TooLarge] {
            assert!(error.text().id.contains("lambang"));
        }
    }
}

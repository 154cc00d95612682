//! The fonts, and how wide a text is in them.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// A cut of Liberation Serif, whose widths are those of Times New Roman, in which offices write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    Regular,
    Bold,
    Italic,
}

/// What a character without a glyph is shown as.
const UNKNOWN: char = '\u{25a1}';

static REGULAR: LazyLock<Option<Metrics>> = LazyLock::new(|| Metrics::of(Face::Regular.data()));
static BOLD: LazyLock<Option<Metrics>> = LazyLock::new(|| Metrics::of(Face::Bold.data()));
static ITALIC: LazyLock<Option<Metrics>> = LazyLock::new(|| Metrics::of(Face::Italic.data()));

struct Metrics {
    font: FontRef<'static>,
    per_em: GlyphMetrics<'static>,
}

impl Metrics {
    fn of(data: &'static [u8]) -> Option<Self> {
        let font = FontRef::new(data).ok()?;
        let per_em = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        Some(Self { font, per_em })
    }

    fn glyph(&self, sign: char) -> (u32, f32) {
        let map = self.font.charmap();
        let glyph = map.map(sign).or_else(|| map.map(UNKNOWN)).or_else(|| map.map('?')).unwrap_or(GlyphId::NOTDEF);
        (glyph.to_u32(), self.per_em.advance_width(glyph).unwrap_or_default())
    }
}

impl Face {
    pub(crate) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Italic];

    /// The font file.
    pub(crate) const fn data(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../data/fonts/LiberationSerif-Regular.ttf"),
            Self::Bold => include_bytes!("../data/fonts/LiberationSerif-Bold.ttf"),
            Self::Italic => include_bytes!("../data/fonts/LiberationSerif-Italic.ttf"),
        }
    }

    /// The glyph of a character and its width in parts of the font's size. Without kerning and ligatures: what is
    /// copied out of the document is what was written.
    pub(crate) fn glyph(self, sign: char) -> (u32, f32) {
        let metrics = match self {
            Self::Regular => &*REGULAR,
            Self::Bold => &*BOLD,
            Self::Italic => &*ITALIC,
        };
        metrics.as_ref().map(|metrics| metrics.glyph(sign)).unwrap_or_default()
    }

    /// How wide a text is.
    pub(crate) fn width(self, text: &str, size: f32) -> f32 {
        text.chars().map(|sign| self.glyph(sign).1).sum::<f32>() * size
    }
}

#[cfg(test)]
mod tests {
    use office_model::is_letter_sign;

    use super::*;

    #[test]
    fn every_sign_that_letters_are_said_to_show_has_a_glyph() {
        for metrics in [&*REGULAR, &*BOLD, &*ITALIC] {
            let map = metrics.as_ref().unwrap().font.charmap();
            let lacking: Vec<char> =
                ('\u{20}'..='\u{ffff}').filter(|sign| is_letter_sign(*sign) && map.map(*sign).is_none()).collect();
            assert_eq!(lacking, [], "{lacking:x?}");
        }
        assert!(!is_letter_sign('\u{1f600}') && !is_letter_sign('\u{645}') && !is_letter_sign(UNKNOWN));
    }
}

//! What stands where on a page. Lengths are points; y counts down from the top.

use crate::Crest;
use crate::face::Face;

/// One page.
#[derive(Clone, Default)]
pub(crate) struct PageMarks(pub(crate) Vec<Mark>);

/// Something drawn.
#[derive(Clone)]
pub(crate) enum Mark {
    /// Text on a base line that begins at x. Blanks are `blank_extra` wider than in the font.
    Text { x: f32, y: f32, face: Face, size: f32, text: String, blank_extra: f32 },
    /// A filled rectangle: a rule, a module of a QR code.
    Box { x: f32, y: f32, width: f32, height: f32 },
    /// A picture, stretched to this size.
    Crest { x: f32, y: f32, width: f32, height: f32, crest: Crest },
    /// Pale words across the page.
    Watermark(&'static str),
}

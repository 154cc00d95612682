//! The sheets that a letter is laid out on: where the next line goes, and when a new page begins.

use crate::Paper;
use crate::face::Face;
use crate::mark::{Mark, PageMarks};
use crate::paper::mm;

/// Distance of base lines in parts of the font's size.
const LEADING: f32 = 1.3;
/// Where the base line stands within that, from the top.
const BASE: f32 = 0.95;

/// Pages under way.
#[derive(Clone)]
pub(crate) struct Sheet {
    pub(crate) pages: Vec<PageMarks>,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) y: f32,
    top: f32,
}

impl Sheet {
    pub(crate) fn new(paper: Paper) -> Self {
        Self::of_size(paper.size())
    }

    /// Sheets that lie on their side.
    pub(crate) fn landscape(paper: Paper) -> Self {
        Self::of_size(paper.landscape())
    }

    fn of_size((width, height): (f32, f32)) -> Self {
        let top = mm(15.0);
        Self {
            pages: vec![PageMarks::default()],
            left: mm(25.0),
            right: width - mm(20.0),
            bottom: height - mm(22.0),
            y: top,
            top,
        }
    }

    pub(crate) fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Height of a line of this size.
    pub(crate) fn line(size: f32) -> f32 {
        size * LEADING
    }

    /// Begins a new page where less than this is left, unless the page is empty.
    pub(crate) fn need(&mut self, height: f32) {
        if self.y + height > self.bottom && self.y > self.top {
            self.pages.push(PageMarks::default());
            self.y = self.top;
        }
    }

    pub(crate) fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.0.push(mark);
        }
    }

    /// Text at the line that begins at the current height.
    pub(crate) fn text(&mut self, x: f32, face: Face, size: f32, text: &str) {
        self.spaced(x, face, size, text, 0.0);
    }

    pub(crate) fn spaced(&mut self, x: f32, face: Face, size: f32, text: &str, blank_extra: f32) {
        let y = self.y + size * BASE;
        self.put(Mark::Text { x, y, face, size, text: text.to_owned(), blank_extra });
    }

    /// A centred line within these limits; gives where it begins and how wide it is.
    pub(crate) fn centred(&mut self, from: f32, to: f32, face: Face, size: f32, text: &str) -> (f32, f32) {
        let width = face.width(text, size);
        let x = (from + to - width) / 2.0;
        self.text(x, face, size, text);
        (x, width)
    }

    /// A rule across at the current height plus `below`.
    pub(crate) fn rule(&mut self, x: f32, width: f32, below: f32, thickness: f32) {
        let y = self.y + below;
        self.put(Mark::Box { x, y, width, height: thickness });
    }
}

//! Writes pages as PDF.

use chrono::{Datelike, NaiveDate};
use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use crate::face::Face;
use crate::mark::{Mark, PageMarks};
use crate::{Book, Letter, PrintError};

/// The fonts of one document.
struct Fonts(Vec<Font>);

impl Fonts {
    fn load() -> Option<Self> {
        Face::ALL.iter().map(|face| Font::new(face.data().to_vec().into(), 0)).collect::<Option<_>>().map(Self)
    }

    fn of(&self, face: Face) -> Option<&Font> {
        self.0.get(Face::ALL.iter().position(|one| *one == face)?)
    }
}

/// What a document says of itself. Its only date is that of its content.
pub(crate) struct About {
    title: String,
    author: String,
    date: NaiveDate,
}

impl About {
    pub(crate) fn letter(letter: &Letter) -> Self {
        let title = match &letter.number {
            Some(number) => format!("{} {number}", letter.title),
            None => letter.title.clone(),
        };
        Self { title, author: letter.office.named(), date: letter.date }
    }

    pub(crate) fn book(book: &Book) -> Self {
        Self { title: book.title(), author: book.office.named(), date: book.to }
    }
}

/// The document on pages of this width and height; its id derives from its content.
pub(crate) fn write(about: About, (width, height): (f32, f32), pages: Vec<PageMarks>) -> Result<Vec<u8>, PrintError> {
    let fonts = Fonts::load().ok_or_else(|| PrintError::Pdf("its fonts cannot be read".to_owned()))?;
    let fail = || PrintError::Pdf("the size of its paper makes no sense".to_owned());
    let mut document = Document::new();
    document.set_metadata(metadata(about));
    for marks in pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(fail)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in &marks.0 {
            draw(&mut surface, &fonts, mark, (width, height));
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PrintError::Pdf(format!("{error:?}")))
}

fn metadata(about: About) -> Metadata {
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    let date = DateTime::new(u16::try_from(about.date.year()).unwrap_or_default())
        .month(part(about.date.month()))
        .day(part(about.date.day()));
    Metadata::new()
        .title(about.title)
        .language("id-ID".to_owned())
        .authors(vec![about.author])
        .creator("Smart Kampung Sync".to_owned())
        .creation_date(date)
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark, (page_width, page_height): (f32, f32)) {
    match mark {
        Mark::Text { x, y, face, size, text, blank_extra } => {
            let Some(font) = fonts.of(*face) else { return };
            surface.set_fill(Some(Fill::default()));
            let glyphs = glyphs(*face, text, blank_extra / size);
            surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, font.clone(), text, *size, false);
        }
        Mark::Box { x, y, width, height } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            surface.set_fill(Some(Fill::default()));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Crest { x, y, width, height, crest } => {
            let Some(size) = Size::from_wh(*width, *height) else { return };
            let Ok(picture) = Image::from_png(crest.png().into(), false) else { return };
            surface.push_transform(&Transform::from_translate(*x, *y));
            surface.draw_image(picture, size);
            surface.pop();
        }
        Mark::Watermark(text) => {
            let Some(font) = fonts.of(Face::Bold) else { return };
            let size = 120.0;
            let half = Face::Bold.width(text, size) / 2.0;
            surface.set_fill(Some(Fill {
                paint: luma::Color::new(215).into(),
                opacity: NormalizedF32::ONE,
                ..Fill::default()
            }));
            surface.push_transform(&Transform::from_rotate_at(-50.0, page_width / 2.0, page_height / 2.0));
            let start = Point::from_xy(page_width / 2.0 - half, page_height / 2.0 + size / 3.0);
            surface.draw_glyphs(start, &glyphs(Face::Bold, text, 0.0), font.clone(), text, size, false);
            surface.pop();
        }
    }
}

fn glyphs(face: Face, text: &str, blank_extra: f32) -> Vec<KrillaGlyph> {
    let one = |(start, sign): (usize, char)| {
        let (glyph, advance) = face.glyph(sign);
        let advance = if sign == ' ' { advance + blank_extra } else { advance };
        KrillaGlyph::new(GlyphId::new(glyph), advance, 0.0, 0.0, 0.0, start..start + sign.len_utf8(), None)
    };
    text.char_indices().map(one).collect()
}

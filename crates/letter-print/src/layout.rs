//! Lays a letter out: letterhead, title, body, signature, seal, foot.

use office_model::calendar::long_date;

use crate::face::Face;
use crate::letter::{Finish, Letter, PrintError};
use crate::line::wrap;
use crate::mark::{Mark, PageMarks};
use crate::paper::mm;
use crate::sheet::Sheet;
use crate::{Approved, Block, Paper, qr, table};

const SIZE: f32 = 12.0;
const SMALL: f32 = 8.0;
/// Labels are this wide at least to make colons align.
const LABEL: f32 = 150.0;
/// Sides of the printed QR code, without its quiet zone.
const QR: f32 = mm(35.0);
/// Sides of the square that the crest fits.
const CREST: f32 = mm(24.0);
/// Distance of the names from it.
const CREST_BESIDE: f32 = mm(3.0);
/// Room for a signature and a stamp.
const SIGNATURE: f32 = mm(22.0);
/// Distance of what the camat approved from the signature above it.
const CAMAT_ABOVE: f32 = mm(5.0);

/// The pages of a letter.
pub(crate) fn pages(letter: &Letter, paper: Paper, finish: &Finish) -> Result<Vec<PageMarks>, PrintError> {
    let mut sheet = Sheet::new(paper);
    letterhead(&mut sheet, letter);
    title(&mut sheet, letter);
    let (before, last) = letter.body.split_at(letter.body.len().saturating_sub(1));
    for block in before {
        lay(&mut sheet, block);
    }
    let mut sheet = close(sheet, (letter, last), finish)?;
    feet(&mut sheet, (letter, paper), finish);
    Ok(sheet.pages)
}

/// The last lines and the signature stand on one page: nobody signs a sheet on which nothing stands.
fn close(mut sheet: Sheet, (letter, last): (&Letter, &[Block]), finish: &Finish) -> Result<Sheet, PrintError> {
    let end = |mut sheet: Sheet| {
        for block in last {
            lay(&mut sheet, block);
        }
        let page = sheet.pages.len();
        signature(&mut sheet, letter, finish)?;
        Ok::<_, PrintError>((sheet.pages.len() > page, sheet))
    };
    let (is_alone, closed) = end(sheet.clone())?;
    if !is_alone {
        return Ok(closed);
    }
    sheet.need(f32::INFINITY);
    Ok(end(sheet)?.1)
}

fn letterhead(sheet: &mut Sheet, letter: &Letter) {
    let office = &letter.office;
    let lines = [
        (Face::Bold, 13.0, format!("PEMERINTAH KABUPATEN {}", office.regency.to_uppercase())),
        (Face::Bold, 13.0, format!("KECAMATAN {}", office.district.to_uppercase())),
        (Face::Bold, 17.0, office.named().to_uppercase()),
        (Face::Regular, 10.0, office.contact()),
    ];
    let (left, right) = (sheet.left, sheet.right);
    let top = sheet.y;
    // Names stay in the middle of the sheet: what the crest takes at the left is left free at the right.
    let beside = if letter.crest.is_some() { CREST + CREST_BESIDE } else { 0.0 };
    for (face, size, text) in lines.iter().filter(|(_, _, text)| !text.is_empty()) {
        for line in wrap(text, *face, *size, sheet.width() - 2.0 * beside, 0.0) {
            sheet.centred(left + beside, right - beside, *face, *size, &line);
            sheet.y += Sheet::line(*size);
        }
    }
    if let Some(crest) = &letter.crest {
        sheet.y = sheet.y.max(top + CREST);
        let (width, height) = fitted(crest.size(), CREST);
        let (x, y) = (left + (CREST - width) / 2.0, (top + sheet.y - height) / 2.0);
        sheet.put(Mark::Crest { x, y, width, height, crest: crest.clone() });
    }
    sheet.rule(left, sheet.width(), 4.0, 2.2);
    sheet.rule(left, sheet.width(), 7.4, 0.7);
    sheet.y += mm(9.0);
}

/// Width and height of something of this shape as large as fits a square with this side.
fn fitted((width, height): (u32, u32), side: f32) -> (f32, f32) {
    let length = |pixels: u32| f32::from(u16::try_from(pixels).unwrap_or(u16::MAX));
    let scale = side / length(width.max(height).max(1));
    (length(width) * scale, length(height) * scale)
}

fn title(sheet: &mut Sheet, letter: &Letter) {
    let (left, right) = (sheet.left, sheet.right);
    for line in wrap(&letter.title.to_uppercase(), Face::Bold, 14.0, sheet.width(), 0.0) {
        let (x, width) = sheet.centred(left, right, Face::Bold, 14.0, &line);
        sheet.rule(x, width, 15.2, 0.9);
        sheet.y += Sheet::line(14.0);
    }
    let number = letter.number.as_deref().unwrap_or("........................................");
    for line in wrap(&format!("Nomor : {number}"), Face::Regular, SIZE, sheet.width(), 0.0) {
        sheet.centred(left, right, Face::Regular, SIZE, &line);
        sheet.y += Sheet::line(SIZE);
    }
    sheet.y += mm(5.0);
}

fn lay(sheet: &mut Sheet, block: &Block) {
    match block {
        Block::Paragraph(text) => paragraph(sheet, text),
        Block::Row { label, value } => row(sheet, label, value),
        Block::Heading(text) => {
            // A heading stays with what it heads.
            sheet.need(4.0 * Sheet::line(SIZE));
            sheet.y += 3.0;
            sheet.text(sheet.left + mm(8.0), Face::Bold, SIZE, text);
            sheet.y += Sheet::line(SIZE) + 1.0;
        }
        Block::Table { columns, rows } => table::lay(sheet, columns, rows),
    }
}

fn paragraph(sheet: &mut Sheet, text: &str) {
    let indent = mm(10.0);
    let lines = wrap(text, Face::Regular, SIZE, sheet.width(), indent);
    sheet.y += 4.0;
    for (index, line) in lines.iter().enumerate() {
        // No first line stands alone at the foot of a page.
        sheet.need(Sheet::line(SIZE) * if index == 0 && lines.len() > 1 { 2.0 } else { 1.0 });
        let indent = if index == 0 { indent } else { 0.0 };
        let blanks = line.matches(' ').count();
        let left_over = sheet.width() - indent - Face::Regular.width(line, SIZE);
        let extra = left_over / f32::from(u16::try_from(blanks.max(1)).unwrap_or(u16::MAX));
        let extra = if index + 1 < lines.len() && blanks > 0 && extra < SIZE { extra } else { 0.0 };
        sheet.spaced(sheet.left + indent, Face::Regular, SIZE, line, extra);
        sheet.y += Sheet::line(SIZE);
    }
    sheet.y += 4.0;
}

fn row(sheet: &mut Sheet, label: &str, value: &str) {
    let label_x = sheet.left + mm(8.0);
    let colon_x = label_x + LABEL;
    let value_x = colon_x + 9.0;
    let labels = wrap(label, Face::Regular, SIZE, LABEL - 4.0, 0.0);
    let values = wrap(value, Face::Regular, SIZE, sheet.right - value_x, 0.0);
    for index in 0..labels.len().max(values.len()) {
        sheet.need(Sheet::line(SIZE));
        if let Some(label) = labels.get(index) {
            sheet.text(label_x, Face::Regular, SIZE, label);
        }
        if index == 0 {
            sheet.text(colon_x, Face::Regular, SIZE, ":");
        }
        if let Some(value) = values.get(index) {
            sheet.text(value_x, Face::Regular, SIZE, value);
        }
        sheet.y += Sheet::line(SIZE);
    }
}

/// The signer's block at the right, the seal at its left, what the camat approved below. All stay together on a page.
fn signature(sheet: &mut Sheet, letter: &Letter, finish: &Finish) -> Result<(), PrintError> {
    let (from, to) = (sheet.left + sheet.width() * 0.5, sheet.right);
    let fit = |text: &str, face| wrap(text, face, SIZE, to - from, 0.0);
    let mut above = fit(&format!("{}, {}", letter.office.name, long_date(letter.date)), Face::Regular);
    for line in letter.signer.capacity(letter.signs, &letter.office) {
        above.extend(fit(&line, Face::Regular));
    }
    let name = if letter.signer.name.is_empty() { "(..................................)" } else { &letter.signer.name };
    let names = fit(name, Face::Bold);
    let nip = if letter.signer.nip.is_empty() {
        Vec::new()
    } else {
        fit(&format!("NIP {}", letter.signer.nip), Face::Regular)
    };
    let lines = u16::try_from(above.len() + names.len() + nip.len()).unwrap_or(u16::MAX);
    let height = (Sheet::line(SIZE) * f32::from(lines) + SIGNATURE).max(QR + mm(6.0));
    let camat = camat(letter, sheet.width());
    sheet.y += mm(6.0);
    sheet.need(height + camat.height());
    let top = sheet.y;
    for line in &above {
        sheet.centred(from, to, Face::Regular, SIZE, line);
        sheet.y += Sheet::line(SIZE);
    }
    sheet.y += SIGNATURE;
    for line in &names {
        let (x, width) = sheet.centred(from, to, Face::Bold, SIZE, line);
        if !letter.signer.name.is_empty() {
            sheet.rule(x, width, 13.2, 0.8);
        }
        sheet.y += Sheet::line(SIZE);
    }
    for line in &nip {
        sheet.centred(from, to, Face::Regular, SIZE, line);
        sheet.y += Sheet::line(SIZE);
    }
    if let Finish::Sealed(url) = finish {
        seal(sheet, url, top + mm(2.0))?;
    }
    if !camat.lines.is_empty() {
        sheet.y = sheet.y.max(top + height) + CAMAT_ABOVE;
        let (left, right) = (sheet.left, sheet.right);
        for (face, line) in &camat.lines {
            sheet.centred(left, right, *face, SIZE, line);
            sheet.y += Sheet::line(SIZE);
        }
    }
    Ok(())
}

/// What stands below the signature of a letter that the camat approved.
struct Camat {
    lines: Vec<(Face, String)>,
}

impl Camat {
    fn height(&self) -> f32 {
        if self.lines.is_empty() {
            return 0.0;
        }
        CAMAT_ABOVE + Sheet::line(SIZE) * f32::from(u16::try_from(self.lines.len()).unwrap_or(u16::MAX))
    }
}

/// No line is left for a pen: the camat approved it at the sub-district's own machine, and the record tells who did.
fn camat(letter: &Letter, width: f32) -> Camat {
    let Some(Approved { day, camat }) = &letter.approved else { return Camat { lines: Vec::new() } };
    let title = if camat.title.is_empty() { format!("Camat {}", letter.office.district) } else { camat.title.clone() };
    let mut lines = vec![
        (Face::Regular, "Mengetahui:".to_owned()),
        (Face::Bold, title),
        (Face::Regular, format!("disetujui secara elektronik pada {}", long_date(*day))),
    ];
    if !camat.name.is_empty() {
        lines.push((Face::Bold, camat.name.clone()));
    }
    if !camat.nip.is_empty() {
        lines.push((Face::Regular, format!("NIP {}", camat.nip)));
    }
    let fit =
        |(face, line): (Face, String)| wrap(&line, face, SIZE, width, 0.0).into_iter().map(move |line| (face, line));
    Camat { lines: lines.into_iter().flat_map(fit).collect() }
}

/// Dark modules of a row that touch are one box: fewer bytes, and no hairlines between them.
fn seal(sheet: &mut Sheet, url: &str, top: f32) -> Result<(), PrintError> {
    let code = qr::encode(url)?;
    let module = QR / f32::from(u16::try_from(code.width).unwrap_or(u16::MAX));
    let place = |index: usize| f32::from(u16::try_from(index).unwrap_or(u16::MAX)) * module;
    let left = sheet.left + mm(4.0);
    for (number, row) in code.dark.chunks(code.width.max(1)).enumerate() {
        let mut column = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run.first() == Some(&true) {
                let (x, y) = (left + place(column), top + place(number));
                sheet.put(Mark::Box { x, y, width: place(run.len()), height: module });
            }
            column += run.len();
        }
    }
    Ok(())
}

fn feet(sheet: &mut Sheet, (letter, paper): (&Letter, Paper), finish: &Finish) {
    let (_, height) = paper.size();
    let count = sheet.pages.len();
    let (left, right) = (sheet.left, sheet.right);
    for (index, page) in sheet.pages.iter_mut().enumerate() {
        let mut put = |x, y, text: String| {
            page.0.push(Mark::Text { x, y, face: Face::Italic, size: SMALL, text, blank_extra: 0.0 });
        };
        let base = height - mm(14.0);
        match finish {
            Finish::Sealed(_) => put(
                left,
                base,
                "Keaslian surat ini dapat diperiksa siapa saja: pindai kode QR, lalu bandingkan isi surat dengan yang tampil."
                    .to_owned(),
            ),
            Finish::Unsealed => {}
            Finish::Draft => put(left, base, "Konsep: belum ditandatangani dan belum berlaku sebagai surat.".to_owned()),
        }
        if count > 1 {
            // Each sheet says which letter it is of.
            let number = letter.number.as_deref().map(|number| format!("Nomor {number} - ")).unwrap_or_default();
            let text = format!("{number}halaman {} dari {count}", index + 1);
            put(right - Face::Italic.width(&text, SMALL), base + SMALL * 1.2, text);
        }
        if *finish == Finish::Draft {
            page.0.insert(0, Mark::Watermark("KONSEP"));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use office_model::SignsAs;
    use png::{BitDepth, ColorType};

    use super::*;
    use crate::crest::tests::{KINDS, picture};
    use crate::{Crest, Office, Signer};

    fn letter(paragraphs: usize) -> Letter {
        let mut body: Vec<Block> = (0..paragraphs).map(|line| Block::Paragraph(format!("Isi {line}."))).collect();
        body.push(Block::Paragraph("Demikian surat ini dibuat.".to_owned()));
        Letter {
            office: Office::sarongan(),
            crest: None,
            title: "Surat Keterangan".to_owned(),
            number: Some("470/12/2026".to_owned()),
            body,
            date: NaiveDate::from_ymd_opt(2026, 11, 28).unwrap(),
            signs: SignsAs::Kepala,
            signer: Signer { name: "SUGENG".to_owned(), ..Signer::default() },
            approved: None,
        }
    }

    fn text(mark: &Mark) -> Option<&str> {
        match mark {
            Mark::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    fn texts(page: &PageMarks) -> Vec<&str> {
        page.0.iter().filter_map(text).collect()
    }

    #[test]
    fn nobody_signs_a_sheet_on_which_nothing_stands_and_each_sheet_says_which_letter_it_is_of() {
        let mut several = 0;
        for paragraphs in 0..80 {
            let pages = pages(&letter(paragraphs), Paper::default(), &Finish::Unsealed).unwrap();
            let last = texts(pages.last().unwrap());
            for part in ["SUGENG", "Demikian surat ini dibuat."] {
                assert!(last.iter().any(|text| text.contains(part)), "{paragraphs}: {part} in {last:?}");
            }
            if pages.len() > 1 {
                several += 1;
                let says =
                    |page: &PageMarks| texts(page).iter().any(|text| text.starts_with("Nomor 470/12/2026 - halaman"));
                assert!(pages.iter().all(says), "{paragraphs}");
            }
        }
        assert!(several > 5);
    }

    #[test]
    fn the_crest_stands_beside_the_names_and_above_the_rule_whatever_its_shape_and_their_length() {
        let rule = |page: &PageMarks| {
            let tops = page.0.iter().filter_map(|mark| match mark {
                Mark::Box { y, width, .. } if *width > 400.0 => Some(*y),
                _ => None,
            });
            tops.fold(f32::MAX, f32::min)
        };
        let bare = rule(&pages(&letter(1), Paper::A4, &Finish::Unsealed).unwrap()[0]);
        for (width, height) in [(300, 380), (400, 100), (10, 900)] {
            for name in ["Sarongan", &"Desa yang panjang sekali namanya ".repeat(6)] {
                let mut letter = letter(1);
                name.clone_into(&mut letter.office.name);
                letter.crest = Some(Crest::of_png(&picture(width, height, ColorType::Rgb, BitDepth::Eight)).unwrap());
                let page = &pages(&letter, Paper::A4, &Finish::Unsealed).unwrap()[0];
                let place = page.0.iter().find_map(|mark| match mark {
                    Mark::Crest { x, y, width, height, .. } => Some((*x, *y, x + width, y + height)),
                    _ => None,
                });
                let (x, y, right, bottom) = place.unwrap();
                let rule = rule(page);
                assert!(x >= mm(25.0) - 0.1 && y >= mm(15.0) - 0.1 && bottom <= rule, "{width} x {height}");
                let beside = page.0.iter().filter_map(|mark| match mark {
                    Mark::Text { x, y, .. } if *y < rule => Some(*x),
                    _ => None,
                });
                assert!(beside.fold(f32::MAX, f32::min) > right, "{width} x {height}: names over it");
                assert!(name != "Sarongan" || rule < bare + mm(6.0), "a common letterhead hardly grows");
            }
        }
    }

    #[test]
    fn a_crest_of_every_kind_that_is_taken_is_drawn() {
        for (color, depth) in KINDS {
            let mut letter = letter(1);
            letter.crest = Some(Crest::of_png(&picture(30, 40, color, depth)).unwrap());
            let pdf = letter.to_pdf(Paper::A4, &Finish::Draft).unwrap();
            assert!(pdf.windows(15).any(|window| window == b"/Subtype /Image"), "{color:?} {depth:?}");
        }
    }

    #[test]
    fn what_the_camat_approved_says_so_below_the_signature_on_its_sheet() {
        for paragraphs in 0..60 {
            let mut letter = letter(paragraphs);
            let day = letter.date;
            let camat = Signer {
                name: "AGUS SALIM, S.Sos.".to_owned(),
                nip: "198001012005011003".to_owned(),
                ..Signer::default()
            };
            letter.approved = Some(Approved { day, camat });
            let pages = pages(&letter, Paper::default(), &Finish::Sealed("HTTPS://X/L/A".to_owned())).unwrap();
            let last = &pages.last().unwrap().0;
            let below = |wanted: &str| {
                let place = |mark: &Mark| match mark {
                    Mark::Text { text, y, .. } if text.contains(wanted) => Some(*y),
                    _ => None,
                };
                last.iter().find_map(place).unwrap_or_else(|| panic!("{paragraphs}: no {wanted}"))
            };
            let lines = [
                "SUGENG",
                "Mengetahui:",
                "Camat Pesanggaran",
                "secara elektronik pada 28 November 2026",
                "AGUS SALIM, S.Sos.",
                "NIP 198001012005011003",
            ];
            assert!(lines.map(below).is_sorted(), "{paragraphs}");
            let code = last.iter().filter_map(|mark| match mark {
                Mark::Box { y, height, .. } => Some(y + height),
                _ => None,
            });
            assert!(code.fold(0.0_f32, f32::max) < below("Mengetahui:"), "{paragraphs}: over the seal");
        }
        let without = pages(&letter(1), Paper::default(), &Finish::Unsealed).unwrap();
        assert!(!texts(&without[0]).iter().any(|text| text.contains("Camat")));
    }
}

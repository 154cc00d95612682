//! Lays a register out: its name, its table, who signs below.

use crate::face::Face;
use crate::line::wrap;
use crate::mark::{Mark, PageMarks};
use crate::paper::mm;
use crate::sheet::Sheet;
use crate::{Book, Paper, Signer, table};

const SIZE: f32 = 11.0;
const SMALL: f32 = 8.0;
/// The column in which the number of a letter stands, in each register.
const NUMBER: usize = 2;
/// Room for a signature and a stamp.
const SIGNATURE: f32 = mm(18.0);
/// What a pen writes on.
const DOTS: &str = "(..................................)";

/// The pages of a register.
pub(crate) fn pages(book: &Book, paper: Paper) -> Vec<PageMarks> {
    let mut sheet = Sheet::landscape(paper);
    let lines = [(Face::Bold, 14.0, book.title().to_uppercase()), (Face::Regular, SIZE, book.office.place())];
    let days = (Face::Regular, SIZE, format!("Tanggal {}", book.days()));
    let (left, right) = (sheet.left, sheet.right);
    for (face, size, text) in lines.into_iter().chain([days]) {
        for line in wrap(&text, face, size, sheet.width(), 0.0) {
            sheet.centred(left, right, face, size, &line);
            sheet.y += Sheet::line(size);
        }
    }
    sheet.y += mm(3.0);
    let columns: Vec<_> = book.kind.columns().iter().map(|(head, parts)| ((*head).to_owned(), *parts)).collect();
    let mut rows: Vec<Vec<String>> = book.cells().collect();
    if rows.is_empty() {
        // What an empty stretch of a register is closed with.
        rows.push((0..columns.len()).map(|at| if at == NUMBER { "NIHIL" } else { "" }.to_owned()).collect());
    }
    table::lay(&mut sheet, &columns, &rows);
    signatures(&mut sheet, book);
    feet(&mut sheet, book, paper);
    sheet.pages
}

/// The head at the left, the secretary at the right. Both stay together on a page.
fn signatures(sheet: &mut Sheet, book: &Book) {
    let third = sheet.width() / 3.0;
    let blocks = [
        (sheet.left, "Mengetahui,", book.office.head_word(), &book.signers.kepala),
        (sheet.right - third, "", book.office.secretary_word(), &book.signers.an_sekretaris),
    ];
    let blocks = blocks.map(|(from, above, post, signer)| (from, block(above, post, signer, third)));
    let most = blocks.iter().map(|(_, (above, below))| above.len() + below.len()).max().unwrap_or_default();
    sheet.y += mm(4.0);
    let height = Sheet::line(SIZE) * f32::from(u16::try_from(most).unwrap_or(u16::MAX)) + SIGNATURE;
    sheet.need(height);
    let top = sheet.y;
    for (from, (above, below)) in &blocks {
        sheet.y = top;
        for line in above {
            sheet.centred(*from, from + third, Face::Regular, SIZE, line);
            sheet.y += Sheet::line(SIZE);
        }
        sheet.y += SIGNATURE;
        for (face, line) in below {
            sheet.centred(*from, from + third, *face, SIZE, line);
            sheet.y += Sheet::line(SIZE);
        }
    }
}

/// What stands above the room for a signature, and below it.
fn block(above: &str, post: &str, signer: &Signer, width: f32) -> (Vec<String>, Vec<(Face, String)>) {
    let title = if signer.title.is_empty() { post } else { &signer.title };
    let mut upper = vec![above.to_owned()];
    upper.extend(wrap(title, Face::Regular, SIZE, width, 0.0));
    let name = if signer.name.is_empty() { DOTS } else { &signer.name };
    let mut lower: Vec<_> =
        wrap(name, Face::Bold, SIZE, width, 0.0).into_iter().map(|line| (Face::Bold, line)).collect();
    if !signer.nip.is_empty() {
        let nip = wrap(&format!("NIP {}", signer.nip), Face::Regular, SIZE, width, 0.0);
        lower.extend(nip.into_iter().map(|line| (Face::Regular, line)));
    }
    (upper, lower)
}

fn feet(sheet: &mut Sheet, book: &Book, paper: Paper) {
    let (_, height) = paper.landscape();
    let (left, right, count) = (sheet.left, sheet.right, sheet.pages.len());
    let name = format!("{}, {}", book.title(), book.office.named());
    for (index, page) in sheet.pages.iter_mut().enumerate() {
        let mut put = |x, text: String| {
            let y = height - mm(14.0);
            page.0.push(Mark::Text { x, y, face: Face::Italic, size: SMALL, text, blank_extra: 0.0 });
        };
        put(left, name.clone());
        let text = format!("Halaman {} dari {count}", index + 1);
        put(right - Face::Italic.width(&text, SMALL), text);
    }
}

//! Tables that run over pages.

use crate::face::Face;
use crate::line::wrap;
use crate::sheet::Sheet;

const SIZE: f32 = 10.5;
const PAD: f32 = 3.0;
const RULE: f32 = 0.5;

/// Lays a table out; each page that it reaches begins with its head.
pub(crate) fn lay(sheet: &mut Sheet, columns: &[(String, u16)], rows: &[Vec<String>]) {
    let parts: f32 = columns.iter().map(|(_, parts)| f32::from(*parts)).sum();
    let widths: Vec<f32> =
        columns.iter().map(|(_, share)| sheet.width() * f32::from(*share) / parts.max(1.0)).collect();
    let heads: Vec<String> = columns.iter().map(|(head, _)| head.clone()).collect();
    sheet.need(4.0 * Sheet::line(SIZE));
    row(sheet, &widths, &heads, Face::Bold, None);
    for cells in rows {
        row(sheet, &widths, cells, Face::Regular, Some(&heads));
    }
    sheet.y += 6.0;
}

/// One row. What does not fit the page goes on at the next one.
fn row(sheet: &mut Sheet, widths: &[f32], cells: &[String], face: Face, heads: Option<&[String]>) {
    let wrapped = |(cell, width): (&String, &f32)| wrap(cell, face, SIZE, width - 2.0 * PAD, 0.0);
    let mut cells: Vec<_> = cells.iter().zip(widths).map(wrapped).map(Vec::into_iter).collect();
    let step = Sheet::line(SIZE);
    loop {
        let left = cells.iter().map(ExactSizeIterator::len).max().unwrap_or_default();
        if left == 0 {
            return;
        }
        let pages = sheet.pages.len();
        // Rows of a few lines stay together, a monster is cut.
        sheet.need(lines_high(left.min(6)));
        if sheet.pages.len() > pages
            && let Some(heads) = heads
        {
            row(sheet, widths, heads, Face::Bold, None);
        }
        let mut taken = 0;
        while taken < left && (taken == 0 || sheet.y + lines_high(taken + 1) <= sheet.bottom) {
            taken += 1;
        }
        let top = sheet.y;
        let mut x = sheet.left;
        for (lines, width) in cells.iter_mut().zip(widths) {
            sheet.y = top + PAD;
            for line in lines.by_ref().take(taken) {
                sheet.text(x + PAD, face, SIZE, &line);
                sheet.y += step;
            }
            sheet.y = top;
            upright(sheet, x, lines_high(taken));
            x += width;
        }
        upright(sheet, x, lines_high(taken));
        sheet.rule(sheet.left, sheet.width(), 0.0, RULE);
        sheet.y = top + lines_high(taken);
        sheet.rule(sheet.left, sheet.width(), 0.0, RULE);
    }
}

fn lines_high(lines: usize) -> f32 {
    let lines = f32::from(u16::try_from(lines).unwrap_or(u16::MAX));
    lines * Sheet::line(SIZE) + 2.0 * PAD
}

fn upright(sheet: &mut Sheet, x: f32, height: f32) {
    let y = sheet.y;
    sheet.put(crate::mark::Mark::Box { x, y, width: RULE, height: height + RULE });
}

//! A register as a spreadsheet, and what other spreadsheets need.

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::csv::begins_formula;
use crate::{Book, Paper, PrintError};

/// The form's limit, in UTF-16 units; no field of the catalogue comes near it.
const CELL_MAX: usize = 32_767;
/// Rows above the table.
const ABOVE: u32 = 4;

/// The file. Its only date is the register's last day.
pub(crate) fn write(book: &Book, paper: Paper) -> Result<Vec<u8>, PrintError> {
    make(book, paper).map_err(|error| PrintError::Spreadsheet(error.to_string()))
}

fn make(book: &Book, paper: Paper) -> Result<Vec<u8>, XlsxError> {
    let about = DocProperties::new().set_title(book.title()).set_author(book.office.named());
    let mut workbook = workbook(about, book.to)?;
    let sheet = workbook.add_worksheet();
    fill(sheet, book, paper)?;
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, book: &Book, paper: Paper) -> Result<(), XlsxError> {
    sheet.set_name(match book.kind {
        crate::BookKind::Agenda => "Agenda",
        crate::BookKind::Expedition => "Ekspedisi",
    })?;
    sheet.set_landscape();
    sheet.set_paper_size(match paper {
        // Programs know 215 x 330 mm as folio, 8.5 x 13 inches.
        Paper::F4 => 14,
        Paper::A4 => 9,
    });
    sheet.set_print_fit_to_pages(1, 0);
    let bold = Format::new().set_bold();
    for (row, line) in (0..).zip([book.title(), book.office.place(), format!("Tanggal {}", book.days())]) {
        text(sheet, (row, 0), &line, &bold)?;
    }
    let cell = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
    let head = cell.clone().set_bold();
    for (column, (name, parts)) in (0..).zip(book.kind.columns()) {
        sheet.set_column_width(column, f64::from(*parts) * 1.3)?;
        text(sheet, (ABOVE, column), name, &head)?;
    }
    sheet.set_repeat_rows(ABOVE, ABOVE)?;
    sheet.set_freeze_panes(ABOVE + 1, 0)?;
    for (row, cells) in (ABOVE + 1..).zip(book.cells()) {
        for (column, value) in (0..).zip(&cells) {
            match value.parse::<u32>() {
                Ok(count) if column == 0 => {
                    sheet.write_number_with_format(row, column, count, &cell)?;
                }
                _ => text(sheet, (row, column), value, &cell)?,
            }
        }
    }
    Ok(())
}

/// A workbook that says it was made on a day: else the library writes the moment it runs, and the same facts would not
/// give the same bytes.
///
/// # Errors
///
/// When the library knows no such day: one before 1900.
pub fn workbook(about: DocProperties, day: NaiveDate) -> Result<Workbook, XlsxError> {
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    let day = ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), part(day.month()), part(day.day()))?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&about.set_creation_datetime(&day));
    Ok(workbook)
}

/// A cell of text, and never anything else: not even when somebody edits it and presses Enter. What is longer than the form
/// allows is cut.
///
/// # Errors
///
/// When the library knows no such place.
pub fn text(sheet: &mut Worksheet, (row, column): (u32, u16), value: &str, format: &Format) -> Result<(), XlsxError> {
    let mut units = 0;
    let fits = |sign: &char| {
        units += sign.len_utf16();
        units <= CELL_MAX
    };
    let value: String = value.chars().take_while(fits).collect();
    let format = if begins_formula(&value) { format.clone().set_quote_prefix() } else { format.clone() };
    sheet.write_string_with_format(row, column, value, &format)?;
    Ok(())
}

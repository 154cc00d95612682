//! Any list as a file for spreadsheet programs: text in every cell, and never a formula.

use std::fmt;

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, XlsxError};

use crate::{PrintError, clean, csv, spreadsheet};

/// A list: the same rows always give the same bytes. Texts are cleaned when they are written.
#[derive(Clone, PartialEq, Eq)]
pub struct Listing {
    /// What it is called.
    pub title: String,
    /// The office it is of.
    pub office: String,
    /// Which part of it this is, in words.
    pub part: String,
    /// The file's own date.
    pub date: NaiveDate,
    /// What the columns are called, and how wide each is, in signs.
    pub columns: Vec<(String, u16)>,
    /// A cell for each column.
    pub rows: Vec<Vec<String>>,
}

impl fmt::Debug for Listing {
    /// Without the rows: they may be about people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listing({}, {} rows)", self.title, self.rows.len())
    }
}

impl Listing {
    /// As comma-separated values.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut out = csv::UTF_8.to_owned();
        let heads: Vec<&str> = self.columns.iter().map(|(head, _)| head.as_str()).collect();
        csv::line(&mut out, &heads);
        for cells in self.cells() {
            csv::line(&mut out, &cells);
        }
        out.into_bytes()
    }

    /// As a spreadsheet.
    ///
    /// # Errors
    ///
    /// When the library refuses: it knows no more than 1,048,576 rows.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, PrintError> {
        self.workbook().map_err(|error| PrintError::Spreadsheet(error.to_string()))
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        /// Rows above the table.
        const ABOVE: u32 = 4;
        let about = DocProperties::new().set_title(&self.title).set_author(&self.office);
        let mut workbook = spreadsheet::workbook(about, self.date)?;
        let sheet = workbook.add_worksheet();
        sheet.set_landscape();
        sheet.set_paper_size(9);
        sheet.set_print_fit_to_pages(1, 0);
        let bold = Format::new().set_bold();
        for (row, line) in (0..).zip([&self.title, &self.office, &self.part]) {
            spreadsheet::text(sheet, (row, 0), &clean::one_line(line), &bold)?;
        }
        let cell = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
        let head = cell.clone().set_bold();
        for (column, (name, width)) in (0..).zip(&self.columns) {
            sheet.set_column_width(column, f64::from(*width))?;
            spreadsheet::text(sheet, (ABOVE, column), name, &head)?;
        }
        sheet.set_repeat_rows(ABOVE, ABOVE)?;
        sheet.set_freeze_panes(ABOVE + 1, 0)?;
        for (row, cells) in (ABOVE + 1..).zip(self.cells()) {
            for (column, value) in (0..).zip(&cells) {
                spreadsheet::text(sheet, (row, column), value, &cell)?;
            }
        }
        workbook.save_to_buffer()
    }

    fn cells(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        self.rows.iter().map(|row| row.iter().map(|cell| clean::one_line(cell)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Reader as _, Xlsx};

    use super::*;

    #[test]
    fn every_cell_is_text_in_both_forms() {
        let listing = Listing {
            title: "Jejak kegiatan".to_owned(),
            office: "Desa Contoh".to_owned(),
            part: "=1+1".to_owned(),
            date: NaiveDate::from_ymd_opt(2026, 11, 27).unwrap(),
            columns: vec![("Siapa".to_owned(), 20), ("Tentang".to_owned(), 40)],
            rows: vec![vec!["=HYPERLINK(\"x\")".to_owned(), "a\"b\u{202e}\nc".to_owned()]],
        };
        let text = String::from_utf8(listing.to_csv()).unwrap();
        assert_eq!(text, "\u{feff}\"Siapa\",\"Tentang\"\r\n\"'=HYPERLINK(\"\"x\"\")\",\"a\"\"b c\"\r\n");
        let bytes = listing.to_xlsx().unwrap();
        assert_eq!(listing.to_xlsx().unwrap(), bytes);
        let mut opened: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let name = opened.sheet_names().first().unwrap().clone();
        let formulas = opened.worksheet_formula(&name).unwrap();
        assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
        let range = opened.worksheet_range(&name).unwrap();
        let cells: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
        assert!(cells.contains(&"=HYPERLINK(\"x\")".to_owned()) && cells.contains(&"a\"b c".to_owned()), "{cells:?}");
    }
}

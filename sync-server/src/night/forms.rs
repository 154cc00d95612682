//! A report as CSV and as a spreadsheet. Pure: the same report gives the same bytes.

use desk_kit::Language;
use letter_print::{csv, spreadsheet};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, XlsxError};

use super::Report;
use super::table::{Cell, Table, tables};
use crate::Failure;

/// Width of a column, in characters.
const WIDTH_MIN: usize = 8;
const WIDTH_MAX: usize = 48;

/// In what a report leaves the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// As it is kept.
    Json,
    /// All tables below each other.
    Csv,
    /// A sheet each.
    Xlsx,
}

impl Form {
    /// How the names of its files end.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form whose files end so.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        [Self::Json, Self::Csv, Self::Xlsx].into_iter().find(|form| form.extension() == extension)
    }

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The file. `kept`: the report as it is kept.
///
/// # Errors
///
/// When what is kept is no report, or a library refuses.
pub(crate) fn file(kept: Vec<u8>, form: Form, language: Language) -> Result<Vec<u8>, Failure> {
    let report = super::kept::parse(&kept)?;
    match form {
        Form::Json => Ok(kept),
        Form::Csv => Ok(write_csv(&report, language)),
        Form::Xlsx => write_xlsx(&report, language).map_err(Failure::internal),
    }
}

fn title(report: &Report, language: Language) -> String {
    format!("{} {}", language.pick("Laporan malam", "Report of the night"), report.date)
}

fn write_csv(report: &Report, language: Language) -> Vec<u8> {
    let mut out = csv::UTF_8.to_owned();
    csv::line(&mut out, &[title(report, language)]);
    for table in tables(report, language) {
        out.push_str("\r\n");
        csv::line(&mut out, &[table.name]);
        csv::line(&mut out, &table.head);
        for row in &table.rows {
            csv::line(&mut out, &row.iter().map(Cell::text).collect::<Vec<_>>());
        }
    }
    out.into_bytes()
}

fn write_xlsx(report: &Report, language: Language) -> Result<Vec<u8>, XlsxError> {
    let about = DocProperties::new().set_title(title(report, language)).set_author("Smart Kampung Sync");
    let mut workbook = spreadsheet::workbook(about, report.date)?;
    for table in tables(report, language) {
        write_sheet(&mut workbook, &table, &title(report, language))?;
    }
    workbook.save_to_buffer()
}

fn write_sheet(workbook: &mut Workbook, table: &Table, title: &str) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.name)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_footer(format!("&L{title}&R&P / &N"));
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_freeze_panes(1, 0)?;
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let plain = Format::new().set_align(FormatAlign::Top);
    for (column, name) in (0..).zip(&table.head) {
        let index = usize::from(column);
        let widest = table.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.text().chars().count()).max();
        let width = widest.unwrap_or(0).max(name.chars().count()).clamp(WIDTH_MIN, WIDTH_MAX);
        sheet.set_column_width(column, u16::try_from(width + 2).unwrap_or(u16::MAX))?;
        spreadsheet::text(sheet, (0, column), name, &head)?;
    }
    for (line, row) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => spreadsheet::text(sheet, (line, column), text, &plain)?,
                // Figures here are far below 2^53, up to which a spreadsheet's numbers are exact; what is not is text.
                Cell::Count(count) => match u32::try_from(*count) {
                    Ok(count) => {
                        sheet.write_number_with_format(line, column, count, &plain)?;
                    }
                    Err(_) => spreadsheet::text(sheet, (line, column), &count.to_string(), &plain)?,
                },
                Cell::Nothing => {}
            }
        }
    }
    Ok(())
}

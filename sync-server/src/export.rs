//! Records as files for spreadsheet programs and for other programs: written row by row, however many there are.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Seek, Write};
use std::ops::Range;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate};
use letter_print::{csv, spreadsheet};
use office_model::calendar::{WIB_SECONDS, wib_date, wib_midnight};
use office_model::{Catalogue, Office, OfficeCode, Roster};
use replica_store::{ListFilter, ListedTransaction, Reader, StoreError};
use rust_xlsxwriter::{DocProperties, Format as CellFormat, Workbook, XlsxError};
use serde_json::json;

use crate::commands::mask;
use crate::desk::masked_name;
use crate::{Failure, init};

/// A sheet of a spreadsheet holds 1,048,576 rows.
const ROWS_PER_SHEET: u32 = 1_000_000;

/// What the columns are called.
const COLUMNS: [&str; 21] = [
    "id",
    "nomor",
    "layanan",
    "nama_layanan",
    "sektor",
    "kantor",
    "nama_kantor",
    "desa",
    "kode_kecamatan",
    "kecamatan",
    "status",
    "nama",
    "nik",
    "dibuat",
    "dibuat_oleh",
    "diubah",
    "diubah_oleh",
    "perubahan",
    "langkah",
    "perbedaan",
    "katalog",
];

/// Form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated values.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// The end of the file's name.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }

    /// Its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl; charset=utf-8",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.extension())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            "jsonl" => Ok(Self::Jsonl),
            _ => Err("csv, xlsx or jsonl expected".to_owned()),
        }
    }
}

/// Which records, and how much of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) filter: ListFilter,
    /// Words that they must have.
    pub(crate) words: Option<String>,
    /// Names and NIKs whole.
    pub(crate) is_whole: bool,
}

impl Wanted {
    /// What of it the audit trail may keep: no words, which may be a name.
    pub(crate) fn subject(&self, format: Format) -> String {
        let filter = &self.filter;
        let mut said = format!("{format}{}", if self.is_whole { " whole" } else { " masked" });
        let codes = [filter.office, filter.district].into_iter().flatten().map(|code| code.to_string());
        let words = [filter.service.clone(), filter.status.clone()].into_iter().flatten();
        let days = filter.made.as_ref().map(|made| {
            let day = |millis: i64| wib_date(millis).map(|day| day.to_string()).unwrap_or_default();
            format!("{}..{}", day(made.start), day(made.end.saturating_sub(1)))
        });
        for word in codes.chain(words).chain(days).chain(self.words.as_ref().map(|_| "search".to_owned())) {
            said.push(' ');
            said.push_str(&word);
        }
        said
    }
}

/// The time between two days in WIB, both included; nothing where neither is given.
///
/// # Errors
///
/// When the last day comes before the first.
pub(crate) fn days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Option<Range<i64>>, Failure> {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Failure::input("the last day comes before the first", "swap them")
            .id("hari terakhir mendahului hari pertama", "tukar keduanya"));
    }
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let start = from.map_or(i64::MIN, wib_midnight);
    let end = to.and_then(|day| day.succ_opt()).map_or(i64::MAX, wib_midnight);
    Ok(Some(start..end))
}

/// Writes all records that are wanted, the last to arrive first; says how many.
///
/// # Errors
///
/// When the database cannot be read, or the file cannot be written.
pub(crate) fn write(
    reader: &Reader,
    wanted: &Wanted,
    format: Format,
    today: NaiveDate,
    out: &mut (impl Write + Seek + Send),
) -> Result<u64, Failure> {
    let names = Names::of(&init::roster(reader)?);
    match format {
        Format::Csv => {
            put(out, csv::UTF_8)?;
            let mut line = String::new();
            csv::line(&mut line, &COLUMNS);
            put(out, &line)?;
            each(reader, wanted, |row| {
                line.clear();
                csv::line(&mut line, &names.cells(row, wanted.is_whole));
                put(out, &line)
            })
        }
        Format::Jsonl => each(reader, wanted, |row| {
            put(out, &names.object(row, wanted.is_whole).to_string())?;
            put(out, "\n")
        }),
        Format::Xlsx => sheets(reader, wanted, &names, today, out),
    }
}

fn put(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    out.write_all(text.as_bytes()).map_err(|error| cannot_write(&error))
}

fn cannot_write(error: &dyn fmt::Display) -> Failure {
    Failure::machine(
        format!("the file could not be written: {error}"),
        "check that the disk has room, then try again; a narrower period makes a smaller file",
    )
    .id(
        format!("berkas unduhan tidak dapat ditulis (kata sistem: {error})"),
        "periksa ruang disk pusat, lalu coba lagi; rentang yang lebih sempit memberi berkas yang lebih kecil",
    )
}

/// Walks the records until `act` fails.
fn each(
    reader: &Reader,
    wanted: &Wanted,
    mut act: impl FnMut(&ListedTransaction) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let (mut count, mut failed) = (0, None);
    reader
        .each(wanted.words.as_deref(), &wanted.filter, &mut |row| match act(&row) {
            Ok(()) => {
                count += 1;
                true
            }
            Err(failure) => {
                failed = Some(failure);
                false
            }
        })
        .map_err(|error: StoreError| Failure::from(error))?;
    failed.map_or(Ok(count), Err)
}

/// A spreadsheet whose rows go to the disk as they come.
fn sheets(
    reader: &Reader,
    wanted: &Wanted,
    names: &Names,
    today: NaiveDate,
    out: &mut (impl Write + Seek + Send),
) -> Result<u64, Failure> {
    let about = DocProperties::new().set_title("Berkas").set_author("Smart Kampung Sync");
    let odd = |error: XlsxError| cannot_write(&error);
    let mut workbook = spreadsheet::workbook(about, today).map_err(odd)?;
    // Where there is room for the database there is room for this; elsewhere may be memory.
    workbook.set_tempdir(reader.dir()).map_err(odd)?;
    let (bold, plain) = (CellFormat::new().set_bold(), CellFormat::new());
    let (mut row_number, mut sheet_number) = (ROWS_PER_SHEET + 1, 0_u32);
    let count = each(reader, wanted, |row| {
        if row_number > ROWS_PER_SHEET {
            sheet_number += 1;
            begin(&mut workbook, sheet_number, &bold).map_err(odd)?;
            row_number = 1;
        }
        let index = usize::try_from(sheet_number - 1).unwrap_or_default();
        let sheet = workbook.worksheet_from_index(index).map_err(odd)?;
        for (column, cell) in (0..).zip(names.cells(row, wanted.is_whole)) {
            match cell.parse::<u32>() {
                // Figures are figures; numbers of letters and people are none.
                Ok(figure) if column >= FIRST_FIGURE => {
                    sheet.write_number(row_number, column, figure).map_err(odd)?;
                }
                _ => spreadsheet::text(sheet, (row_number, column), &cell, &plain).map_err(odd)?,
            }
        }
        row_number += 1;
        Ok(())
    })?;
    if sheet_number == 0 {
        begin(&mut workbook, 1, &bold).map_err(odd)?;
    }
    workbook.save_to_writer(out).map_err(odd)?;
    Ok(count)
}

/// The last four columns are figures.
const FIRST_FIGURE: u16 = 17;

fn begin(workbook: &mut Workbook, number: u32, bold: &CellFormat) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(if number == 1 { "Berkas".to_owned() } else { format!("Berkas {number}") })?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, if column == 0 { 38 } else { 18 })?;
        spreadsheet::text(sheet, (0, column), name, bold)?;
    }
    Ok(())
}

/// Names of offices and services.
struct Names {
    offices: BTreeMap<OfficeCode, Office>,
}

impl Names {
    fn of(roster: &Roster) -> Self {
        Self { offices: roster.iter().map(|office| (office.code, office.clone())).collect() }
    }

    fn cells(&self, row: &ListedTransaction, is_whole: bool) -> Vec<String> {
        let office = self.offices.get(&row.office);
        let district = office.and_then(|office| office.district.as_ref());
        let Labels { service, sector } = Labels::of(row);
        let (name, nik) = person(row, is_whole);
        vec![
            row.document.to_string(),
            row.number.clone().unwrap_or_default(),
            row.service.to_string(),
            service.unwrap_or_default(),
            sector.unwrap_or_default(),
            row.office.to_string(),
            office.map(|office| office.name.clone()).unwrap_or_default(),
            office.and_then(village).unwrap_or_default(),
            district.map(|district| district.code.to_string()).unwrap_or_default(),
            district.map(|district| district.name.clone()).unwrap_or_default(),
            row.status.clone(),
            name,
            nik,
            moment(row.created_millis),
            row.created_by.clone(),
            moment(row.changed_millis),
            row.changed_by.clone(),
            row.changes.to_string(),
            row.steps.to_string(),
            row.divergences.to_string(),
            // By whose promised time it is overdue or not: that of this version, whatever later ones promise.
            row.catalogue.to_string(),
        ]
    }

    fn object(&self, row: &ListedTransaction, is_whole: bool) -> serde_json::Value {
        let (name, nik) = person(row, is_whole);
        let office = self.offices.get(&row.office);
        let district = office.and_then(|office| office.district.as_ref());
        let Labels { service, sector } = Labels::of(row);
        json!({
            "id": row.document,
            "office": row.office,
            "office_name": office.map(|office| &office.name),
            "village": office.and_then(village),
            "district": district.map(|district| district.code),
            "district_name": district.map(|district| &district.name),
            "service": row.service,
            "service_name": service,
            "sector": sector,
            "catalogue": row.catalogue,
            "status": row.status,
            "number": row.number,
            "name": name,
            "nik": nik,
            "created_millis": row.created_millis,
            "created_by": row.created_by,
            "changed_millis": row.changed_millis,
            "changed_by": row.changed_by,
            "changes": row.changes,
            "steps": row.steps,
            "divergences": row.divergences,
        })
    }
}

/// The village of its records, as people call it; nothing of an office above the villages.
fn village(office: &Office) -> Option<String> {
    office.kind.is_village().then(|| format!("{} {}", office.kind.label().id, office.name))
}

/// What a record's service and its sector are called.
struct Labels {
    service: Option<String>,
    sector: Option<String>,
}

impl Labels {
    /// As its letter names them, whatever later versions call them.
    fn of(row: &ListedTransaction) -> Self {
        let catalogue = Catalogue::of_version(row.catalogue).unwrap_or_else(Catalogue::current);
        Self {
            service: catalogue.service(&row.service).map(|service| service.label.id.clone()),
            sector: catalogue.sector(&row.service).map(|sector| sector.label.id.clone()),
        }
    }
}

fn person(row: &ListedTransaction, is_whole: bool) -> (String, String) {
    let (name, nik) = (row.name.as_deref().unwrap_or_default(), row.nik.as_deref().unwrap_or_default());
    if is_whole { (name.to_owned(), nik.to_owned()) } else { (masked_name(name), mask(nik)) }
}

/// `2026-11-27 09:05:00`, in WIB.
fn moment(millis: i64) -> String {
    let wib = FixedOffset::east_opt(WIB_SECONDS);
    let time = DateTime::from_timestamp_millis(millis).zip(wib).map(|(time, wib)| time.with_timezone(&wib));
    time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

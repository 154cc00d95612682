//! A register over a range of days: which letters stand in it, and the file.

use chrono::NaiveDate;
use data_encoding::BASE64;
use letter_print::{Book, BookKind, BookRow, Extension, Paper, PrintError};
use office_model::{ClerkId, Status, calendar};
use replica_store::{AuditItem, ListedTransaction, Reader, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::health::HealthListed;
use super::signed::{InRegister, in_register, is_signed, is_status_apart};
use super::{handbook, letter, service_label};
use crate::{Act, Failure};

/// Most letters of one file.
pub(crate) const ROWS_MAX: usize = 20_000;

/// Which register, of which days, in what form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookQuery {
    /// Which register.
    pub book: BookKind,
    /// First day, in WIB.
    pub from: NaiveDate,
    /// Last day, in WIB.
    pub to: NaiveDate,
    /// In what form.
    pub extension: Extension,
    /// On which paper.
    #[serde(default)]
    pub paper: Paper,
}

/// `{"book", "from", "to", "rows", "file_name", "bytes": base64}`.
pub(super) fn perform(replica: &Replica, query: &BookQuery) -> Result<Value, Failure> {
    let book = gather(replica, query)?;
    let bytes = file(&book, query)?;
    Ok(json!({
        "book": query.book,
        "from": calendar::iso_date(query.from),
        "to": calendar::iso_date(query.to),
        "rows": book.rows.len(),
        "file_name": file_name(query),
        "bytes": BASE64.encode(&bytes),
    }))
}

/// The register with its letters: the agenda as they were numbered, the expedition as they were signed.
///
/// # Errors
///
/// When the days are not in order, there are too many letters, or the database cannot be read.
pub(crate) fn gather(replica: &Replica, query: &BookQuery) -> Result<Book, Failure> {
    let letters = chosen(replica, query)?;
    let letterhead = handbook::profile(replica)?.letterhead;
    let office = letter::office(replica, &letterhead)?;
    let rows = letters.into_iter().map(|listed| {
        let is_apart = listed.divergences > 0 && is_status_apart(&super::load(replica, listed.document)?);
        Ok(row((in_register(replica, &listed)?, is_apart), listed))
    });
    let rows = rows.collect::<Result<_, Failure>>()?;
    Ok(Book { kind: query.book, office, signers: letterhead.signers, from: query.from, to: query.to, rows })
}

/// The letters of a register. The agenda accounts for every number that was given in its days, and says what became of it; the
/// expedition has what was signed in them and is not withdrawn: only that leaves the office.
fn chosen(reader: &Reader, query: &BookQuery) -> Result<Vec<ListedTransaction>, Failure> {
    let days = super::days(Some(query.from), Some(query.to))?.unwrap_or_default();
    let mut letters = match query.book {
        BookKind::Agenda => reader.letters_numbered(&days, ROWS_MAX + 1)?,
        BookKind::Expedition => reader.letters_signed(&days, ROWS_MAX + 1)?,
    };
    if letters.len() > ROWS_MAX {
        return Err(too_many());
    }
    letters.retain(|row| query.book == BookKind::Agenda || is_signed(&row.status));
    Ok(letters)
}

/// The day that the paper of a letter bears; nothing as long as it is not signed.
fn day_of(stands: &InRegister) -> Option<NaiveDate> {
    match stands {
        InRegister::Signed(paper)
        | InRegister::SignedTwice(paper)
        | InRegister::Withdrawn(paper)
        | InRegister::Reopened(paper) => calendar::wib_date(paper.signed_millis),
        InRegister::Unsigned => None,
    }
}

/// `is_apart`: nobody decided yet which of two states it is in.
fn row((stands, is_apart): (InRegister, bool), row: ListedTransaction) -> BookRow {
    let label = service_label(row.service);
    let content = label.get("id").and_then(Value::as_str).unwrap_or(row.service.as_str()).to_owned();
    let (date, mut remark) = (day_of(&stands), remark(&stands, &row.status));
    if is_apart {
        remark.push_str("; dua keadaan, belum diputuskan");
    }
    let (sent, name, number) = match stands {
        InRegister::Signed(paper)
        | InRegister::SignedTwice(paper)
        | InRegister::Withdrawn(paper)
        | InRegister::Reopened(paper) => {
            (paper.handed_millis.and_then(calendar::wib_date), paper.name, paper.number.or(row.number))
        }
        InRegister::Unsigned => (None, row.name, row.number),
    };
    BookRow { sent, date, number: number.unwrap_or_default(), content, name: name.unwrap_or_default(), remark }
}

fn too_many() -> Failure {
    Failure::input(
        "too_many",
        format!(
            "Lebih dari {ROWS_MAX} surat pada rentang itu. Tidak ada berkas yang dibuat; pilih rentang yang lebih pendek."
        ),
        format!("More than {ROWS_MAX} letters in these days. No file was made; choose fewer days."),
    )
}

/// What became of a number: whether there is a letter that bears it, in the language of the law's registers.
fn remark(in_register: &InRegister, status: &str) -> String {
    let known = status.parse::<Status>().ok();
    let word = known.map_or_else(|| status.to_owned(), |status| status.label().id);
    match (in_register, known) {
        (InRegister::SignedTwice(_), _) => format!("{word}; dua surat berbeda, periksa berkasnya"),
        (InRegister::Signed(_), _) => word,
        (InRegister::Withdrawn(_), _) => format!("{word} setelah ditandatangani; surat tidak berlaku"),
        (InRegister::Reopened(_), _) => {
            format!("Pernah ditandatangani, lalu dibuka lagi ({}); suratnya mungkin sudah keluar", word.to_lowercase())
        }
        (InRegister::Unsigned, Some(status)) if status.is_withdrawn() => {
            format!("{word}; nomor tidak dipakai lagi")
        }
        (InRegister::Unsigned, _) => format!("Sedang disiapkan ({}), belum surat", word.to_lowercase()),
    }
}

/// The register as a file.
///
/// # Errors
///
/// When a library refuses.
pub(crate) fn file(book: &Book, query: &BookQuery) -> Result<Vec<u8>, Failure> {
    book.to_file(query.extension, query.paper).map_err(|error: PrintError| {
        Failure::machine(
            "print",
            format!("Buku tidak dapat dibuat. Berkas-berkas utuh; mohon laporkan. ({error})"),
            format!("The register could not be made. All records are whole; please report this. ({error})"),
        )
    })
}

/// Notes in the audit trail that a register left the program.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note(replica: &mut Replica, query: &BookQuery, clerk: &ClerkId, now_millis: i64) -> Result<(), Failure> {
    let item = AuditItem {
        at_millis: now_millis,
        clerk: clerk.to_string(),
        act: Act::Register.as_str().to_owned(),
        subject: about(replica, query)?,
    };
    Ok(replica.note_act(&item)?)
}

/// Which register it is, and which records of health stand in it: `agenda-2026-07-01-2026-07-31.pdf, H03 (2)`.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn about(reader: &Reader, query: &BookQuery) -> Result<String, Failure> {
    let letters = chosen(reader, query)?;
    let listed = HealthListed::among(letters.into_iter().map(|row| (row.service, row.document)));
    let parts = [file_name(query), listed.about()];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
}

/// `agenda-2026-07-01-2026-07-31.pdf`.
pub(crate) fn file_name(query: &BookQuery) -> String {
    let (from, to) = (calendar::iso_date(query.from), calendar::iso_date(query.to));
    format!("{}-{from}-{to}.{}", query.book.as_str(), query.extension.as_str())
}

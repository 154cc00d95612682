//! The registers that the law asks for, as files to be taken away.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use letter_print::{BookKind, Extension};
use office_model::{Bilingual, calendar};
use serde::Deserialize;

use crate::action::{BookQuery, book};
use crate::desk::frame::page::Answer;
use crate::desk::people::visitor::{Visitor, allow};
use crate::desk::record::page::paper_of;
use crate::serve::Shared;
use crate::{Failure, moment};

/// Which register, of which days, in what form: as the form of the register's page sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::desk) struct Asked {
    buku: String,
    dari: String,
    sampai: String,
    bentuk: String,
    kertas: String,
}

impl Asked {
    fn query(&self) -> Result<BookQuery, Failure> {
        let unknown = || {
            Failure::input(
                "register",
                "Buku atau bentuknya tidak dikenal. Tidak ada berkas yang dibuat; pilih dari halaman Register.",
                "There is no such register, or no such form of it. No file was made; choose on the page Register.",
            )
        };
        Ok(BookQuery {
            book: self.buku.parse::<BookKind>().map_err(|_| unknown())?,
            extension: self.bentuk.parse::<Extension>().map_err(|_| unknown())?,
            from: day(&self.dari, &Bilingual::new("Tanggal awal", "The first day"))?,
            to: day(&self.sampai, &Bilingual::new("Tanggal akhir", "The last day"))?,
            paper: paper_of(&self.kertas)?,
        })
    }
}

/// A day of the form. `which`: what people call its field.
fn day(typed: &str, which: &Bilingual) -> Result<NaiveDate, Failure> {
    calendar::parse_date(typed).map_err(|fault| {
        let Bilingual { id, en } = fault.text;
        Failure::input(
            "day",
            format!("{}: {id} Tidak ada berkas yang dibuat.", which.id),
            format!("{}: {en} No file was made.", which.en),
        )
    })
}

pub(in crate::desk) async fn file(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let query = asked.query()?;
    let clerk = visitor.clerk().clone();
    let name = book::file_name(&query);
    let kind = query.extension.media_type();
    let made = shared.node.blocking(move |node| {
        // Laid out after the store is free again: others go on meanwhile.
        let gathered = {
            let mut replica = node.replica();
            let gathered = book::gather(&replica, &query)?;
            book::note(&mut replica, &query, &clerk, moment::now_millis())?;
            gathered
        };
        book::file(&gathered, &query)
    });
    let bytes = made.await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition.as_str())], bytes).into_response())
}

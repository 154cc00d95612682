//! The plain table: the last state of each record as JSON, an index for search, one commit every thousand.
//!
//! No history, no merging, no signatures, no judging: what one would write in an afternoon.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::caller::Caller;
use crate::demo::DemoError;

const ROWS_PER_COMMIT: usize = 1000;

/// One record of the plain table.
pub(super) struct Line {
    office: String,
    service: String,
    name: String,
    nik: String,
    json: String,
}

pub(super) fn lines(callers: &[Caller]) -> Vec<Line> {
    let text = |fields: &serde_json::Map<String, serde_json::Value>, key: &str| {
        fields.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let of_caller = |caller: &Caller| {
        let office = caller.office.to_string();
        let records = caller.records.iter().map(|record| Line {
            office: office.clone(),
            service: record.service.to_string(),
            name: text(&record.fields, "nama"),
            nik: text(&record.fields, "nik"),
            json: serde_json::to_string(&record).unwrap_or_default(),
        });
        records.collect::<Vec<_>>()
    };
    callers.iter().flat_map(of_caller).collect()
}

/// How long the plain table takes, as durable as the hub.
pub(super) fn measure(path: &Path, lines: &[Line]) -> Result<Duration, DemoError> {
    insert(path, lines).map_err(|error| DemoError::Internal(error.to_string()))
}

fn insert(path: &Path, lines: &[Line]) -> rusqlite::Result<Duration> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE record (id INTEGER PRIMARY KEY, office TEXT, service TEXT, name TEXT, nik TEXT, json TEXT);
         CREATE INDEX by_office ON record (office);
         CREATE INDEX by_service ON record (service);
         CREATE VIRTUAL TABLE search USING fts5 (text, content = '', prefix = '2 3 4 6 8');",
    )?;
    let begun = Instant::now();
    for some in lines.chunks(ROWS_PER_COMMIT) {
        let transaction = connection.transaction()?;
        {
            let sql = "INSERT INTO record (office, service, name, nik, json) VALUES (?, ?, ?, ?, ?)";
            let mut row = transaction.prepare_cached(sql)?;
            let mut word = transaction.prepare_cached("INSERT INTO search (rowid, text) VALUES (?, ?)")?;
            for Line { office, service, name, nik, json } in some {
                let id = row.insert(params![office, service, name, nik, json])?;
                word.execute(params![id, format!("{name} {nik}")])?;
            }
        }
        transaction.commit()?;
    }
    Ok(begun.elapsed())
}

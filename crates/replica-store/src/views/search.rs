//! Full-text search over names, NIKs, letter numbers and service words.

use rusqlite::{Connection, params};
use service_document::TransactionRow;

use crate::StoreError;

/// What is found by: every name and NIK, the number, the service.
pub(crate) fn text(row: &TransactionRow) -> String {
    let mut text = String::with_capacity(96);
    for part in row.names.iter().chain(&row.niks).chain(&row.number) {
        text.push_str(part);
        text.push(' ');
    }
    text.push_str(row.service.as_str());
    text
}

pub(crate) fn put(connection: &Connection, document: i64, row: &TransactionRow) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO search (rowid, text) VALUES (?, ?)";
    connection.prepare_cached(sql)?.execute(params![document, text(row)])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM search WHERE rowid = ?")?.execute([document])?;
    Ok(())
}

/// What a person typed, word by word.
pub(crate) fn words(typed: &str) -> Vec<String> {
    let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(16);
    words.map(|word| word.chars().take(64).collect()).collect()
}

/// The words that look like the beginning of a letter number (`460/2/3510012001/2026`): of its parts alone, each of which
/// begins some part of many, nobody could find one.
pub(crate) fn numbers(typed: &str) -> Vec<String> {
    let is_number = |word: &&str| word.contains('/') && word.starts_with(|letter: char| letter.is_ascii_digit());
    typed.split_whitespace().filter(is_number).take(4).map(|word| word.chars().take(100).collect()).collect()
}

/// The same as a query: every word must begin a word of the record. `None`: nothing to search for.
pub(crate) fn query(typed: &str) -> Option<String> {
    let words: Vec<String> = words(typed).iter().map(|word| begins_with(word)).collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

/// Beginnings of 2, 3, 4, 6 and 8 letters have an index of their own (each costs about 10 bytes a record). For others
/// FTS5 first gathers all that begins so, which takes half a second where every NIK does. Between two indexes the next
/// letter is spelled out: marks above letters are taken off in the index, so those of ASCII are all that come.
fn begins_with(word: &str) -> String {
    if !matches!(word.len(), 1 | 5 | 7) || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return format!("\"{word}\"*");
    }
    let further = ('0'..='9').chain('a'..='z').map(|next| format!("\"{word}{next}\"*"));
    let ways: Vec<String> = std::iter::once(format!("\"{word}\"")).chain(further).collect();
    format!("({})", ways.join(" OR "))
}

/// Whether a document is found by all the words it should be found by.
pub(crate) fn finds(connection: &Connection, document: i64, row: &TransactionRow) -> Result<bool, StoreError> {
    let words: Vec<String> = text(row)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    let mut statement = connection.prepare_cached("SELECT 1 FROM search WHERE rowid = ? AND search MATCH ?")?;
    match statement.exists(params![document, words.join(" ")]) {
        Err(error) if is_phrase(&error) => Ok(true),
        found => Ok(found?),
    }
}

/// A word in a script whose marks the tokenizer takes for gaps is several words to it, which this index (it keeps no
/// word positions) cannot look up as one.
pub(crate) fn is_phrase(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, Some(text))
        if failure.extended_code == rusqlite::ffi::SQLITE_ERROR && text.contains("phrase"))
}

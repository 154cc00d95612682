//! Which record is referred to which office, and which of them wait for an answer.

use change_log::DocumentId;
use office_model::{OfficeCode, Status};
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use service_document::{GivenAnswer, Referral};

use crate::documents::document;
use crate::file::reader::{damaged, parse_office};
use crate::{Reader, StoreError};

/// Records by what they are referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referred {
    /// To this office; `None`: to any.
    pub to: Option<OfficeCode>,
    /// Whether that office answered. Of a record that was refused or cancelled no answer is waited for.
    pub answered: bool,
    /// Of those with an answer: only records that are not at their end.
    pub under_way: bool,
}

pub(crate) fn put(connection: &Connection, document: i64, referrals: &[Referral]) -> Result<(), StoreError> {
    if of_document(connection, document)? == referrals {
        return Ok(());
    }
    remove(connection, document)?;
    let sql = "INSERT INTO referral (document, office, asked, answers, answered) VALUES (?, ?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for referral in referrals {
        let answers: serde_json::Value = referral.answers.iter().map(GivenAnswer::text).collect();
        let answered = !referral.answers.is_empty();
        statement.execute(params![
            document,
            referral.office.as_str(),
            referral.asked,
            answers.to_string(),
            answered
        ])?;
    }
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM referral WHERE document = ?")?.execute([document])?;
    Ok(())
}

/// The referrals of a record, by office.
pub(crate) fn of_document(connection: &Connection, document: i64) -> Result<Vec<Referral>, StoreError> {
    let sql = "SELECT office, asked, answers FROM referral WHERE document = ? ORDER BY office";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([document])?;
    let mut referrals = Vec::new();
    while let Some(row) = found.next()? {
        let answers: Vec<String> = serde_json::from_str(&row.get::<_, String>(2)?).map_err(|_| damaged("answers"))?;
        let answers = answers.iter().map(|text| GivenAnswer::from_text(text).ok_or_else(|| damaged("an answer")));
        referrals.push(Referral {
            office: parse_office(&row.get::<_, String>(0)?)?,
            asked: row.get(1)?,
            answers: answers.collect::<Result<_, _>>()?,
        });
    }
    Ok(referrals)
}

impl Referred {
    /// The conditions on a row `r` of a list, and their values.
    pub(crate) fn conditions(&self) -> (Vec<&'static str>, Vec<Value>) {
        let mut values = Vec::new();
        let mut wheres = vec![match self.to {
            Some(office) => {
                values.push(office.as_str().to_owned().into());
                "r.document IN (SELECT document FROM referral WHERE office = ? AND answered = ?)"
            }
            None => "r.document IN (SELECT document FROM referral WHERE answered = ?)",
        }];
        values.push(i64::from(self.answered).into());
        let is_left_out = |status: &Status| match status {
            Status::Ditolak | Status::Dibatalkan => !self.answered || self.under_way,
            status => self.answered && self.under_way && status.is_final(),
        };
        let left_out: Vec<&str> = Status::ALL.into_iter().filter(is_left_out).map(Status::as_str).collect();
        if !left_out.is_empty() {
            let words = serde_json::Value::from(left_out);
            values.push(words.to_string().into());
            wheres.push("r.status NOT IN (SELECT idx FROM word WHERE text IN (SELECT value FROM json_each(?)))");
        }
        (wheres, values)
    }
}

impl Reader {
    /// The offices that a record is referred to, by code, with what they answered.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn referrals(&self, id: DocumentId) -> Result<Vec<Referral>, StoreError> {
        let Some((index, _)) = document::find(&self.connection, id)? else { return Ok(Vec::new()) };
        of_document(&self.connection, index)
    }
}

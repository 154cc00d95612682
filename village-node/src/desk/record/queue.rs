//! The citizen's queue number: given when a record is made at the counter, and its slip.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use change_log::DocumentId;
use office_model::calendar;
use replica_store::{QueueNumber, Reader, Replica};

use crate::action::today;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, html};
use crate::desk::moments;
use crate::desk::people::visitor::{Visitor, allow};
use crate::desk::record::page::document;
use crate::serve::Shared;
use crate::{Blame, Failure};

/// The setting that keeps the letter of this machine.
const LETTER: &str = "desk/queue_letter";

#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage {
    page: Page,
    id: DocumentId,
    /// What the number is, in the language of the citizen who takes it away, whatever the clerk reads.
    title: &'static str,
    number: String,
    when: String,
}

/// The letter of this machine: as it was set, or as the hub's order of the office's machines gave it. Where no hub said
/// its place, one that its id tells: two machines mostly differ then.
pub(in crate::desk) fn letter(reader: &Reader) -> Result<char, Failure> {
    let set = reader.setting(LETTER)?.and_then(|bytes| bytes.first().copied()).filter(u8::is_ascii_uppercase);
    let of_node = || reader.node().map_or(0, |node| node.0.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) % 26);
    Ok(char::from(set.unwrap_or_else(|| b'A' + of_node())))
}

/// Gives this machine the letter of its place among those of its office, from 1: no two of 26 begin with the same.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note_machine(replica: &mut Replica, machine: u32) -> Result<(), Failure> {
    let place = u8::try_from(machine.saturating_sub(1) % 26).unwrap_or_default();
    if replica.setting(LETTER)?.is_none() {
        replica.set_setting(LETTER, &[b'A' + place])?;
    }
    Ok(())
}

/// The letter that somebody typed; nothing where it is no single letter of A to Z.
pub(in crate::desk) fn typed_letter(typed: &str) -> Option<char> {
    let mut letters = typed.trim().chars().map(|letter| letter.to_ascii_uppercase());
    let letter = letters.next().filter(char::is_ascii_uppercase)?;
    letters.next().is_none().then_some(letter)
}

/// Sets the letter of this machine, A to Z.
///
/// # Errors
///
/// When the disk refuses.
pub(in crate::desk) fn set_letter(replica: &mut Replica, letter: char) -> Result<(), Failure> {
    Ok(replica.set_setting(LETTER, letter.to_string().as_bytes())?)
}

/// Gives a record its number for the day it was made, in WIB.
pub(in crate::desk) fn give(replica: &mut Replica, id: DocumentId) -> Result<(), Failure> {
    let letter = letter(replica)?;
    if let Some(day) = day_made(replica, id)? {
        replica.take_queue_number(&day, letter, id)?;
    }
    Ok(())
}

/// The number that a record was given when it was made here.
pub(in crate::desk) fn of(reader: &Reader, id: DocumentId) -> Result<Option<QueueNumber>, Failure> {
    let Some(day) = day_made(reader, id)? else { return Ok(None) };
    Ok(reader.queue_number(&day, id)?)
}

fn day_made(reader: &Reader, id: DocumentId) -> Result<Option<String>, Failure> {
    let made = reader.row(id)?.map(|row| row.created_millis);
    Ok(made.and_then(calendar::wib_date).map(calendar::iso_date))
}

/// The number, as long as it is of today: tomorrow another citizen has it.
pub(in crate::desk) fn of_today(reader: &Reader, id: DocumentId, made_millis: i64) -> Result<String, Failure> {
    if calendar::wib_date(made_millis) != Some(today(reader)) {
        return Ok(String::new());
    }
    Ok(of(reader, id)?.map(|number| number.to_string()).unwrap_or_default())
}

/// A slip to be printed: no name, no NIK.
pub(in crate::desk) async fn slip(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let page = Page::of(&visitor.session, &reader, "records", visitor.session.language.texts().queue_number)?;
        let number = of(&reader, id)?.ok_or_else(|| {
            Failure::new(
                Blame::NotFound,
                "no_queue_number",
                "Berkas ini tidak diberi nomor antrean di komputer ini. Berkasnya utuh.",
                "This record was given no queue number on this machine. The record is whole.",
            )
        })?;
        let when = reader.row(id)?.map(|row| moments::long(row.created_millis)).unwrap_or_default();
        let title = Language::Indonesian.texts().queue_number;
        Ok(SlipPage { page, id, title, number: number.to_string(), when })
    });
    html(&made.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_letter_is_one_letter() {
        for (typed, letter) in
            [("b", Some('B')), (" C ", Some('C')), ("", None), ("7", None), ("AB", None), ("é", None)]
        {
            assert_eq!(typed_letter(typed), letter, "{typed}");
        }
    }
}

//! The register of letter numbers: what became of each, and how many are left.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono::Datelike as _;
use office_model::{Status, calendar};
use serde::Deserialize;
use serde_json::Value;

use crate::action::health::HealthListed;
use crate::action::{RegisterQuery, numbers, today};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::frame::texts::Texts;
use crate::desk::frame::word::Word;
use crate::desk::moments;
use crate::desk::people::sign_in::note_listed;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::page::document;
use crate::serve::Shared;
use crate::{Action, moment};

/// Issued numbers of a page.
const NUMBERS: usize = 100;

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    page: Page,
    /// Series and year as one word, as people read it, and whether it is the one shown.
    books: Vec<(String, String, bool)>,
    left: Option<u32>,
    lines: Vec<Line>,
    /// Where the next page begins; 0 for none.
    next: u64,
    book: String,
    /// The days that the files are offered for: this month up to today.
    from: String,
    to: String,
}

/// A line of the register.
enum Line {
    /// A number and its letter.
    Letter {
        serial: u64,
        id: String,
        number: String,
        name: String,
        service: String,
        status: String,
        status_word: String,
        date: String,
        /// Another letter that counts has this number, too.
        twice: bool,
    },
    /// Numbers that stand for no letter, and why.
    Gap { range: String, why: String },
}

/// Which part of the register.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::desk) struct Asked {
    buku: String,
    dari: String,
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let lister = Arc::clone(&shared);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let page = Page::of(&visitor.session, &reader, "register", t.register)?;
        let now = moment::now_millis();
        let (series, year) = match asked.buku.rsplit_once('-') {
            Some((series, year)) => (Some(series.to_owned()), year.parse().ok()),
            None => (None, None),
        };
        let from = asked.dari.parse().unwrap_or(1);
        let query = RegisterQuery { year, series, from, limit: Some(NUMBERS) };
        let register = numbers::register(&reader, &query, now)?;
        let book = book_of(&register);
        let books = entries(&register, "books").iter().map(|one| {
            let word = book_of(one);
            (word.clone(), book_label(one, t), word == book)
        });
        let is_now = number(&register, "year") == i64::from(today(&reader).year());
        let lines = entries(&register, "lines").iter().map(|line| self::line(line, is_now, language));
        let mut lines: Vec<Line> = lines.collect();
        mark_twice(&mut lines);
        let (today, left) = (today(&reader), numbers::left(&reader, now)?);
        drop(reader);
        note_listed(&lister, visitor.clerk().as_str(), &HealthListed::in_answer(&register));
        Ok(RegisterPage {
            from: calendar::short_date(today.with_day(1).unwrap_or(today)),
            to: calendar::short_date(today),
            page,
            left,
            lines,
            next: register.get("next").and_then(Value::as_u64).unwrap_or_default(),
            books: books.collect(),
            book,
        })
    });
    html(&made.await?)
}

fn entries<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or_default()
}

fn book_of(value: &Value) -> String {
    format!("{}-{}", text(value, "series"), number(value, "year"))
}

fn book_label(value: &Value, t: &Texts) -> String {
    let series = text(value, "series");
    let series = if series == "all" { t.all_letters.to_owned() } else { series };
    format!("{} · {series}", number(value, "year"))
}

/// `is_now`: whether the book is that of this year, in which a block ends only where its machine was restored or replaced.
fn line(line: &Value, is_now: bool, language: Language) -> Line {
    let t = language.texts();
    if let Some(letter) = line.get("letter").filter(|letter| letter.is_object()) {
        let label = letter.get("service_label").and_then(|label| serde_json::from_value(label.clone()).ok());
        let label: office_model::Bilingual = label.unwrap_or_else(|| office_model::Bilingual::new("", ""));
        let status = text(letter, "status");
        return Line::Letter {
            serial: number(line, "first").unsigned_abs(),
            id: text(letter, "id"),
            number: text(letter, "number"),
            name: text(letter, "name"),
            service: language.say(&label).to_owned(),
            status: shown::status(&status, None, language),
            status_word: status,
            date: moments::day(number(letter, "created_millis")),
            twice: false,
        };
    }
    let (first, last) = (number(line, "first"), number(line, "last"));
    let range = if first == last { first.to_string() } else { format!("{first}–{last}") };
    let holder = if line.get("here") == Some(&Value::Bool(true)) {
        t.this_machine.to_owned()
    } else {
        format!("{} {}", t.other_machine, text(line, "node"))
    };
    let why = match text(line, "gap").as_str() {
        "free" => format!("{} ({holder})", t.gap_free),
        "lost" if is_now => format!("{} ({holder})", t.gap_lost_restored),
        "lost" => format!("{} ({holder})", t.gap_lost),
        "missing" => format!("{} ({holder})", t.gap_missing),
        _ => t.gap_left_out.to_owned(),
    };
    Line::Gap { range, why }
}

/// Marks numbers that more than one letter bears which was neither refused nor cancelled.
fn mark_twice(lines: &mut [Line]) {
    let counted = |line: &Line| match line {
        Line::Letter { serial, status_word, .. } if !status_word.parse().is_ok_and(Status::is_withdrawn) => {
            Some(*serial)
        }
        _ => None,
    };
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for serial in lines.iter().filter_map(counted) {
        *counts.entry(serial).or_default() += 1;
    }
    for line in lines {
        let is_twice = counted(line).and_then(|serial| counts.get(&serial)).is_some_and(|count| *count > 1);
        if let Line::Letter { twice, .. } = line {
            *twice = is_twice;
        }
    }
}

/// Gives a letter its number, if there was none left when it was recorded.
pub(in crate::desk) async fn give(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let clerk = visitor.clerk().clone();
    match visitor.perform(&shared, Action::IssueNumber { id, clerk }).await {
        Ok(_) => {}
        // Clicked twice, or on two machines: it has one.
        Err(failure) if failure.code == "has_number" => return Ok(go(&format!("/berkas/{id}"))),
        Err(failure) => return Err(failure.into()),
    }
    Ok(visitor.leads(&shared, &format!("/berkas/{id}"), Word::Saved))
}

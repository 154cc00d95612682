//! What is shown of records beside their values.

use office_model::{Catalogue, OfficeCode, Service};
use replica_store::Reader;

use crate::action::standing::is_own;
use crate::desk::frame::language::Language;

pub(crate) use desk_kit::values::{name, path_label, status, value};

/// The papers a citizen brings for a service, by name.
pub(crate) fn papers(catalogue: &Catalogue, service: &Service, language: Language) -> Vec<String> {
    let papers = service.attachments.iter().filter_map(|paper| {
        let paper = catalogue.attachments().iter().find(|one| one.id == *paper)?;
        Some(language.say(&paper.label).to_owned())
    });
    papers.collect()
}

/// How long a service takes at most, and what is to be known of that.
pub(crate) fn promised(service: &Service, language: Language) -> String {
    use office_model::PromiseUnit::{Hours, Minutes, WorkingDays};
    let amount = service.promised.amount;
    let unit = match service.promised.unit {
        Minutes => language.pick("menit", if amount == 1 { "minute" } else { "minutes" }),
        Hours => language.pick("jam", if amount == 1 { "hour" } else { "hours" }),
        WorkingDays => language.pick("hari kerja", if amount == 1 { "working day" } else { "working days" }),
    };
    match &service.promised_note {
        Some(note) => format!("{amount} {unit} ({})", in_sentence(language.say(note))),
        None => format!("{amount} {unit}"),
    }
}

/// A text that stands for itself, inside of another one.
fn in_sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The office of a record as people call it; empty where it is this replica's own.
pub(crate) fn other_office(reader: &Reader, office: OfficeCode) -> String {
    if is_own(reader, office) {
        return String::new();
    }
    desk_kit::values::office(office)
}

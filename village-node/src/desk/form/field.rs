//! The fields of a form as the page asks for them.

use std::collections::BTreeMap;

use office_model::{Catalogue, Field, FieldKind, ONE_LINE, Service};

use super::Typed;
use crate::desk::frame::language::{Language, Worded as _};

/// Rows for further persons that stand ready without script.
const SPARE_ROWS: usize = 1;

/// One field, a person, or a list of persons.
pub(crate) struct Asked {
    /// The name of the input and its path in the record.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) required: bool,
    /// As it was typed, the citizen stays unknown: this is left blank.
    pub(crate) is_barred: bool,
    pub(crate) entry: Entry,
    /// Why what was typed is refused; empty when it is not.
    pub(crate) problem: String,
    /// What is odd about it.
    pub(crate) warning: String,
}

/// How a field is filled in.
pub(crate) enum Entry {
    /// One line. A box with a limit would cut what is pasted, and say nothing: the check of the form says what is too long.
    Line { value: String, keyboard: &'static str, hint: &'static str },
    /// Several lines.
    Text { value: String },
    /// One of several: value, label, whether it is chosen.
    Choice { options: Vec<(String, String, bool)> },
    /// The fields of a person.
    Person { fields: Vec<Asked> },
    /// Persons, row by row.
    Persons { rows: Vec<Row>, max: u32 },
}

/// One person of a list.
pub(crate) struct Row {
    pub(crate) number: usize,
    pub(crate) fields: Vec<Asked>,
}

impl Row {
    /// As paths count it.
    pub(crate) const fn index(&self) -> usize {
        self.number.saturating_sub(1)
    }
}

/// What is said of single fields, by path.
pub(crate) type Said = BTreeMap<String, String>;

/// The fields of a service with what was typed and what is said of it.
pub(crate) fn ask(
    (catalogue, service): (&Catalogue, &Service),
    typed: &Typed,
    (problems, warnings): (&Said, &Said),
    language: Language,
) -> Vec<Asked> {
    let barred = if service.is_anonymous(&typed.to_record()) { catalogue.citizen_fields() } else { &[] };
    let asking = Asking { person: catalogue.person_fields(), barred, typed, problems, warnings, language };
    service.fields.iter().map(|field| asking.field(field, field.key.clone())).collect()
}

struct Asking<'a> {
    person: &'a [Field],
    barred: &'a [Field],
    typed: &'a Typed,
    problems: &'a Said,
    warnings: &'a Said,
    language: Language,
}

impl Asking<'_> {
    fn field(&self, field: &Field, name: String) -> Asked {
        let said = |of: &Said| of.get(&name).cloned().unwrap_or_default();
        let is_barred = self.barred.iter().any(|barred| barred.key == name);
        Asked {
            label: self.language.say(&field.label).to_owned(),
            required: field.required && !is_barred,
            is_barred,
            entry: self.entry(field, &name),
            problem: said(self.problems),
            warning: said(self.warnings),
            name,
        }
    }

    fn entry(&self, field: &Field, name: &str) -> Entry {
        let texts = self.language.texts();
        let value = self.typed.get(name).to_owned();
        let line = |keyboard, hint| Entry::Line { value: value.clone(), keyboard, hint };
        let chosen = |option: &str| option.eq_ignore_ascii_case(&value);
        match &field.kind {
            FieldKind::Nik
            | FieldKind::Kk
            | FieldKind::Money
            | FieldKind::Time
            | FieldKind::Int { .. }
            | FieldKind::Digits { .. } => line("numeric", ""),
            FieldKind::Phone => line("tel", ""),
            FieldKind::Date { .. } if field.default.is_some() => line("numeric", texts.default_hint),
            FieldKind::Date { .. } => line("numeric", texts.date_hint),
            FieldKind::Area => line("decimal", ""),
            FieldKind::Text { max } if *max > ONE_LINE => Entry::Text { value: value.clone() },
            FieldKind::Name | FieldKind::Text { .. } => line("text", ""),
            FieldKind::Bool => Entry::Choice {
                options: vec![
                    ("ya".to_owned(), texts.yes.to_owned(), chosen("ya")),
                    ("tidak".to_owned(), texts.no.to_owned(), chosen("tidak")),
                ],
            },
            FieldKind::Enum { options } => Entry::Choice {
                options: options
                    .iter()
                    .map(|one| (one.value.clone(), self.language.say(&one.label).to_owned(), chosen(&one.value)))
                    .collect(),
            },
            FieldKind::Person => Entry::Person { fields: self.person(name) },
            FieldKind::Persons { max, .. } => {
                let count = (self.typed.rows(name) + SPARE_ROWS).min(usize::try_from(*max).unwrap_or(usize::MAX));
                let row = |number: usize| Row { number: number + 1, fields: self.person(&format!("{name}[{number}]")) };
                Entry::Persons { rows: (0..count).map(row).collect(), max: *max }
            }
        }
    }

    fn person(&self, at: &str) -> Vec<Asked> {
        self.person.iter().map(|field| self.field(field, format!("{at}.{}", field.key))).collect()
    }
}

#[cfg(test)]
mod tests {
    use office_model::Catalogue;

    use super::*;

    fn count(fields: &[Asked]) -> usize {
        let below = |asked: &Asked| match &asked.entry {
            Entry::Person { fields } => count(fields),
            Entry::Persons { rows, .. } => rows.iter().map(|row| count(&row.fields)).sum(),
            _ => 1,
        };
        fields.iter().map(below).sum()
    }

    #[test]
    fn every_field_of_every_service_can_be_filled_in() {
        let catalogue = Catalogue::current();
        for service in catalogue.services() {
            for language in [Language::Indonesian, Language::English] {
                let said = (&Said::new(), &Said::new());
                let asked = ask((catalogue, service), &Typed::default(), said, language);
                assert_eq!(asked.len(), service.fields.len());
                assert!(count(&asked) >= asked.len(), "{}", service.id);
                assert!(asked.iter().all(|one| !one.label.is_empty()));
            }
        }
    }

    #[test]
    fn of_whom_stays_unknown_nothing_is_required() {
        let catalogue = Catalogue::current();
        let service = catalogue.service(&"P06".parse().unwrap()).unwrap();
        let asked = |anonim: &str| {
            let typed = Typed::of_pairs(service, &[("anonim".to_owned(), anonim.to_owned())]);
            let asked = ask((catalogue, service), &typed, (&Said::new(), &Said::new()), Language::Indonesian);
            let (barred, open): (Vec<_>, Vec<_>) = asked.into_iter().partition(|one| one.is_barred);
            assert!(barred.iter().all(|one| !one.required));
            (barred.len(), open.iter().filter(|one| one.required).map(|one| one.name.clone()).collect::<Vec<_>>())
        };
        assert_eq!(asked("ya"), (catalogue.citizen_fields().len(), vec!["kategori".to_owned(), "isi".to_owned()]));
        assert_eq!(asked("tidak").0, 0);
        assert!(asked("").1.contains(&"nama".to_owned()));
    }
}

//! What a form says of a citizen who stays unknown, where its service lets them.

use office_model::{Catalogue, Field, Service};
use serde_json::{Map, Value};

use crate::desk::frame::language::Language;

/// For the page and its script.
pub(crate) struct Anonymity {
    /// The field by which it is asked for, and what people call it.
    pub(crate) field: String,
    pub(crate) label: String,
    /// The fields of the citizen, and those of them that are needed otherwise.
    pub(crate) citizen: String,
    pub(crate) required: String,
    /// Whether the record was saved with something of its citizen: its history keeps that.
    pub(crate) is_known: bool,
}

impl Anonymity {
    pub(crate) fn of(catalogue: &Catalogue, service: &Service, language: Language) -> Option<Self> {
        let asked = service.anonymity()?;
        let names = |wanted: fn(&&Field) -> bool| {
            let fields = catalogue.citizen_fields().iter().filter(wanted);
            fields.map(|field| field.key.as_str()).collect::<Vec<_>>().join(" ")
        };
        Some(Self {
            field: asked.key.clone(),
            label: language.say(&asked.label).to_owned(),
            citizen: names(|_| true),
            required: names(|field| field.required),
            is_known: false,
        })
    }

    /// Of a record that is there.
    pub(crate) fn of_record(
        catalogue: &Catalogue,
        service: &Service,
        record: &Map<String, Value>,
        language: Language,
    ) -> Option<Self> {
        let is_known = catalogue.citizen_fields().iter().any(|field| record.contains_key(&field.key));
        Self::of(catalogue, service, language).map(|asked| Self { is_known, ..asked })
    }
}

//! What is shown of records beside their values.

use office_model::{Catalogue, OfficeCode, Service};
use replica_store::Reader;

use crate::action::standing::is_own;
use crate::desk::frame::language::Language;

pub(crate) use desk_kit::values::{path_label, status, value};

/// The papers a citizen brings for a service, by name.
pub(crate) fn papers(catalogue: &Catalogue, service: &Service, language: Language) -> Vec<String> {
    let papers = service.attachments.iter().filter_map(|paper| {
        let paper = catalogue.attachments().iter().find(|one| one.id == *paper)?;
        Some(language.say(&paper.label).to_owned())
    });
    papers.collect()
}

/// The office of a record as people call it; empty where it is this replica's own.
pub(crate) fn other_office(reader: &Reader, office: OfficeCode) -> String {
    if is_own(reader, office) {
        return String::new();
    }
    desk_kit::values::office(office)
}

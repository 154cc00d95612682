//! Who changed what in a record and when, as people read it.

use std::collections::BTreeMap;

use desk_kit::values;
use office_model::{Catalogue, FieldPath, OwnValue, Service};
use replica_store::{Reader, Replica};
use serde_json::Value;
use service_document::{AttachedFile, Edited, TransactionDocument};

use crate::Failure;
use crate::action::machine::{self, Machine};
use crate::action::since_check::ATTACHMENT;
use crate::action::standing::is_own;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::shown;
use crate::desk::moments;

/// Places of a document that are no fields of the form.
const NOT_SHOWN: [&str; 6] = ["kind", "office", "service", "catalogue", "fields", "steps"];

/// What a number was made of: the number itself is shown.
const SERIALS: &str = "serials";

/// What an attached file is called.
fn file_name(path: &str, value: Option<&Value>) -> String {
    let hash = path.strip_prefix(ATTACHMENT).and_then(|hash| hash.parse().ok());
    let file = hash.zip(value.and_then(Value::as_str)).and_then(|(hash, text)| AttachedFile::from_text(hash, text));
    file.map_or_else(String::new, |file| file.name)
}

/// What an edit of the form or of the attached files is of.
pub(in crate::desk) fn place_label(edit: &Edited, form: (&Catalogue, &Service), language: Language) -> String {
    if edit.path.starts_with(ATTACHMENT) {
        return language.texts().attachments.to_owned();
    }
    shown::path_label(form, (&edit.path, edit.own), language)
}

/// One change as people read it.
pub(in crate::desk) struct Told {
    pub(in crate::desk) when: String,
    /// By name, where this machine has their account.
    pub(in crate::desk) who: String,
    /// Under what they signed in, where that is not what is said already.
    pub(in crate::desk) login: String,
    pub(in crate::desk) machine: String,
    pub(in crate::desk) begins: bool,
    pub(in crate::desk) reason: String,
    /// The word of the status that it led to; empty where it was no step.
    pub(in crate::desk) status: String,
    /// Label, value before, value after, whether it settled a difference.
    pub(in crate::desk) edits: Vec<(String, String, String, bool)>,
}

impl Told {
    /// Whether it settled between two states.
    pub(in crate::desk) fn is_settled(&self) -> bool {
        self.edits.iter().any(|(.., settled)| *settled)
    }
}

/// What the people of this machine are called.
pub(in crate::desk) struct Names(BTreeMap<String, String>);

impl Names {
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(in crate::desk) fn of(reader: &Reader) -> Result<Self, Failure> {
        Ok(Self(reader.accounts()?.into_iter().map(|account| (account.name, account.shown)).collect()))
    }

    /// By name who wrote something on this machine; the same id may be somebody else's on another one.
    pub(in crate::desk) fn of_clerk(&self, clerk: &str, here: bool) -> String {
        self.0.get(clerk).filter(|shown| here && !shown.is_empty()).cloned().unwrap_or_else(|| clerk.to_owned())
    }
}

/// Where something was written, as people tell machines apart.
pub(in crate::desk) fn place(reader: &Reader, machine: Option<&Machine>, language: Language) -> String {
    let t = language.texts();
    match machine {
        Some(machine) if machine.here => t.this_machine.to_owned(),
        Some(machine) if is_own(reader, machine.office) => format!("{} {}", t.other_machine, machine.label()),
        Some(machine) => format!("{} {}, {}", t.machine, machine.label(), values::office(machine.office)),
        None => t.other_machine.to_owned(),
    }
}

/// The history of a document, the last change first.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn history(
    replica: &Replica,
    document: &TransactionDocument,
    catalogue: &Catalogue,
    service: &Service,
    language: Language,
) -> Result<Vec<Told>, Failure> {
    let t = language.texts();
    let text = |edit: &Edited, value: Option<&Value>| -> String {
        let Some(value) = value else { return String::new() };
        if edit.own == Some(OwnValue::Status) {
            return value.as_str().map_or_else(String::new, |word| shown::status(word, Some(service), language));
        }
        let field = edit.path.parse::<FieldPath>().ok().and_then(|path| catalogue.field_at(service, &path));
        shown::value(field, value, language)
    };
    let history = document.history();
    let machines = machine::of(replica, document.row().office, &history)?;
    let names = Names::of(replica)?;
    let mut all: Vec<Told> = history
        .into_iter()
        .map(|item| {
            let machine = place(replica, machines.get(&item.epoch), language);
            let is_shown = |path: &str| !NOT_SHOWN.contains(&path) && !path.starts_with(SERIALS);
            let edits = item.changed.iter().filter(|edit| is_shown(&edit.path)).map(|edit| {
                if let Some(label) = values::referral_label(&edit.path, language) {
                    let said = |value: Option<&Value>| {
                        let read = |value| values::referral_value(&edit.path, value, language, str::to_owned);
                        value.map_or_else(String::new, read)
                    };
                    return (label, said(edit.from.as_ref()), said(edit.to.as_ref()), edit.settled);
                }
                if edit.path.starts_with(ATTACHMENT) {
                    let name = |value: Option<&Value>| file_name(&edit.path, value);
                    let after = if edit.to.is_none() { t.removed.to_owned() } else { name(edit.to.as_ref()) };
                    return (
                        place_label(edit, (catalogue, service), language),
                        name(edit.from.as_ref()),
                        after,
                        edit.settled,
                    );
                }
                let label = place_label(edit, (catalogue, service), language);
                let after = if edit.to.is_none() { t.removed.to_owned() } else { text(edit, edit.to.as_ref()) };
                // Of several values the one that is shown may be the one that was chosen.
                let is_kept = edit.settled && edit.from == edit.to;
                let before = if is_kept { String::new() } else { text(edit, edit.from.as_ref()) };
                (label, before, after, edit.settled)
            });
            let here = machines.get(&item.epoch).is_some_and(|machine| machine.here);
            let who = names.of_clerk(&item.clerk, here);
            let status = item.changed.iter().find(|edit| edit.own == Some(OwnValue::Status));
            let status = status.and_then(|edit| edit.to.as_ref());
            Told {
                when: moments::long(item.at_millis()),
                login: if who == item.clerk { String::new() } else { item.clerk.clone() },
                who,
                machine,
                begins: item.after.is_empty(),
                reason: item.why.clone().unwrap_or_default(),
                status: status.and_then(Value::as_str).unwrap_or_default().to_owned(),
                edits: edits.collect(),
            }
        })
        .collect();
    all.reverse();
    Ok(all)
}

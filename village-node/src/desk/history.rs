//! Who changed what in a record and when, as people read it.

use office_model::{Catalogue, FieldPath, Office, Roster, Service};
use replica_store::Replica;
use serde_json::Value;
use service_document::{AttachedFile, GivenAnswer, TransactionDocument};

use super::language::{Language, Worded as _};
use super::{moments, shown};

/// Places of a document that are no fields of the form.
const NOT_SHOWN: [&str; 6] = ["kind", "office", "service", "catalogue", "fields", "steps"];

/// What a number was made of: the number itself is shown.
const SERIALS: &str = "serials";

/// Before the hash of an attached file.
const ATTACHMENT: &str = "attachment/";
/// Before the code of an office that the record is referred to, or that answers.
const REFERRAL: &str = "referral/";
const ANSWER: &str = "answer/";

/// What an attached file is called.
fn file_name(path: &str, value: Option<&Value>) -> String {
    let hash = path.strip_prefix(ATTACHMENT).and_then(|hash| hash.parse().ok());
    let file = hash.zip(value.and_then(Value::as_str)).and_then(|(hash, text)| AttachedFile::from_text(hash, text));
    file.map_or_else(String::new, |file| file.name)
}

/// What a change said of a referral, if it did: of which office, and what it is asked for or answered.
fn referral(path: &str, value: Option<&Value>, language: Language) -> Option<(String, String)> {
    let t = language.texts();
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let (label, office, value) = if let Some(office) = path.strip_prefix(REFERRAL) {
        (t.refer_to, office, text.to_owned())
    } else {
        let given = GivenAnswer::from_text(text);
        let said = given.map(|given| {
            format!("{} {}", language.say(&given.answer.label()), given.why.unwrap_or_default()).trim().to_owned()
        });
        (t.answer_of, path.strip_prefix(ANSWER)?, said.unwrap_or_default())
    };
    let name = office.parse().ok().and_then(|code| Roster::current().get(code)).map(Office::full_name);
    Some((format!("{label} {}", name.unwrap_or_else(|| office.to_owned())), value))
}

/// One change as people read it.
pub(super) struct Told {
    pub(super) when: String,
    pub(super) who: String,
    pub(super) machine: String,
    pub(super) begins: bool,
    pub(super) reason: String,
    /// Label, value before, value after, whether it settled a difference.
    pub(super) edits: Vec<(String, String, String, bool)>,
}

/// The history of a document, the last change first.
pub(super) fn history(
    replica: &Replica,
    document: &TransactionDocument,
    catalogue: &Catalogue,
    service: &Service,
    language: Language,
) -> Vec<Told> {
    let t = language.texts();
    let text = |path: &str, value: Option<&Value>| -> String {
        let Some(value) = value else { return String::new() };
        if path == "status" {
            return value.as_str().map_or_else(String::new, |word| shown::status(word, language));
        }
        let field = path.parse::<FieldPath>().ok().and_then(|path| catalogue.field_at(service, &path));
        shown::value(field, value, language)
    };
    let mut all: Vec<Told> = document
        .history()
        .into_iter()
        .map(|item| {
            let log = replica.log(item.epoch).ok().flatten();
            let machine = match log {
                Some(log) if log.own => t.this_machine,
                _ => t.other_machine,
            };
            let is_shown = |path: &str| !NOT_SHOWN.contains(&path) && !path.starts_with(SERIALS);
            let edits = item.changed.iter().filter(|edit| is_shown(&edit.path)).map(|edit| {
                if let Some((label, value)) = referral(&edit.path, edit.to.as_ref(), language) {
                    let before = referral(&edit.path, edit.from.as_ref(), language).map(|(_, before)| before);
                    return (label, before.unwrap_or_default(), value, edit.settled);
                }
                if edit.path.starts_with(ATTACHMENT) {
                    let name = |value: Option<&Value>| file_name(&edit.path, value);
                    let after = if edit.to.is_none() { t.removed.to_owned() } else { name(edit.to.as_ref()) };
                    return (t.attachments.to_owned(), name(edit.from.as_ref()), after, edit.settled);
                }
                let label = shown::path_label(catalogue, service, &edit.path, language);
                let after = if edit.to.is_none() { t.removed.to_owned() } else { text(&edit.path, edit.to.as_ref()) };
                (label, text(&edit.path, edit.from.as_ref()), after, edit.settled)
            });
            Told {
                when: moments::long(item.millis + item.hub_offset_millis.unwrap_or_default()),
                who: item.clerk.clone(),
                machine: machine.to_owned(),
                begins: item.after.is_empty(),
                reason: item.why.clone().unwrap_or_default(),
                edits: edits.collect(),
            }
        })
        .collect();
    all.reverse();
    all
}

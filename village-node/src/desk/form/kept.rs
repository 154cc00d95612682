//! A form as a draft keeps it: what was typed, and what it is a form of.

use std::collections::BTreeMap;

use change_log::DocumentId;

use super::Typed;

/// Where a draft keeps what is no field: no path of one looks like these.
const CATALOGUE: &str = "#katalog";
const RECORD: &str = "#berkas";
const HEADS: &str = "#dasar";
const WINDOW: &str = "#jendela";

/// An unfinished form. Never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What was typed.
    pub(crate) typed: Typed,
    /// The version of the catalogue that it was begun under; empty where it does not say.
    pub(crate) catalogue: String,
    /// The record that it changes; nothing where it is to become a new one.
    pub(crate) edit: Option<Edit>,
    /// The window in which it was typed last; empty where it does not say.
    pub(crate) window: String,
}

/// What a form for changing a record was made of.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The record.
    pub(crate) id: DocumentId,
    /// The record's heads when the form was opened, as the form says them.
    pub(crate) heads: String,
}

impl Kept {
    /// What stands in a draft; nothing when it is not of our making.
    pub(crate) fn of_json(text: &str) -> Option<Self> {
        let mut kept: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        let catalogue = kept.remove(CATALOGUE).unwrap_or_default();
        let heads = kept.remove(HEADS).unwrap_or_default();
        let window = kept.remove(WINDOW).unwrap_or_default();
        let edit = match kept.remove(RECORD) {
            Some(id) => Some(Edit { id: id.parse().ok()?, heads }),
            None => None,
        };
        Some(Self { typed: Typed::of_texts(kept), catalogue, edit, window })
    }

    /// As a draft keeps it.
    pub(crate) fn to_json(&self) -> String {
        let mut kept = self.typed.texts().clone();
        kept.insert(CATALOGUE.to_owned(), self.catalogue.clone());
        if !self.window.is_empty() {
            kept.insert(WINDOW.to_owned(), self.window.clone());
        }
        if let Some(edit) = &self.edit {
            kept.insert(RECORD.to_owned(), edit.id.to_string());
            kept.insert(HEADS.to_owned(), edit.heads.clone());
        }
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// The same, whichever window it was typed in.
    pub(crate) fn content(&self) -> String {
        Self { window: String::new(), ..self.clone() }.to_json()
    }
}

#[cfg(test)]
mod tests {
    use office_model::Catalogue;

    use super::*;

    #[test]
    fn a_kept_form_is_read_as_it_was_and_what_is_none_is_not() {
        let service = Catalogue::current().service(&"S01".parse().unwrap()).unwrap();
        let typed = Typed::of_pairs(service, &[("nama".to_owned(), "Siti Aminah".to_owned())]);
        let new = Kept { typed, catalogue: "1".to_owned(), edit: None, window: "a1".to_owned() };
        let id = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".parse().unwrap();
        let edit = Kept { edit: Some(Edit { id, heads: "00,11".to_owned() }), ..new.clone() };
        let elsewhere = Kept { window: "b2".to_owned(), ..new.clone() };
        assert!(new.content() == elsewhere.content() && new.to_json() != elsewhere.to_json());
        for kept in [new, edit] {
            assert!(Kept::of_json(&kept.to_json()) == Some(kept));
        }
        // Drafts from before forms of edits were kept.
        assert!(Kept::of_json(r##"{"#katalog":"1","nama":"Siti"}"##).is_some_and(|kept| kept.edit.is_none()));
        for other in ["", "[]", r##"{"#berkas":"none"}"##] {
            assert!(Kept::of_json(other).is_none(), "{other}");
        }
    }
}

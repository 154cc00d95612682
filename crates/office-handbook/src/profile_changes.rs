//! What a profile changes of the one before it, for people to look at before it is published.

use office_model::{Approver, Bilingual, Checker};

use crate::{Profile, ProfileForm};

/// The fields in the order of the form.
const FIELDS: [&str; 14] = [
    "address",
    "postal_code",
    "phone",
    "head_name",
    "head_nip",
    "head_title",
    "secretary_name",
    "secretary_nip",
    "secretary_title",
    "other_name",
    "other_nip",
    "other_title",
    "checker",
    "approver",
];

/// A field that becomes another. Empty where nothing stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    /// What people call it.
    pub label: Bilingual,
    /// What stands in it,
    pub before: Bilingual,
    /// and what is to stand in it.
    pub after: Bilingual,
}

/// The fields that change, in the order of the form.
pub fn profile_changes(before: &Profile, after: &Profile) -> Vec<ProfileChange> {
    let (before, after) = (ProfileForm::of(before), ProfileForm::of(after));
    let changed = FIELDS.iter().filter(|name| before.text(name) != after.text(name));
    changed
        .map(|name| ProfileChange {
            label: ProfileForm::label(name),
            before: said(name, before.text(name)),
            after: said(name, after.text(name)),
        })
        .collect()
}

/// What stands in a field, as people read it: a choice by its name.
fn said(name: &str, text: &str) -> Bilingual {
    let choice = match name {
        "checker" => text.parse().ok().map(|one: Checker| one.label()),
        "approver" => text.parse().ok().map(|one: Approver| one.label()),
        _ => None,
    };
    choice.unwrap_or_else(|| Bilingual::new(text, text))
}

#[cfg(test)]
mod tests {
    use office_model::Chain;

    use super::*;

    #[test]
    fn what_changes_is_told_field_by_field_and_nothing_else() {
        let mut before = Profile::default();
        before.letterhead.address = "Jl. Lama 1".to_owned();
        before.letterhead.phone = "0333-1234".to_owned();
        let mut after = before.clone();
        after.letterhead.address = "Jl. Baru 2".to_owned();
        after.letterhead.signers.kepala.name = "Wayan".to_owned();
        after.chain = Chain { checker: Checker::Nobody, ..before.chain };
        let changes = profile_changes(&before, &after);
        let read: Vec<_> =
            changes.iter().map(|one| (&*one.label.en, one.before.en.clone(), one.after.en.clone())).collect();
        let checker = |one: Checker| one.label().en;
        assert_eq!(
            read,
            [
                ("Address", "Jl. Lama 1".to_owned(), "Jl. Baru 2".to_owned()),
                ("Name of the head", String::new(), "Wayan".to_owned()),
                ("Who checks", checker(before.chain.checker), checker(Checker::Nobody)),
            ]
        );
        assert!(profile_changes(&after, &after).is_empty());
    }

    #[test]
    fn every_field_of_the_form_is_looked_at() {
        let lines = ["address", "postal_code", "phone"].map(str::to_owned).into_iter();
        let signers = ["head", "secretary", "other"];
        let parts = signers.iter().flat_map(|who| ["name", "nip", "title"].map(|part| format!("{who}_{part}")));
        let fields: Vec<String> = lines.chain(parts).chain(["checker", "approver"].map(str::to_owned)).collect();
        assert_eq!(FIELDS.to_vec(), fields);
    }
}

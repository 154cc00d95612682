//! What the next page says, once, of what was done before it. It is kept with the session: going back to the page, or loading
//! it anew, says nothing a second time and asks nobody to send a form again.

use std::fmt;

use desk_kit::Form;
use office_model::Bilingual;

use crate::desk::frame::texts::Texts;

/// What a page says once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing.
    #[default]
    Nothing,
    /// It was saved.
    Saved,
    /// There was nothing to save.
    Unchanged,
    /// That file is attached already.
    AttachedBefore,
    /// It is attached, and seems to be damaged.
    AttachedDamaged,
    /// Another secret is the account's from now on.
    SecretChanged,
    /// What was typed before came along.
    Carried,
    /// What is typed is no record yet: the draft that it was became this one in another window.
    SavedBefore(String),
    /// What is typed is a draft of its own now: another window changed the one that it was, which has this id.
    DraftApart(String),
    /// The form was not saved: what is wrong stands beside its fields.
    FormRefused,
    /// Something was not taken.
    Refused(Refusal),
}

/// What was not taken: why, and what was typed, so that nobody types it again.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The part of the page that it was sent from.
    pub(crate) part: Part,
    /// Why, in as many sentences as there are reasons.
    pub(crate) why: Vec<Bilingual>,
    /// Without secrets.
    pub(crate) typed: Form,
}

/// A part of a page with a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The form of a new record, or of an edit, which could not be kept anywhere.
    Form,
    /// The steps of a record.
    Steps,
    /// The reason that was given with a step.
    Reason,
    /// Its referrals.
    Referrals,
    /// Attached files.
    Files,
    /// The accounts of the machine.
    Accounts,
    /// The programs that may use it.
    Applications,
    /// What stands on the office's paper.
    Profile,
    /// The own account.
    Own,
}

/// Fields that nobody keeps.
const SECRETS: [&str; 4] = ["secret", "new", "again", "form_token"];

impl Refusal {
    pub(crate) fn new(part: Part, why: Vec<Bilingual>, form: &Form) -> Self {
        let typed = form.0.iter().filter(|(name, _)| !SECRETS.contains(&name.as_str())).cloned().collect();
        Self { part, why, typed: Form(typed) }
    }
}

impl fmt::Debug for Refusal {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({:?})", self.part)
    }
}

impl Word {
    /// What is said at the top of the page; empty for what stands beside a form.
    pub(crate) fn flash(&self, t: &Texts) -> &'static str {
        match self {
            Self::Saved => t.saved,
            Self::Unchanged => t.nothing_changed,
            Self::AttachedBefore => t.attached_before,
            Self::AttachedDamaged => t.attached_damaged,
            Self::SecretChanged => t.secret_changed,
            Self::Carried => t.carried,
            Self::Nothing | Self::FormRefused | Self::SavedBefore(_) | Self::DraftApart(_) | Self::Refused(_) => "",
        }
    }

    /// What it says of a part of the page; nothing where it is of another one.
    pub(crate) fn refusal_of(&self, part: Part) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) if refusal.part == part => Some(refusal),
            _ => None,
        }
    }
}

/// Words that wait for their pages, by path and query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<(String, Word)>);

/// So many wait at most: a page that was asked for comes at once, or never.
const WAITING_MAX: usize = 8;

impl Words {
    /// Has the page at `to` say it. What stands behind `#` is the browser's alone.
    pub(crate) fn put(&mut self, to: &str, word: Word) {
        let page = to.split_once('#').map_or(to, |(page, _)| page);
        self.0.retain(|(at, _)| at != page);
        if word != Word::Nothing {
            let too_many = (self.0.len() + 1).saturating_sub(WAITING_MAX);
            self.0.drain(..too_many);
            self.0.push((page.to_owned(), word));
        }
    }

    /// What the page at `to` is to say.
    pub(crate) fn take(&mut self, to: &str) -> Word {
        let at = self.0.iter().position(|(at, _)| at == to);
        at.map_or(Word::Nothing, |at| self.0.remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_said_once_on_its_page() {
        let mut words = Words::default();
        words.put("/berkas/1#lampiran", Word::Saved);
        words.put("/berkas/2", Word::Unchanged);
        assert_eq!(words.take("/berkas/3"), Word::Nothing);
        assert_eq!(words.take("/berkas/1"), Word::Saved);
        assert_eq!(words.take("/berkas/1"), Word::Nothing);
        for page in 0..20 {
            words.put(&format!("/baru/{page}"), Word::Carried);
        }
        assert_eq!((words.0.len(), words.take("/berkas/2")), (WAITING_MAX, Word::Nothing));
    }

    #[test]
    fn secrets_are_not_kept() {
        let form = Form(vec![("name".to_owned(), "siti".to_owned()), ("secret".to_owned(), "rahasia".to_owned())]);
        let refusal = Refusal::new(Part::Accounts, Vec::new(), &form);
        assert_eq!(refusal.typed.0, [("name".to_owned(), "siti".to_owned())]);
        assert!(!format!("{refusal:?}").contains("siti"));
    }
}

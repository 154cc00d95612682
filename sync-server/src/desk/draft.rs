//! What somebody typed and looks at before it is published. It is kept in memory, and its page is one that is asked for: going
//! back to it, or loading it anew, sends no form again, and switching the language keeps what was typed.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use desk_kit::{Form, Halt, go};
use serde::Deserialize;

use super::page::{Answer, Fault};
use super::visitor::Visitor;
use crate::clock;

/// So many are kept: those that were not sent for longest go first. A form is a whole catalogue at most.
const DRAFTS: usize = 32;
/// So many of one person: nobody drives out those of all others.
const DRAFTS_OF_ONE: usize = 8;

/// All drafts, those that were sent last behind.
#[derive(Default)]
pub(super) struct Drafts(Mutex<VecDeque<Draft>>);

struct Draft {
    id: String,
    /// The account whose it is,
    by: String,
    /// the page it belongs to,
    at: String,
    /// and what was sent.
    form: Form,
}

impl Draft {
    fn is(&self, id: &str, by: &str, at: &str) -> bool {
        self.id == id && self.by == by && self.at == at
    }
}

/// The draft that a page shows, by its address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    draf: String,
}

/// The draft that an address names.
pub(super) enum Found {
    /// It names none.
    Unasked,
    /// It was published meanwhile, or is kept no more.
    Gone,
    /// What was sent.
    Kept(Form),
}

impl Drafts {
    /// Keeps what was sent; its id. A form that is of a draft already stays that one.
    fn keep(&self, by: &str, at: &str, form: &Form, fresh: [u8; 16]) -> String {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = drafts.iter().position(|draft| draft.is(form.get("draf"), by, at));
        let known = known.and_then(|place| drafts.remove(place));
        let id = known.map_or_else(|| HEXLOWER.encode(&fresh), |draft| draft.id);
        if drafts.iter().filter(|draft| draft.by == by).count() >= DRAFTS_OF_ONE
            && let Some(oldest) = drafts.iter().position(|draft| draft.by == by)
        {
            drafts.remove(oldest);
        }
        if drafts.len() >= DRAFTS {
            drafts.pop_front();
        }
        // Each page has a token of its own.
        let pairs = form.0.iter().filter(|(name, _)| name != "form_token").cloned().collect();
        drafts.push_back(Draft { id: id.clone(), by: by.to_owned(), at: at.to_owned(), form: Form(pairs) });
        id
    }

    /// What an address names.
    pub(super) fn find(&self, by: &str, at: &str, shown: &Shown) -> Found {
        if shown.draf.is_empty() {
            return Found::Unasked;
        }
        let drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = drafts.iter().find(|draft| draft.is(&shown.draf, by, at));
        kept.map_or(Found::Gone, |draft| Found::Kept(draft.form.clone()))
    }

    /// It is published now: nobody publishes it a second time by going back, which browsers do without asking for the page, or
    /// by pressing twice. False where it is kept no more.
    pub(super) fn take(&self, by: &str, at: &str, form: &Form) -> bool {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = drafts.len();
        drafts.retain(|draft| !draft.is(form.get("draf"), by, at));
        drafts.len() < kept
    }
}

impl Shown {
    /// Its id; empty for none.
    pub(super) fn id(&self) -> &str {
        &self.draf
    }

    /// The form came from a page whose draft was kept no more: what it says may be published already.
    pub(super) fn is_again(&self, form: &Form) -> bool {
        !form.get("draf").is_empty() && form.get("draf") != self.draf
    }
}

/// Keeps what was sent and leads to the page that shows it.
pub(super) fn lead(drafts: &Drafts, visitor: &Visitor, at: &str, form: &Form) -> Answer {
    let fresh = clock::random().map_err(|error| Halt::from(Fault::from(error)))?;
    let id = drafts.keep(&visitor.session.name, at, form, fresh);
    Ok(go(&format!("{at}?draf={id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn found(drafts: &Drafts, by: &str, at: &str, id: &str) -> Option<Form> {
        match drafts.find(by, at, &Shown { draf: id.to_owned() }) {
            Found::Kept(form) => Some(form),
            Found::Gone | Found::Unasked => None,
        }
    }

    #[test]
    fn a_draft_is_found_by_whoever_wrote_it_until_it_is_published() {
        let drafts = Drafts::default();
        let id = drafts.keep("wayan", "/a", &form(&[("form_token", "x"), ("title", "Satu")]), [1; 16]);
        assert_eq!(found(&drafts, "wayan", "/a", &id), Some(form(&[("title", "Satu")])));
        assert!(found(&drafts, "dewi", "/a", &id).is_none() && found(&drafts, "wayan", "/b", &id).is_none());
        // Sent again, it is the same one.
        let again = form(&[("draf", &id), ("title", "Dua")]);
        assert_eq!(drafts.keep("wayan", "/a", &again, [2; 16]), id);
        assert_eq!(found(&drafts, "wayan", "/a", &id).unwrap().get("title"), "Dua");
        // That of somebody else is not written over.
        assert_ne!(drafts.keep("dewi", "/a", &again, [3; 16]), id);
        assert!(Shown { draf: "other".to_owned() }.is_again(&again) && !Shown { draf: id.clone() }.is_again(&again));
        assert!(drafts.take("wayan", "/a", &again));
        assert!(!drafts.take("wayan", "/a", &again), "once");
        assert!(matches!(drafts.find("wayan", "/a", &Shown { draf: id }), Found::Gone));
        assert!(matches!(drafts.find("wayan", "/a", &Shown::default()), Found::Unasked));
    }

    #[test]
    fn nobody_fills_the_memory_or_drives_out_all_others() {
        let drafts = Drafts::default();
        let kept = drafts.keep("dewi", "/a", &form(&[]), [0; 16]);
        let mine: Vec<String> = (1..40).map(|n| drafts.keep("wayan", "/a", &form(&[]), [n; 16])).collect();
        assert!(found(&drafts, "dewi", "/a", &kept).is_some());
        assert_eq!(mine.iter().filter(|id| found(&drafts, "wayan", "/a", id).is_some()).count(), DRAFTS_OF_ONE);
        for n in 0..60 {
            drafts.keep(&format!("p{n}"), "/a", &form(&[]), [n; 16]);
        }
        assert_eq!(drafts.0.lock().unwrap().len(), DRAFTS);
    }
}

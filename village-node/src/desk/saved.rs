//! Forms that were saved: one that is sent twice is one record.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// So many are remembered.
const REMEMBERED: usize = 500;

/// By the id of their draft, the record they became.
#[derive(Debug, Default)]
pub(crate) struct Saved(Mutex<VecDeque<(String, String)>>);

impl Saved {
    /// The record that the form of this draft became.
    pub(crate) fn of(&self, draft: &str) -> Option<String> {
        let saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        saved.iter().find(|(known, _)| known == draft).map(|(_, record)| record.clone())
    }

    /// Notes a form that was saved.
    pub(crate) fn note(&self, draft: &str, record: &str) {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if saved.len() >= REMEMBERED {
            saved.pop_front();
        }
        saved.push_back((draft.to_owned(), record.to_owned()));
    }
}

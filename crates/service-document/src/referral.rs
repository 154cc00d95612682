//! A record that was referred to another office, and what that office answered.

use std::fmt;

use automerge::ROOT;
use automerge::transaction::Transactable;
use office_model::{Answer, OfficeCode};
use serde_json::{Map, Value};

use crate::divergence::{self, Found};
use crate::error::DocumentError;
use crate::layout::{ANSWER, REFERRAL};
use crate::path::Segment;
use crate::reading::Reading;
use crate::{Authored, Stamp, TransactionDocument};

/// Most offices that a record is referred to.
pub const REFERRALS_MAX: usize = 16;
/// Most that a document has: what two machines referred apart comes together.
pub(crate) const REFERRALS_HELD_MAX: usize = 4 * REFERRALS_MAX;
/// Longest text that says what is asked, in characters.
const ASKED_MAX: usize = 500;

/// What an office answered. In the document it is a text at `answer/OFFICE`: the word, then the reason behind a space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GivenAnswer {
    /// What.
    pub answer: Answer,
    /// Why, where something was said.
    pub why: Option<String>,
}

impl fmt::Debug for GivenAnswer {
    /// Without the reason: it may name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenAnswer({})", self.answer)
    }
}

impl GivenAnswer {
    /// As it stands in the document.
    pub fn text(&self) -> String {
        match &self.why {
            Some(why) => format!("{} {why}", self.answer),
            None => self.answer.to_string(),
        }
    }

    /// Reads what [`GivenAnswer::text`] says. `None` for what no program of ours writes.
    pub fn from_text(text: &str) -> Option<Self> {
        let (word, why) = match text.split_once(' ') {
            Some((word, why)) => (word, Some(why)),
            None => (text, None),
        };
        let answer: Answer = word.parse().ok()?;
        answer.check(why).ok()?;
        Some(Self { answer, why: why.map(str::to_owned) })
    }
}

/// One office that a record was referred to. In the document, what is asked is a text at `referral/OFFICE`.
#[derive(Clone, PartialEq, Eq)]
pub struct Referral {
    /// The office.
    pub office: OfficeCode,
    /// What it is asked for; may be empty.
    pub asked: String,
    /// What it answered: nothing yet, one answer, or several that its machines gave apart (the shown one first).
    pub answers: Vec<GivenAnswer>,
}

impl fmt::Debug for Referral {
    /// Without what was asked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Referral").field("office", &self.office).field("answers", &self.answers).finish_non_exhaustive()
    }
}

/// Where what is asked of an office stands.
fn key_of_referral(office: OfficeCode) -> String {
    format!("{REFERRAL}{office}")
}

/// Where the answer of an office stands.
pub(crate) fn key_of_answer(office: OfficeCode) -> String {
    format!("{ANSWER}{office}")
}

/// What stands at a root key of a referral.
pub(crate) enum OfReferral {
    /// What an office is asked for.
    Asked(OfficeCode),
    /// What an office answered.
    Answered(OfficeCode),
}

impl OfReferral {
    /// By the key; `None` for other keys.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        match key.strip_prefix(REFERRAL) {
            Some(office) => office.parse().ok().map(Self::Asked),
            None => key.strip_prefix(ANSWER)?.parse().ok().map(Self::Answered),
        }
    }
}

/// The referrals of a document with this root, by office.
pub(crate) fn of_root(root: &Map<String, Value>) -> Vec<Referral> {
    let mut referrals: Vec<Referral> = root.iter().filter_map(|(key, value)| of_entry(root, key, value)).collect();
    referrals.sort_by_key(|referral| referral.office);
    referrals
}

fn of_entry(root: &Map<String, Value>, key: &str, value: &Value) -> Option<Referral> {
    let OfReferral::Asked(office) = OfReferral::of_key(key)? else { return None };
    // A newer version may write more than a text. That the record was referred holds whatever stands there.
    let asked = value.as_str().unwrap_or_default().to_owned();
    let answer = root.get(&key_of_answer(office)).and_then(Value::as_str).and_then(GivenAnswer::from_text);
    Some(Referral { office, asked, answers: answer.into_iter().collect() })
}

/// Adds the answers that an office's machines gave apart.
pub(crate) fn add_apart(
    document: &automerge::Automerge,
    reading: &Reading,
    referrals: &mut [Referral],
) -> Result<(), DocumentError> {
    for contested in &reading.contested {
        let [Segment::Key(key)] = contested.segments.as_slice() else { continue };
        let Some(referral) = referrals.iter_mut().find(|referral| key_of_answer(referral.office) == *key) else {
            continue;
        };
        let found = divergence::distinct(document, None, contested)?;
        let read = |found: Found| found.value.as_str().and_then(GivenAnswer::from_text);
        referral.answers = found.into_iter().filter_map(read).collect();
    }
    Ok(())
}

impl TransactionDocument {
    /// Refers the record to offices, each with what it is asked for. Those it was referred to already with the same words
    /// are passed over; with other words these take the place of the old ones. `None` when nothing is new.
    ///
    /// # Errors
    ///
    /// When an office is the record's own or a village, it would be too many, or a limit is passed.
    pub fn refer(&mut self, to: &[(OfficeCode, &str)], stamp: &Stamp) -> Result<Option<Authored>, DocumentError> {
        let held = &self.row().referrals;
        let mut new = Vec::new();
        for (office, asked) in to {
            let asked = asked.trim();
            if office.is_village() || *office == self.row().office || office.regency() != self.row().office.regency() {
                return Err(DocumentError::NoReferralTo(*office));
            }
            if asked.chars().count() > ASKED_MAX {
                return Err(DocumentError::TooLarge(format!("what is asked is longer than {ASKED_MAX} characters")));
            }
            if !held.iter().any(|referral| referral.office == *office && referral.asked == asked) {
                new.push((*office, asked));
            }
        }
        let fresh = new.iter().filter(|(office, _)| !held.iter().any(|referral| referral.office == *office)).count();
        if held.len() + fresh > REFERRALS_MAX {
            return Err(DocumentError::TooLarge(format!("a record is referred to at most {REFERRALS_MAX} offices")));
        }
        self.commit(stamp, |transaction| {
            new.iter().try_for_each(|(office, asked)| Ok(transaction.put(ROOT, key_of_referral(*office), *asked)?))
        })
    }

    /// Answers for an office that the record was referred to. `None` when just this is its answer already.
    ///
    /// # Errors
    ///
    /// When it was not referred there, a due reason is missing, or a limit is passed.
    pub fn answer(
        &mut self,
        office: OfficeCode,
        answer: Answer,
        reason: Option<&str>,
        stamp: &Stamp,
    ) -> Result<Option<Authored>, DocumentError> {
        let Some(referral) = self.row().referrals.iter().find(|referral| referral.office == office) else {
            return Err(DocumentError::NotReferred(office));
        };
        answer.check(reason)?;
        let why = reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
        let given = GivenAnswer { answer, why };
        if referral.answers == [given.clone()] {
            return Ok(None);
        }
        self.commit(stamp, |transaction| Ok(transaction.put(ROOT, key_of_answer(office), given.text())?))
    }
}

//! What was signed: a letter says for good what its record said when somebody signed it.

use automerge::Automerge;
use change_log::{ChangeHash, DocumentId};
use office_model::{OwnValue, Status, calendar};
use serde_json::{Map, Value};

use crate::layout::{FIELDS, NUMBER, STEP_CAMAT, STEP_SEAL, STEP_TO, STEP_UNDER, STEPS};
use crate::reading::Reading;
use crate::signing::{self, SigningStep};
use crate::{ApprovingCamat, Edited, HistoryItem, TransactionDocument, divergence, path, row};

/// What a letter is printed by, as its signer had it. In the step it is a text: the document of the profile, or `-`, and the
/// version of the templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedUnder {
    /// The publication of the office's profile that stood there; nothing where it had none.
    pub profile: Option<DocumentId>,
    /// Version of the letter templates.
    pub templates: u16,
}

/// What a step that leads to a letter says of its paper.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignedBy<'a> {
    /// What it is printed by.
    pub under: Option<SignedUnder>,
    /// The mark of its seal, if the step signs it.
    pub seal: Option<&'a str>,
    /// Who approves for the sub-district, if the step does so.
    pub camat: Option<&'a ApprovingCamat>,
}

/// What stands for no profile.
const NO_PROFILE: &str = "-";

impl SignedUnder {
    pub(crate) fn text(&self) -> String {
        let profile = self.profile.map_or_else(|| NO_PROFILE.to_owned(), |id| id.to_string());
        format!("{profile} {}", self.templates)
    }

    /// `None` for what a newer version may write.
    fn from_text(text: &str) -> Option<Self> {
        let (profile, templates) = text.split_once(' ')?;
        let profile = if profile == NO_PROFILE { None } else { Some(profile.parse().ok()?) };
        Some(Self { profile, templates: templates.parse().ok()? })
    }
}

/// One signature under a record.
#[derive(Clone, PartialEq)]
pub struct Signature {
    /// The change that signed.
    pub hash: ChangeHash,
    /// When: milliseconds since 1970 UTC, by the hub's clock where the difference was known.
    pub millis: i64,
    /// The form's values, as the signer's machine had them.
    pub fields: Map<String, Value>,
    /// The number of the letter, the same way.
    pub number: Option<String>,
    /// What it is printed by; nothing where the step does not say.
    pub under: Option<SignedUnder>,
    /// The mark of its seal, which each machine prints; nothing where the step has none.
    pub seal: Option<String>,
    /// Whether it is the camat's approval: the record had been passed on to the sub-district.
    pub is_of_camat: bool,
    /// Who approved for the sub-district, where its step says.
    pub camat: Option<ApprovingCamat>,
}

/// What registers say of a signed letter, as its paper says it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedPaper {
    /// Name of the person it is about.
    pub name: Option<String>,
    /// The number of the letter.
    pub number: Option<String>,
    /// When it was signed, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
    pub signed_millis: i64,
    /// When it was handed over, the same way; nothing where it was not.
    pub handed_millis: Option<i64>,
}

impl std::fmt::Debug for SignedPaper {
    /// Without the name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedPaper").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The paper of a record that was signed once, where its changes follow one another in one line: told without the library, in a
/// tenth of the time that loading its history takes. `None`: ask [`TransactionDocument::signatures`].
pub fn plain_paper_of(raw_changes: &[&[u8]]) -> Option<SignedPaper> {
    crate::plain::paper(raw_changes)
}

impl std::fmt::Debug for Signature {
    /// Without the values: they may be personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature").field("hash", &self.hash).field("millis", &self.millis).finish_non_exhaustive()
    }
}

impl Signature {
    /// What registers say of it. `handed_millis`: as [`TransactionDocument::handed_over`] tells it.
    pub fn paper(&self, handed_millis: Option<i64>) -> SignedPaper {
        SignedPaper {
            name: row::first_name(&self.fields),
            number: self.number.clone(),
            signed_millis: self.millis,
            handed_millis,
        }
    }

    /// Whether both are under the same paper.
    pub fn is_of_same_paper(&self, other: &Self) -> bool {
        (&self.fields, &self.number, self.under, self.is_of_camat, &self.camat)
            == (&other.fields, &other.number, other.under, other.is_of_camat, &other.camat)
            && calendar::wib_date(self.millis) == calendar::wib_date(other.millis)
    }
}

impl TransactionDocument {
    /// Every signature under it, the first one first. Who settles between two states signs nothing. What was signed on two
    /// machines apart has two, and so has nothing else: what is signed is not signed again.
    pub fn signatures(&self) -> Vec<Signature> {
        let automerge = &self.automerge;
        let steps = signing::steps(automerge, &automerge.get_changes_meta(&[])).unwrap_or_default();
        let mut found: Vec<Signature> = steps.iter().filter_map(|step| given(automerge, step)).collect();
        found.sort_by_key(|signature| (signature.millis, signature.hash));
        found
    }

    /// When its letter was last handed over, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
    pub fn handed_over(&self) -> Option<i64> {
        let hands = |edit: &Edited| is_step_to(edit, Status::Selesai);
        self.history().iter().rfind(|item| item.changed.iter().any(hands)).map(HistoryItem::at_millis)
    }
}

/// So many papers are compared: what else is signed is no record of ours.
const SIGNINGS_MAX: usize = 8;

/// Whether these steps signed different papers.
pub(crate) fn are_two_papers(document: &Automerge, steps: &[SigningStep]) -> bool {
    if steps.len() < 2 {
        return false;
    }
    let mut papers = steps.iter().take(SIGNINGS_MAX).filter_map(|step| given(document, step));
    papers.next().is_some_and(|first| papers.any(|other| !other.is_of_same_paper(&first)))
}

/// What a step signed; nothing where it settled between two states.
fn given(document: &Automerge, step: &SigningStep) -> Option<Signature> {
    let before = Reading::of(document, Some(&step.after)).ok()?;
    // Two who took the same step apart left one state, and nothing to settle.
    let apart = before.contested.iter().find(|contested| path::is_status(&contested.segments));
    let states = apart.map_or(Ok(Vec::new()), |apart| divergence::distinct(document, Some(&step.after), apart));
    if states.ok()?.len() > 1 {
        return None;
    }
    let then = Reading::of(document, Some(&[step.change])).ok()?.root;
    let steps = then.get(STEPS).and_then(Value::as_array)?;
    Some(Signature {
        hash: ChangeHash(step.change.0),
        millis: step.millis,
        fields: then.get(FIELDS)?.as_object()?.clone(),
        number: then.get(NUMBER).and_then(Value::as_str).map(str::to_owned),
        under: under(steps),
        seal: said_in_signing(steps, STEP_SEAL).map(str::to_owned),
        camat: said_in_signing(steps, STEP_CAMAT).and_then(ApprovingCamat::from_text),
        is_of_camat: step.is_of_camat,
    })
}

fn is_step_to(edit: &Edited, to: Status) -> bool {
    edit.own == Some(OwnValue::Status) && !edit.settled && is_status(edit.to.as_ref(), to)
}

fn is_status(value: Option<&Value>, status: Status) -> bool {
    value.and_then(Value::as_str) == Some(status.as_str())
}

/// What the last step that leads to a letter says of it: the village's own signature, or that it passed the record on to the
/// camat, who has none of the village's profiles.
fn under(steps: &[Value]) -> Option<SignedUnder> {
    let leads = |step: &&Value| status_of(step).is_some_and(leads_to_letter);
    // A step before it was of another try.
    let mut last = steps.iter().rev().filter(leads);
    let signed = last.next()?;
    let said = text(signed, STEP_UNDER).or_else(|| last.next().and_then(|passed_on| text(passed_on, STEP_UNDER)));
    SignedUnder::from_text(said?)
}

/// What the step that signed says under a key.
fn said_in_signing<'a>(steps: &'a [Value], key: &str) -> Option<&'a str> {
    let signs = |step: &&Value| status_of(step) == Some(Status::Ditandatangani);
    steps.iter().rev().find(signs).and_then(|signed| text(signed, key))
}

fn status_of(step: &Value) -> Option<Status> {
    text(step, STEP_TO).and_then(|to| to.parse().ok())
}

fn text<'a>(step: &'a Value, key: &str) -> Option<&'a str> {
    step.get(key).and_then(Value::as_str)
}

/// Whether a step to this status says what its letter is printed by.
pub(crate) const fn leads_to_letter(to: Status) -> bool {
    matches!(to, Status::MenungguCamat | Status::Ditandatangani)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_under_shows_itself_again() {
        let id = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".parse().unwrap();
        for under in [SignedUnder { profile: Some(id), templates: 3 }, SignedUnder { profile: None, templates: 1 }] {
            assert_eq!(SignedUnder::from_text(&under.text()), Some(under));
        }
        for text in ["", "-", "x 1", "- x", "- 1 more"] {
            assert_eq!(SignedUnder::from_text(text), None, "{text}");
        }
    }
}

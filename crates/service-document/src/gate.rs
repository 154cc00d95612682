//! The gate: what another machine sent becomes visible only after it passed here.
//!
//! Automerge 0.12 panics on, or is poisoned by, changes that a faulty or hostile machine can make with valid
//! checksums. So: cheap rules on the header first, then a trial of the whole document on a scratch copy that is
//! thrown away. All candidates are tried at once; only when that fails, ever smaller groups are, so that a bad
//! change is found without taking good ones with it.

use std::collections::BTreeMap;

use change_log::{ChangeHash, DocumentId, EpochId, RawChange, RawChangeError};
use office_model::OfficeCode;

use crate::belonging::Belonging;
use crate::decision;
use crate::limits::{DOCUMENT_BYTES_MAX, PARKED_MAX, TRIAL_BYTES_BASE, TRIAL_BYTES_MAX};
use crate::lineage::{Lineage, Misfit};
use crate::refusal::{Refusal, RefusalCode};
use crate::row::DocumentRow;
use crate::trial;

/// A change that wants to become visible.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The log it stands in.
    pub epoch: EpochId,
    /// The hash it was announced with.
    pub hash: ChangeHash,
    /// The raw change chunk.
    pub raw: &'a [u8],
    /// The office it was made at, where that is one that the document was brought before: it may decide or answer, and
    /// change nothing else.
    pub guest: Option<OfficeCode>,
}

/// What becomes of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Visible from now on (or it was already).
    Accepted,
    /// It waits for changes that are not here, or that were refused.
    Parked {
        /// Their hashes, ascending.
        missing: Vec<ChangeHash>,
    },
    /// Kept out, with the reason.
    Refused(Refusal),
}

/// The gate's answer about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// One for each candidate, in their order.
    pub judgements: Vec<Judgement>,
    /// The document's row from now on; `None` when no candidate changed it.
    pub row: Option<DocumentRow>,
}

/// Judges changes of one document. Never panics, whatever the bytes, and leaves nothing behind.
///
/// `accepted` are the raw changes visible in this document already; `belonging` is what it must be to an office. One bad
/// candidate never takes a good one with it; those that build on a bad one are parked. The same input gives the
/// same verdict on every machine; of two changes with the same epoch and number the accepted or first one stays.
pub fn judge(document: DocumentId, belonging: Belonging, accepted: &[&[u8]], candidates: &[Candidate<'_>]) -> Verdict {
    let mut gate = Gate {
        document,
        belonging,
        lineage: Lineage::default(),
        visible: Vec::with_capacity(accepted.len() + candidates.len()),
        bytes: 0,
        judgements: BTreeMap::new(),
        row: None,
        sound: None,
        failed_bytes: 0,
    };
    if gate.take_accepted(accepted) {
        let headers = gate.headers(candidates);
        let mut queue: Vec<usize> = headers.keys().copied().collect();
        queue.sort_by_key(|index| headers.get(index).map(|header| (header.start_op, *index)));
        gate.admit(&headers, candidates, &queue);
        // Parked only because it came before what it builds on: its numbers lie, so now it is refused.
        let parked: Vec<usize> = queue.into_iter().filter(|index| gate.is_parked(*index)).collect();
        gate.admit(&headers, candidates, &parked);
        gate.limit_parked();
    }
    if gate.sound == Some(false) {
        // What the first round said of duplicates and forks does not count then.
        gate.judgements.clear();
    }
    let unreadable = || Judgement::Refused(Refusal::new(RefusalCode::DocumentUnreadable, "its accepted changes"));
    let judgements = (0..candidates.len()).map(|index| gate.judgements.remove(&index).unwrap_or_else(unreadable));
    Verdict { judgements: judgements.collect(), row: gate.row.take() }
}

struct Gate<'a> {
    document: DocumentId,
    belonging: Belonging,
    lineage: Lineage,
    visible: Vec<&'a [u8]>,
    bytes: usize,
    judgements: BTreeMap<usize, Judgement>,
    row: Option<DocumentRow>,
    /// Whether what is visible passed a trial; not known before it is asked or a group passed.
    sound: Option<bool>,
    /// Bytes that trials which failed have cost so far.
    failed_bytes: usize,
}

impl<'a> Gate<'a> {
    /// Whether the visible changes have headers that fit each other. They passed the gate once, so if not, the
    /// store is damaged.
    fn take_accepted(&mut self, accepted: &[&'a [u8]]) -> bool {
        let Ok(mut headers) = accepted.iter().map(|raw| RawChange::parse(raw)).collect::<Result<Vec<_>, _>>() else {
            return false;
        };
        headers.sort_by_key(|header| header.start_op);
        self.visible.extend_from_slice(accepted);
        self.bytes = accepted.iter().map(|raw| raw.len()).sum();
        headers.iter().all(|header| self.lineage.contains(&header.hash) || self.lineage.add(header).is_ok())
    }

    /// The headers of the candidates that keep the rules which need nothing but their own bytes.
    fn headers(&mut self, candidates: &[Candidate<'a>]) -> BTreeMap<usize, RawChange<'a>> {
        let mut headers = BTreeMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            match header(candidate) {
                Ok(header) => {
                    headers.insert(index, header);
                }
                Err(refusal) => {
                    self.judgements.insert(index, Judgement::Refused(refusal));
                }
            }
        }
        headers
    }

    /// Tries the candidates of `queue` (in the order of their operation numbers) together, or else in halves.
    fn admit(&mut self, headers: &BTreeMap<usize, RawChange<'a>>, candidates: &[Candidate<'a>], queue: &[usize]) {
        let (visible, bytes) = (self.visible.len(), self.bytes);
        let mut group = Vec::with_capacity(queue.len());
        let mut added = Vec::with_capacity(queue.len());
        for index in queue {
            let (Some(header), Some(candidate)) = (headers.get(index), candidates.get(*index)) else { continue };
            if self.lineage.contains(&header.hash) {
                self.judgements.insert(*index, Judgement::Accepted);
                group.push(*index);
                continue;
            }
            if let Err(judgement) = self.take(header, candidate) {
                self.judgements.insert(*index, judgement);
            } else {
                group.push(*index);
                added.push(header.hash);
            }
        }
        if added.is_empty() {
            return;
        }
        match self.try_visible() {
            Ok(row) => {
                self.judgements.extend(group.iter().map(|index| (*index, Judgement::Accepted)));
                self.row = Some(row);
                self.sound = Some(true);
            }
            Err(refusal) => {
                added.iter().rev().for_each(|hash| self.lineage.remove(hash));
                self.visible.truncate(visible);
                self.bytes = bytes;
                if refusal.code == RefusalCode::TooManyBad {
                    let refused = queue.iter().map(|index| (*index, Judgement::Refused(refusal.clone())));
                    self.judgements.extend(refused);
                } else if self.is_sound() {
                    self.divide(headers, candidates, queue, refusal);
                }
            }
        }
    }

    /// A trial of what is visible now, while there is budget for failures: somebody may send nothing but bad ones.
    fn try_visible(&mut self) -> Result<DocumentRow, Refusal> {
        if self.failed_bytes > TRIAL_BYTES_MAX {
            return Err(Refusal::new(RefusalCode::TooManyBad, "not tried, too many others failed"));
        }
        let outcome = trial::run(self.belonging, &self.visible, &self.lineage.heads());
        if outcome.is_err() {
            self.failed_bytes += self.visible.iter().map(|raw| raw.len() + TRIAL_BYTES_BASE).sum::<usize>();
        }
        outcome
    }

    /// Whether the accepted changes alone pass a trial. If not, no candidate is to blame.
    fn is_sound(&mut self) -> bool {
        if self.sound.is_none() {
            let sound =
                self.visible.is_empty() || trial::run(self.belonging, &self.visible, &self.lineage.heads()).is_ok();
            self.sound = Some(sound);
        }
        self.sound == Some(true)
    }

    /// Judges the halves of a group that failed. All of it, not only what was tried: a fork was perhaps measured
    /// against a change that is now refused.
    fn divide(
        &mut self,
        headers: &BTreeMap<usize, RawChange<'a>>,
        candidates: &[Candidate<'a>],
        queue: &[usize],
        refusal: Refusal,
    ) {
        if let [only] = queue {
            self.judgements.insert(*only, Judgement::Refused(refusal));
            return;
        }
        let (left, right) = queue.split_at(queue.len() / 2);
        self.admit(headers, candidates, left);
        self.admit(headers, candidates, right);
    }

    /// Puts one candidate among the visible ones, if the rules about its header allow.
    fn take(&mut self, header: &RawChange<'a>, candidate: &Candidate<'a>) -> Result<(), Judgement> {
        let bytes = self.bytes + candidate.raw.len();
        if bytes > DOCUMENT_BYTES_MAX {
            let detail = format!("{bytes} bytes, {DOCUMENT_BYTES_MAX} allowed");
            return Err(Judgement::Refused(Refusal::new(RefusalCode::DocumentTooLarge, detail)));
        }
        let first = self.lineage.is_empty();
        if first && header.dependencies.is_empty() && !begins(self.document, header.millis) {
            let detail = format!("made at {}, the document's id says otherwise", header.millis);
            return Err(Judgement::Refused(Refusal::new(RefusalCode::Identity, detail)));
        }
        self.lineage.add(header).map_err(|misfit| match misfit {
            Misfit::Missing(missing) => Judgement::Parked { missing },
            Misfit::Refused(refusal) => Judgement::Refused(refusal),
        })?;
        if let Err(refusal) = self.may_write(header, candidate) {
            self.lineage.remove(&header.hash);
            return Err(Judgement::Refused(refusal));
        }
        self.visible.push(candidate.raw);
        self.bytes = bytes;
        Ok(())
    }

    /// The rules of who may write what in a document.
    fn may_write(&self, header: &RawChange<'_>, candidate: &Candidate<'_>) -> Result<(), Refusal> {
        if decision::takes_back(header, &self.visible) {
            return Err(Refusal::new(RefusalCode::Shape, "it takes a step or a referral back, or alters one"));
        }
        candidate.guest.map_or(Ok(()), |guest| {
            decision::check((header, candidate.raw.len()), (guest, self.belonging.office()), &self.visible)
        })
    }

    fn is_parked(&self, index: usize) -> bool {
        matches!(self.judgements.get(&index), Some(Judgement::Parked { .. }))
    }

    fn limit_parked(&mut self) {
        let parked = self.judgements.values_mut().filter(|judgement| matches!(judgement, Judgement::Parked { .. }));
        for judgement in parked.skip(PARKED_MAX) {
            let detail = format!("{PARKED_MAX} wait already");
            *judgement = Judgement::Refused(Refusal::new(RefusalCode::TooManyParked, detail));
        }
    }
}

/// The rules that need nothing but the candidate's bytes.
fn header<'a>(candidate: &Candidate<'a>) -> Result<RawChange<'a>, Refusal> {
    let header = RawChange::parse(candidate.raw).map_err(|error| {
        let code = if error == RawChangeError::TooLong { RefusalCode::TooLarge } else { RefusalCode::Malformed };
        Refusal::new(code, error.to_string())
    })?;
    if header.hash != candidate.hash {
        return Err(Refusal::new(RefusalCode::Hash, format!("its bytes hash to {}", header.hash)));
    }
    if header.actor != candidate.epoch {
        return Err(Refusal::new(RefusalCode::Actor, format!("made under {}", header.actor)));
    }
    if header.op_count == 0 {
        return Err(Refusal::new(RefusalCode::Empty, "no operation"));
    }
    Ok(header)
}

/// Whether a change made at `millis` can be the first of this document, whose id carries that time.
fn begins(document: DocumentId, millis: i64) -> bool {
    let in_id = document.as_bytes().iter().take(6).fold(0, |time, byte| (time << 8) | u64::from(*byte));
    u64::try_from(millis).unwrap_or(0).min((1 << 48) - 1) == in_id
}

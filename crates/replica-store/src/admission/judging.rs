//! Judging what is pending: the gate's verdicts become visible, many documents with one commit.

use change_log::{EntryHash, RawChange};
use rusqlite::Connection;
use service_document::{Belonging, DocumentRow, Judgement, RefusalCode, Verdict};

use crate::admission::gate::{Case, CaseCandidate, Gate};
use crate::admission::refusal::{self, Reason, RefusalSource, codes};
use crate::documents::{change_run, publication};
use crate::entries::entry::{self, EntryState, Stored};
use crate::entries::{digest, log};
use crate::file::work::Work;
use crate::hub::brought;
use crate::views::rows;
use crate::{Reader, Replica, Role, StoreError};

/// Versions that machines of an office may have made apart before they met.
const VERSIONS_AHEAD_MAX: u32 = 1_000;
/// A clock may be wrong by so much.
const PUBLISHED_AHEAD_MILLIS: i64 = 2 * 24 * 60 * 60 * 1000;
/// Raw bytes of one round, but for its last document.
const ROUND_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Raw bytes of pending changes in one case, but for its last one: a document may have 256 KiB, a sender may send more.
const PENDING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a round of judging did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JudgeReport {
    /// Documents looked at.
    pub documents: u64,
    /// Entries that became visible.
    pub accepted: u64,
    /// Entries that wait for changes they build on.
    pub parked: u64,
    /// Entries kept out.
    pub refused: u64,
    /// Documents whose changes moved meanwhile: they are judged again in the next round.
    pub stale: u64,
    /// Documents that were brought before another office (hub): what came from there meanwhile is judged next.
    pub brought: u64,
}

/// A walk through everything that was pending when it began, some documents at a time, to be judged anywhere while
/// others go on writing. What arrives meanwhile may or may not be met; what was there before is.
#[derive(Debug, Clone, Default)]
pub struct JudgingWalk {
    /// Documents up to this one are behind it.
    after: i64,
    /// The last document that was pending when it began. Without an end, it would run after whoever writes on and on.
    until: Option<i64>,
    again: bool,
}

impl JudgingWalk {
    /// Whether everything that was pending at its beginning was judged; else another walk is needed. Meaningful when
    /// [`Reader::cases`] gave nothing more.
    pub const fn is_complete(&self) -> bool {
        !self.again
    }

    /// Notes what became of the last cases.
    pub const fn applied(&mut self, report: &JudgeReport) {
        self.again |= report.stale > 0 || report.brought > 0;
    }
}

impl Reader {
    /// Entries that the gate has not judged yet.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn pending(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM entry WHERE state = 0")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// The next documents of a walk with pending changes, at most `documents_max`, to be judged anywhere and handed to
    /// [`Replica::apply_verdicts`]. Fewer when they are large (some 32 MiB), and not all pending changes of a document
    /// that has more than 4 MiB of them: the others come in the next walk. Empty at the walk's end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn cases(&self, walk: &mut JudgingWalk, documents_max: usize) -> Result<Vec<Case>, StoreError> {
        cases(&self.connection, self.role(), walk, documents_max)
    }
}

impl Replica {
    /// Judges at most `documents_max` documents and makes the outcome visible, in one commit. Call it until
    /// `documents` in the report is 0. `now_millis`: milliseconds since 1970 UTC, noted with refusals.
    ///
    /// # Errors
    ///
    /// When the gate cannot be run or the disk refuses: everything stays pending then.
    pub fn judge_pending(
        &mut self,
        gate: &mut dyn Gate,
        now_millis: i64,
        documents_max: usize,
    ) -> Result<JudgeReport, StoreError> {
        let cases = self.cases(&mut JudgingWalk::default(), documents_max)?;
        if cases.is_empty() {
            return Ok(JudgeReport::default());
        }
        let verdicts = gate.judge_all(&cases)?;
        self.apply_verdicts(&cases, &verdicts, now_millis)
    }

    /// Makes verdicts visible: states, feeds (hub), digests, rows and search in one commit.
    ///
    /// # Errors
    ///
    /// When there is not one verdict for each case, or the disk refuses: everything stays pending then.
    pub fn apply_verdicts(
        &mut self,
        cases: &[Case],
        verdicts: &[Verdict],
        now_millis: i64,
    ) -> Result<JudgeReport, StoreError> {
        let fits = |(case, verdict): (&Case, &Verdict)| case.candidates.len() == verdict.judgements.len();
        if cases.len() != verdicts.len() || !cases.iter().zip(verdicts).all(fits) {
            return Err(StoreError::Misuse("the gate must give one verdict a case, one judgement a candidate"));
        }
        self.write(|work| {
            let mut report = JudgeReport::default();
            let mut shown = Vec::new();
            let mut current = Vec::with_capacity(cases.len());
            for (case, verdict) in cases.iter().zip(verdicts) {
                if apply(work, case, verdict, now_millis, (&mut report, &mut shown))? {
                    current.push((case.index, verdict));
                }
            }
            // In the order of their logs a feed is a few long runs. Documents that several logs had a part in come
            // last, so that what others build on stands before them.
            shown.sort_unstable_by_key(|shown| shown.order);
            for Shown { place, document, office, hash, .. } in shown {
                match work.role {
                    Role::Hub => show(work, place, (document, office), hash)?,
                    Role::Node => change_run::tell(work.connection, place)?,
                }
            }
            if work.role == Role::Hub {
                for (document, verdict) in current {
                    report.brought += bring(work, document, verdict)?;
                }
            }
            Ok(report)
        })
    }
}

/// An entry that became visible.
struct Shown {
    /// 0 and 0, or 1 and the number of its first operation; then its place.
    order: (u8, u64, i64),
    place: i64,
    document: i64,
    office: i64,
    hash: EntryHash,
}

fn cases(
    connection: &Connection,
    role: Role,
    walk: &mut JudgingWalk,
    documents_max: usize,
) -> Result<Vec<Case>, StoreError> {
    let until = if let Some(until) = walk.until {
        until
    } else {
        let sql = "SELECT coalesce(max(document), 0) FROM entry WHERE state = 0";
        *walk.until.insert(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    };
    let sql = "SELECT DISTINCT document FROM entry WHERE state = 0 AND document > ? AND document <= ?
               ORDER BY document LIMIT ?";
    let mut statement = connection.prepare_cached(sql)?;
    let limits = [walk.after, until, log::signed(documents_max as u64)];
    let documents = statement.query_map(limits, |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut offices = std::collections::BTreeMap::new();
    let mut cases = Vec::with_capacity(documents.len());
    let mut round_bytes = 0;
    for index in documents {
        if round_bytes > ROUND_BYTES_MAX {
            break;
        }
        let (mut accepted, mut candidates) = (Vec::new(), Vec::new());
        let (mut whose, mut pending_bytes) = (None, 0);
        entry::for_each_of_document(connection, index, |stored| {
            whose = Some((stored.id, stored.office));
            let is_guest = role == Role::Hub && stored.is_of_guest();
            if is_guest && stored.state != EntryState::Accepted && !is_before(connection, &stored)? {
                return Ok(());
            }
            match stored.state {
                EntryState::Pending if pending_bytes > PENDING_BYTES_MAX => {
                    walk.again = true;
                    return Ok(());
                }
                EntryState::Refused => return Ok(()),
                EntryState::Pending => pending_bytes += stored.raw.len(),
                EntryState::Accepted | EntryState::Parked => {}
            }
            round_bytes += stored.raw.len();
            if stored.state == EntryState::Accepted {
                accepted.push(stored.raw);
            } else {
                let guest = match stored.log_office.filter(|_| is_guest) {
                    Some(office) => Some(digest::office_code(connection, office)?),
                    None => None,
                };
                let Stored { epoch, hash, raw, place, .. } = stored;
                candidates.push(CaseCandidate { epoch, hash, raw, guest, place });
            }
            Ok(())
        })?;
        walk.after = index;
        // Nothing but what waits until the document is brought before its office.
        let Some((document, office)) = whose.filter(|_| !candidates.is_empty()) else { continue };
        let office = match offices.get(&office) {
            Some(code) => *code,
            None => *offices.entry(office).or_insert(digest::office_code(connection, office)?),
        };
        let belonging = match role {
            Role::Node if !office.is_village() => Belonging::ToOrBefore(office),
            Role::Node | Role::Hub => Belonging::To(office),
        };
        cases.push(Case { document, belonging, accepted, candidates, index });
    }
    Ok(cases)
}

fn apply(
    work: &mut Work<'_>,
    case: &Case,
    verdict: &Verdict,
    now: i64,
    (report, shown): (&mut JudgeReport, &mut Vec<Shown>),
) -> Result<bool, StoreError> {
    report.documents += 1;
    if !is_current(work.connection, case)? {
        report.stale += 1;
        return Ok(false);
    }
    let office = digest::office_index(work.connection, &case.belonging.office())?;
    let mut accepted = Vec::new();
    for (candidate, judgement) in case.candidates.iter().zip(&verdict.judgements) {
        match judgement {
            Judgement::Accepted => accepted.push(candidate),
            Judgement::Parked { missing } => {
                report.parked += 1;
                let detail = format!("waits for {} changes", missing.len());
                change_run::withdraw(work.connection, candidate.place, case.document, candidate.hash)?;
                keep_out(work, candidate.place, EntryState::Parked, (codes::MISSING, &detail), now)?;
            }
            Judgement::Refused(refused) => {
                report.refused += 1;
                let reason = (refused.code.as_str(), refused.detail.as_str());
                change_run::withdraw(work.connection, candidate.place, case.document, candidate.hash)?;
                keep_out(work, candidate.place, EntryState::Refused, reason, now)?;
            }
        }
    }
    if let Some(why) = misplaced(work, verdict, &accepted, now)? {
        for candidate in accepted {
            report.refused += 1;
            keep_out(work, candidate.place, EntryState::Refused, (RefusalCode::Office.as_str(), why), now)?;
        }
        return Ok(true);
    }
    report.accepted += accepted.len() as u64;
    let mixed = accepted.iter().any(|candidate| accepted.first().is_some_and(|first| first.epoch != candidate.epoch));
    for candidate in accepted {
        entry::set_state(work.connection, candidate.place, EntryState::Accepted)?;
        refusal::take_back(work.connection, candidate.place)?;
        let place = candidate.place;
        let start = || RawChange::parse(&candidate.raw).map_or(0, |change| change.start_op);
        let order = if mixed { (1, start(), place) } else { (0, 0, place) };
        let hash = EntryHash::of(case.document, candidate.hash);
        shown.push(Shown { order, place, document: case.index, office, hash });
    }
    if let Some(row) = &verdict.row {
        rows::put(work.connection, case.index, row)?;
    }
    Ok(true)
}

/// Why a publication is not for the machine of an office to make (hub). Its documents have one change.
fn misplaced(
    work: &Work<'_>,
    verdict: &Verdict,
    accepted: &[&CaseCandidate],
    now: i64,
) -> Result<Option<&'static str>, StoreError> {
    let (Role::Hub, Some(DocumentRow::Publication(said)), [only]) = (work.role, &verdict.row, accepted) else {
        return Ok(None);
    };
    // The hub may have written it in a life that it does not know any more.
    if log::get(work.connection, only.epoch)?.office.is_none()
        || verdict.row.as_ref().is_some_and(|row| work.is_of_hub(row))
    {
        return Ok(None);
    }
    Ok(if said.may_come_from_office() {
        let newest =
            publication::newest(work.connection, digest::office_index(work.connection, &said.office)?, &said.topic)?;
        let is_next = said.version <= newest.saturating_add(VERSIONS_AHEAD_MAX);
        let is_now = said.published_millis <= now.saturating_add(PUBLISHED_AHEAD_MILLIS);
        (!is_next || !is_now).then_some("nothing that is published later could take its place")
    } else {
        Some("only the hub publishes this topic")
    })
}

/// Whether the document is as it was when the case was taken. (Late candidates do not matter: they stay pending.)
fn is_current(connection: &Connection, case: &Case) -> Result<bool, StoreError> {
    let sql = "SELECT sum(state = 1), sum(state = 0 OR state = 3) FROM entry WHERE document = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let (accepted, open): (i64, i64) = statement.query_row([case.index], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(accepted.unsigned_abs() == case.accepted.len() as u64 && open.unsigned_abs() >= case.candidates.len() as u64)
}

fn keep_out(work: &Work<'_>, place: i64, state: EntryState, reason: (&str, &str), now: i64) -> Result<(), StoreError> {
    entry::set_state(work.connection, place, state)?;
    let (code, detail) = reason;
    refusal::note(work, place, &Reason { source: RefusalSource::Gate, code, detail, at: Some(now) })
}

/// An entry becomes part of the feeds and digests of its office and of those that its document was brought before (hub).
pub(crate) fn show(
    work: &mut Work<'_>,
    place: i64,
    (document, office): (i64, i64),
    hash: EntryHash,
) -> Result<(), StoreError> {
    let connection = work.connection;
    for audience in std::iter::once(office).chain(brought::offices(connection, document)?) {
        work.feed(audience)?.append(connection, place, hash)?;
        work.digest_with(audience, hash)?;
    }
    Ok(())
}

/// Brings a document before the offices that its row names; to how many it was not yet.
fn bring(work: &mut Work<'_>, document: i64, verdict: &Verdict) -> Result<u64, StoreError> {
    let row = verdict.row.as_ref().and_then(|row| row.transaction());
    let mut brought = 0;
    for office in row.map_or(&[][..], |row| row.before.as_slice()) {
        brought += u64::from(brought::bring(work, document, office)?);
    }
    Ok(brought)
}

/// Whether what a guest wrote may be judged: its office was named in the document before.
fn is_before(connection: &Connection, stored: &Stored) -> Result<bool, StoreError> {
    stored.log_office.map_or(Ok(false), |office| brought::is_before(connection, stored.document, office))
}

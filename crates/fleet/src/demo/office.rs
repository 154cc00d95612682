//! One office of the day: its node, its line, its clerk.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use change_log::{Digest, DocumentId};
use office_handbook::Profile;
use office_model::{Answer, ClerkId, OfficeCode, OfficeKind, Status, calendar};
use replica_store::{ListFilter, Page, Referred};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use village_node::action::NewRecord;
use village_node::sync::{Exchanged, Outcome, Progress, exchange_once};
use village_node::{Action, Blame, Failure, Node, NodeOptions};

use super::DemoError;
use crate::generate::{Generator, Record};
use crate::link::{Link, LinkPlan, Tally};

/// So many records, of which one is referred to a working unit.
const EACH_REFERRED: u64 = 10;
/// Tries to join before a bad line counts as a dead one.
const TRIES: u32 = 40;
/// No node waits longer than this before it calls again: a day here has no hours.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// What an exchange sends before its first change, about.
const HELLO_BYTES: u64 = 280;
/// Who signs letters that are made up.
const SIGNER: &str = "SUGENG HARTONO";

/// An office that joined.
pub(super) struct Office {
    pub(super) code: OfficeCode,
    pub(super) link: Link,
    node: Node,
    clerk: ClerkId,
    generator: Mutex<Generator>,
    /// Working units that it refers records to.
    units: Vec<OfficeCode>,
    /// What the line carried to join.
    joined: Tally,
    transactions: AtomicU64,
    changes: AtomicU64,
    referrals: AtomicU64,
    /// Decisions and answers, by the office that the record belongs to.
    decided: Mutex<BTreeMap<OfficeCode, u64>>,
    sent: AtomicU64,
    sent_bytes: AtomicU64,
    /// One more than the changes that the last exchange proved; 0 before the first.
    proven: AtomicU64,
}

impl Office {
    /// Lays the line and joins over it.
    pub(super) async fn join(
        dir: &Path,
        hub: SocketAddr,
        office: (OfficeCode, String),
        plan: LinkPlan,
        seed: u64,
    ) -> Result<Self, DemoError> {
        let (code, secret) = office;
        let today = calendar::wib_date(sync_server::clock::now_millis());
        let today = today.ok_or_else(|| DemoError::Internal("this machine's clock shows no day".to_owned()))?;
        let seed_of_line = crate::generate::Dice::for_text(seed, code.as_str()).draw();
        let link = Link::open(hub, plan, seed_of_line).await?;
        let url = format!("https://{}", link.address());
        let dir = dir.join(code.as_str());
        let mut tries = 0;
        let node = loop {
            match village_node::enrol(&dir, &url, &secret, &NodeOptions::default()).await {
                Ok(enrolled) => break enrolled.node,
                Err(failure) if failure.blame == Blame::Link && tries < TRIES => tries += 1,
                Err(failure) => return Err(failure.into()),
            }
        };
        let clerk: ClerkId = "siti".parse().map_err(|_| DemoError::Internal("the clerk's name".to_owned()))?;
        // As at a real office, the day begins with who signs and the first letter numbers.
        if code.is_village() {
            let mut profile = Profile::default();
            let signers = &mut profile.letterhead.signers;
            for signer in [&mut signers.kepala, &mut signers.an_sekretaris, &mut signers.ub] {
                SIGNER.clone_into(&mut signer.name);
            }
            node.perform_soon(Action::SetProfile {
                profile: Box::new(profile),
                seen: Box::default(),
                clerk: clerk.clone(),
            })
            .await?;
        }
        for _ in 0..TRIES {
            if !code.is_village() || has_numbers(&node).await? {
                break;
            }
            exchange_once(&node, |_| ()).await?;
        }
        let joined = link.tally();
        let generator = Mutex::new(Generator::new(code, seed, today));
        let zero = || AtomicU64::new(0);
        let (transactions, changes, proven) = (zero(), zero(), zero());
        let (referrals, sent, sent_bytes) = (zero(), zero(), zero());
        let decided = Mutex::new(BTreeMap::new());
        Ok(Self {
            code,
            link,
            node,
            clerk,
            generator,
            units: Vec::new(),
            joined,
            transactions,
            changes,
            referrals,
            decided,
            sent,
            sent_bytes,
            proven,
        })
    }

    /// Refers each tenth record to one of these.
    pub(super) fn refers_to(self, units: Vec<OfficeCode>) -> Self {
        Self { units, ..self }
    }

    /// Refers a record to a working unit, when it is its turn.
    async fn refer(&self, id: DocumentId, turn: u64) -> Result<(), DemoError> {
        let spread: u64 = self.code.as_str().bytes().map(u64::from).sum();
        let unit = usize::try_from(turn / EACH_REFERRED + spread).unwrap_or_default().checked_rem(self.units.len());
        let Some(to) = unit.and_then(|unit| self.units.get(unit)) else { return Ok(()) };
        if turn.is_multiple_of(EACH_REFERRED) {
            let asked = "Mohon diperiksa".to_owned();
            match self.node.perform_soon(Action::Refer { id, to: *to, asked, clerk: self.clerk.clone() }).await {
                Ok(_) => self.referrals.fetch_add(1, Ordering::Relaxed),
                // What was cancelled or refused is referred no more.
                Err(failure) if failure.code == "withdrawn" => 0,
                Err(failure) => return Err(failure.into()),
            };
        }
        Ok(())
    }

    /// Records so many transactions with their steps, each save durable before the next.
    pub(super) async fn record(&self, count: usize) -> Result<(), DemoError> {
        let records: Vec<Record> = {
            let mut generator = self.generator.lock().unwrap_or_else(PoisonError::into_inner);
            generator.by_ref().take(count).collect()
        };
        for record in records {
            let new = NewRecord::new(record.service, record.fields, None);
            let action = Action::Record { records: vec![new], clerk: self.clerk.clone() };
            let id = saved(&self.node.perform_soon(action).await?)?;
            let turn = self.transactions.fetch_add(1, Ordering::Relaxed) + 1;
            self.changes.fetch_add(1, Ordering::Relaxed);
            self.proven.store(0, Ordering::Relaxed);
            for step in record.steps {
                // What waits for the camat is decided there.
                if self.status(id)?.is_some_and(Status::waits_for_sub_district) {
                    break;
                }
                let action = Action::Step { id, to: step.to, reason: step.reason, clerk: self.clerk.clone() };
                let stepped = match self.node.perform_soon(action).await {
                    Ok(stepped) => stepped,
                    // The link was too bad for more numbers: nobody signs without one.
                    Err(failure) if failure.code == "without_number" => break,
                    Err(failure) => return Err(failure.into()),
                };
                self.changes.fetch_add(1, Ordering::Relaxed);
                let referred = stepped.get("referred").and_then(Value::as_array).is_some_and(|to| !to.is_empty());
                self.referrals.fetch_add(u64::from(referred), Ordering::Relaxed);
            }
            self.refer(id, turn).await?;
        }
        Ok(())
    }

    fn status(&self, id: DocumentId) -> Result<Option<Status>, Failure> {
        Ok(self.node.replica().row(id)?.and_then(|row| row.status.parse().ok()))
    }

    /// Decides what waits for this office, and answers what was referred to it, one in five in the negative.
    pub(super) async fn decide(&self) -> Result<(), DemoError> {
        let waiting = ListFilter {
            status: Some(Status::MenungguCamat.as_str().to_owned()),
            district: Some(self.code),
            ..ListFilter::default()
        };
        let referred = Referred { to: Some(self.code), answered: false, under_way: false };
        let referred = ListFilter { referred: Some(referred), ..ListFilter::default() };
        let all = Page { after: None, count: usize::MAX };
        let (waiting, referred) = {
            let reader = self.node.replica();
            let waiting =
                if self.code.kind() == OfficeKind::SubDistrict { reader.list(&waiting, all)? } else { Vec::new() };
            (waiting, reader.list(&referred, all)?)
        };
        let reason = || Some("Berkas belum lengkap".to_owned());
        for (row, turn) in waiting.into_iter().zip(0_u32..) {
            let (id, clerk) = (row.document, self.clerk.clone());
            let (to, reason) =
                if turn % 5 == 4 { (Status::Dikembalikan, reason()) } else { (Status::Ditandatangani, None) };
            self.node.perform_soon(Action::Step { id, to, reason, clerk }).await?;
            self.count_decision(row.office);
        }
        for (row, turn) in referred.into_iter().zip(0_u32..) {
            let (id, clerk) = (row.document, self.clerk.clone());
            let (answer, reason) =
                if turn % 5 == 4 { (Answer::Dikembalikan, reason()) } else { (Answer::Selesai, None) };
            self.node.perform_soon(Action::Answer { id, answer, reason, clerk }).await?;
            self.count_decision(row.office);
        }
        Ok(())
    }

    fn count_decision(&self, of: OfficeCode) {
        *self.decided.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_default() += 1;
    }

    /// Referrals made.
    pub(super) fn referrals(&self) -> u64 {
        self.referrals.load(Ordering::Relaxed)
    }

    /// Decisions and answers given.
    pub(super) fn decided(&self) -> u64 {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Those about records of one office.
    pub(super) fn decided_for(&self, office: OfficeCode) -> u64 {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).get(&office).copied().unwrap_or_default()
    }

    /// Exchanges until proven equal, or until the deadline: an office that is late is for the final table to tell.
    pub(super) async fn sync(&self, deadline: Instant) -> Result<(), DemoError> {
        loop {
            let (recorded, carried) = (self.changes(), self.link.tally().up);
            let Ok(ended) = timeout_at(deadline, exchange_once(&self.node, |_| ())).await else { return Ok(()) };
            let Exchanged { outcome, progress, wait_millis, .. } = ended?;
            self.count(&progress, self.link.tally().up - carried);
            match outcome {
                Outcome::Proven { .. } => {
                    self.proven.store(recorded + 1, Ordering::Relaxed);
                    return Ok(());
                }
                Outcome::Again => {}
                Outcome::Cut | Outcome::Refused(_) | Outcome::Differs { .. } | Outcome::Wipe(_) => {
                    let wait = Duration::from_millis(wait_millis).min(WAIT_MAX);
                    if timeout_at(deadline, sleep(wait)).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Counts the changes of an exchange as sent in so far as the line carried them: what was made ready for a line
    /// that was down cost nothing.
    fn count(&self, progress: &Progress, carried: u64) {
        if progress.sent == 0 {
            return;
        }
        let carried = carried.min(progress.bytes_up);
        let sent = (progress.sent * carried).div_ceil(progress.bytes_up.max(1));
        self.sent.fetch_add(sent, Ordering::Relaxed);
        self.sent_bytes.fetch_add(carried.saturating_sub(HELLO_BYTES), Ordering::Relaxed);
    }

    /// Whether the last exchange proved everything recorded so far.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed) == self.changes() + 1
    }

    /// Transactions recorded.
    pub(super) fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    /// Changes recorded.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Changes sent and the bytes of the frames that held them, whatever was sent again included.
    pub(super) fn sent(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.sent_bytes.load(Ordering::Relaxed))
    }

    /// What the line carried since the office joined.
    pub(super) fn tally(&self) -> Tally {
        let now = self.link.tally();
        Tally {
            up: now.up - self.joined.up,
            down: now.down - self.joined.down,
            cuts: now.cuts - self.joined.cuts,
            connections: now.connections - self.joined.connections,
            turned_away: now.turned_away - self.joined.turned_away,
        }
    }

    /// The digest of all the node holds.
    pub(super) fn digest(&self) -> Result<Digest, DemoError> {
        Ok(self.node.replica().office_digest(&self.code)?)
    }
}

/// The id of the one record saved.
/// Whether a machine has letter numbers to give.
async fn has_numbers(node: &Node) -> Result<bool, DemoError> {
    let stock = node.perform_soon(Action::Numbers).await?;
    Ok(stock.get("leases").and_then(Value::as_array).is_some_and(|leases| !leases.is_empty()))
}

fn saved(answer: &Value) -> Result<DocumentId, Failure> {
    let id = answer.pointer("/saved/0/id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    id.ok_or_else(|| {
        Failure::machine(
            "demo",
            format!("Rekaman contoh ditolak: {answer}"),
            format!("A made-up record was refused: {answer}"),
        )
    })
}

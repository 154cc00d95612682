//! Verification: chains, hashes, feeds, digests and rows against the entries. Reads everything, changes nothing.

use std::collections::BTreeMap;

use change_log::{ChainHash, Digest, EntryHash, Position};
use rusqlite::Connection;

use crate::entries::digest;
use crate::entries::entry::{self, EntryState, STRIDE, Stored, place_of_log};
use crate::entries::log::LogState;
use crate::entries::packed::unpack;
use crate::file::rebuild::{counts, load};
use crate::file::verify_report::{Claim, Examiner, ProblemKind, Testimony, VerifyReport, Watch};
use crate::hub::brought;
use crate::hub::feed::{self, FeedHead};
use crate::views::rows;
use crate::{Reader, Role, StoreError};

/// How far it is.
struct Steps<'s, 'w> {
    done: u64,
    all: u64,
    watch: &'s mut Watch<'w>,
}

impl Steps<'_, '_> {
    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(1024) {
            (self.watch)(self.done.min(self.all), self.all);
        }
    }
}

impl Reader {
    /// Checks everything stored against everything else, as of one moment; of signatures it knows nothing.
    ///
    /// # Errors
    ///
    /// When the database cannot be read at all. Damage that can be named is a problem in the report instead.
    pub fn verify(&self) -> Result<VerifyReport, StoreError> {
        self.verify_with(&mut |_| (Vec::new(), Vec::new()), &mut |_, _| ())
    }

    /// [`Reader::verify`], and whether each log leads to the chain values that others vouch for. `examine` knows how to
    /// read and check what they signed; `watch` is told of the progress. Memory does not grow with the number of
    /// entries.
    ///
    /// # Errors
    ///
    /// As [`Reader::verify`].
    pub fn verify_with(&self, examine: &mut Examiner<'_>, watch: &mut Watch<'_>) -> Result<VerifyReport, StoreError> {
        // One read transaction: writers meanwhile do not look like faults.
        let snapshot = self.connection.is_autocommit();
        if snapshot {
            self.connection.execute_batch("BEGIN")?;
        }
        let mut report = VerifyReport::default();
        let verified = self.verify_snapshot(examine, watch, &mut report);
        if snapshot {
            self.connection.execute_batch("COMMIT")?;
        }
        match verified {
            // The rest cannot be looked at, which is a finding too.
            Err(error) if error.is_damage() => report.problem(ProblemKind::File, format!("the database file: {error}")),
            verified => verified?,
        }
        Ok(report)
    }

    fn verify_snapshot(
        &self,
        examine: &mut Examiner<'_>,
        watch: &mut Watch<'_>,
        report: &mut VerifyReport,
    ) -> Result<(), StoreError> {
        self.verify_pages(report)?;
        let logs = self.logs()?;
        let entries: u64 = logs.iter().map(|log| log.position).sum();
        let documents: i64 = self.connection.query_row("SELECT count(*) FROM document", [], |row| row.get(0))?;
        let mut steps = Steps { done: 0, all: entries + documents.unsigned_abs(), watch };
        for log in &logs {
            report.logs += 1;
            let (head, receipt) = (self.signed_head(log.epoch)?, self.receipt(log.epoch)?);
            let testimony = Testimony { log, head: head.as_deref(), receipt: receipt.as_deref() };
            let (claims, faults) = examine(testimony);
            for fault in faults {
                report.problem(ProblemKind::Signature, format!("log {}: {fault}", log.epoch));
            }
            self.verify_log(log, claims, &mut steps, report)?;
        }
        self.verify_strays(report)?;
        if self.role() == Role::Hub {
            for (index, audience, head) in feed::all(&self.connection)? {
                report.feeds += 1;
                self.verify_feed(index, &audience, head, report)?;
            }
        }
        self.verify_documents(&mut steps, report)?;
        self.verify_blobs(report)
    }

    fn verify_pages(&self, report: &mut VerifyReport) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        for line in lines {
            let line = line?;
            if line != "ok" {
                report.problem(ProblemKind::File, format!("the database file: {line}"));
            }
        }
        Ok(())
    }

    fn verify_log(
        &self,
        log: &LogState,
        mut claims: Vec<Claim>,
        steps: &mut Steps<'_, '_>,
        report: &mut VerifyReport,
    ) -> Result<(), StoreError> {
        use ProblemKind::{Log, Signature};
        let index = crate::entries::log::get(&self.connection, log.epoch)?.index;
        let marks = marks(&self.connection, 2 * index)?;
        let mut chain = ChainHash::of_log(log.epoch);
        let mut reached: Position = 0;
        if log.position == 0 && log.chain != chain {
            report.problem(Log, format!("log {}: its chain is not that of an empty log", log.epoch));
        }
        let sql = "SELECT e.place, e.prefix, e.raw, d.id FROM entry e LEFT JOIN document d ON d.idx = e.document
                   WHERE e.place BETWEEN ? AND ? ORDER BY e.place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([index * STRIDE, (index + 1) * STRIDE - 1])?;
        while let Some(row) = found.next()? {
            report.entries += 1;
            steps.step();
            let position = place_of_log(row.get(0)?).1;
            let id: Option<[u8; 16]> = row.get(3)?;
            let prefix = row.get(1)?;
            let packed = row.get_ref(2)?.as_blob().ok();
            let Some(hash) = packed.and_then(|packed| unpack(&self.connection, packed, log.epoch, prefix).ok()) else {
                report.problem(Log, format!("log {} position {position}: its bytes do not fit its hash", log.epoch));
                continue;
            };
            let hash = hash.1;
            let Some(id) = id else {
                report.problem(Log, format!("log {} position {position}: its document is missing", log.epoch));
                continue;
            };
            if position > log.position {
                continue;
            }
            if position != reached + 1 {
                report.problem(Log, format!("log {}: position {} is missing", log.epoch, reached + 1));
            }
            reached = position;
            chain = chain.after(EntryHash::of(change_log::DocumentId(uuid::Uuid::from_bytes(id)), hash));
            claims.retain(|claim| {
                if claim.position == position && claim.chain != chain {
                    let by = claim.by;
                    let text = format!("log {}: {by} for position {position} is for other entries", log.epoch);
                    report.problem(Signature, text);
                }
                claim.position != position
            });
            if marks.get(&position).is_some_and(|mark| *mark != chain) {
                report.problem(Log, format!("log {}: the chain kept for position {position} is another", log.epoch));
            }
        }
        for claim in claims {
            let (by, position) = (claim.by, claim.position);
            report.problem(Signature, format!("log {}: {by} is for position {position}, which is not held", log.epoch));
        }
        if reached != log.position {
            report.problem(Log, format!("log {}: it ends at {reached}, not at {}", log.epoch, log.position));
        } else if chain != log.chain {
            report.problem(Log, format!("log {}: its entries do not lead to its chain", log.epoch));
        }
        if log.acknowledged > log.position {
            report.problem(
                Log,
                format!(
                    "log {}: the hub acknowledged position {}, the log ends at {}",
                    log.epoch, log.acknowledged, log.position
                ),
            );
        }
        Ok(())
    }

    fn verify_strays(&self, report: &mut VerifyReport) -> Result<(), StoreError> {
        let checks = [
            (
                "entries without a log",
                "SELECT count(*) FROM entry WHERE place / 4294967296 NOT IN (SELECT idx FROM log)",
            ),
            ("reasons without an entry", "SELECT count(*) FROM refusal WHERE entry NOT IN (SELECT place FROM entry)"),
            (
                "entries kept out without a reason",
                "SELECT count(*) FROM entry WHERE state >= 2 AND place NOT IN (SELECT entry FROM refusal)",
            ),
            (
                "documents without an entry",
                "SELECT count(*) FROM document WHERE idx NOT IN (SELECT document FROM entry)",
            ),
            (
                "leases without a document",
                "SELECT count(*) FROM lease WHERE document NOT IN (SELECT idx FROM document)",
            ),
            (
                "publications without a document",
                "SELECT count(*) FROM publication WHERE document NOT IN (SELECT idx FROM document)",
            ),
            (
                "letter numbers without a document",
                "SELECT count(*) FROM issued WHERE document NOT IN (SELECT idx FROM document)",
            ),
            (
                "attachments without a document",
                "SELECT count(*) FROM attachment WHERE document NOT IN (SELECT idx FROM document)",
            ),
            (
                "rows without a document",
                "SELECT count(*) FROM transaction_row WHERE document NOT IN (SELECT idx FROM document)",
            ),
        ];
        let at_hub = [
            (
                "accepted entries in no feed",
                // One that was brought before another office stands in its feed, too.
                "SELECT (SELECT count(*) FROM entry WHERE state = 1)
                      + (SELECT count(*) FROM brought b JOIN entry e ON e.document = b.document WHERE e.state = 1)
                      - (SELECT coalesce(sum(position), 0) FROM feed)",
            ),
            (
                "feed items of no feed",
                "SELECT count(*) FROM feed_run WHERE key / 4294967296 NOT IN (SELECT idx FROM feed)",
            ),
        ];
        let at_hub = if self.role() == Role::Hub { at_hub.as_slice() } else { &[] };
        for (what, sql) in checks.iter().chain(at_hub) {
            let count: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
            if count != 0 {
                report.problem(ProblemKind::Log, format!("{count} {what}"));
            }
        }
        Ok(())
    }

    fn verify_feed(
        &self,
        index: i64,
        audience: &str,
        head: FeedHead,
        report: &mut VerifyReport,
    ) -> Result<(), StoreError> {
        let marks = marks(&self.connection, 2 * index + 1)?;
        let mut chain = ChainHash::of_feed(head.hub_epoch, audience);
        let mut reached = 0;
        let office = audience.parse().ok();
        let office = office.map(|office| digest::find_office(&self.connection, &office)).transpose()?.flatten();
        feed::for_each_item(&self.connection, index, 0, |position, place| {
            if position != reached + 1 {
                report.problem(ProblemKind::Feed, format!("feed {audience}: position {} is missing", reached + 1));
            }
            reached = position;
            match entry::at(&self.connection, place) {
                Ok(Some(stored)) => {
                    if stored.state != EntryState::Accepted || !is_of(&self.connection, &stored, office)? {
                        report.problem(
                            ProblemKind::Feed,
                            format!("feed {audience}: position {position} names an entry that is not of it"),
                        );
                    }
                    chain = chain.after(stored.entry_hash());
                }
                Ok(None) => report
                    .problem(ProblemKind::Feed, format!("feed {audience}: position {position} names a missing entry")),
                Err(StoreError::Damaged(_)) => {
                    report.problem(
                        ProblemKind::Feed,
                        format!("feed {audience}: position {position} names a damaged entry"),
                    );
                }
                Err(error) => return Err(error),
            }
            if marks.get(&position).is_some_and(|mark| *mark != chain) {
                report.problem(
                    ProblemKind::Feed,
                    format!("feed {audience}: the chain kept for position {position} is another"),
                );
            }
            Ok(true)
        })?;
        if reached != head.position || chain != head.chain {
            report.problem(ProblemKind::Feed, format!("feed {audience}: its entries do not lead to its head"));
        }
        if feed::repeats(&self.connection, index)? {
            report.problem(ProblemKind::Feed, format!("feed {audience}: it holds an entry twice"));
        }
        let sql = "SELECT count(*) FROM entry e JOIN document d ON d.idx = e.document
                   WHERE e.state = 1 AND (d.office = ?1 OR d.idx IN (SELECT document FROM brought WHERE office = ?1))";
        let accepted: i64 = self.connection.query_row(sql, [office], |row| row.get(0))?;
        if accepted.unsigned_abs() != head.position {
            report.problem(
                ProblemKind::Feed,
                format!("feed {audience}: it holds {} of {accepted} accepted entries", head.position),
            );
        }
        Ok(())
    }

    fn verify_documents(&self, steps: &mut Steps<'_, '_>, report: &mut VerifyReport) -> Result<(), StoreError> {
        let mut digests: BTreeMap<i64, Digest> = BTreeMap::new();
        let mut statement = self.connection.prepare("SELECT idx FROM document ORDER BY idx")?;
        let mut documents = statement.query([])?;
        while let Some(row) = documents.next()? {
            report.documents += 1;
            steps.step();
            let document: i64 = row.get(0)?;
            // Damaged entries are named by their logs already.
            let Ok(entries) = entry::of_document(&self.connection, document) else { continue };
            for stored in &entries {
                if counts(&self.connection, self.role(), stored)? {
                    for audience in brought::audiences(&self.connection, stored)? {
                        let digest = digests.entry(audience).or_default();
                        *digest = digest.with(stored.entry_hash());
                    }
                }
            }
            self.verify_row(document, &entries, report)?;
        }
        for (office, held) in self.offices()? {
            let index = digest::find_office(&self.connection, &office)?.unwrap_or_default();
            if digests.get(&index).copied().unwrap_or_default() != held {
                report.problem(ProblemKind::View, format!("office {office}: its digest is not that of its entries"));
            }
        }
        Ok(())
    }

    /// Attached files against their hashes. One that is gone or damaged is fetched again from the other side.
    fn verify_blobs(&self, report: &mut VerifyReport) -> Result<(), StoreError> {
        let folder = self.blob_folder();
        for (hash, _) in self.blobs()? {
            report.blobs += 1;
            match folder.is_sound(hash) {
                Ok(Some(true)) => {}
                Ok(Some(false)) => report.problem(ProblemKind::Blob, format!("attached file {hash}: it is damaged")),
                Ok(None) => report.problem(ProblemKind::Blob, format!("attached file {hash}: it is gone")),
                Err(error) => report.problem(ProblemKind::Blob, format!("attached file {hash}: {error}")),
            }
        }
        Ok(())
    }

    fn verify_row(&self, document: i64, entries: &[Stored], report: &mut VerifyReport) -> Result<(), StoreError> {
        let Some(id) = entries.first().map(|stored| stored.id) else { return Ok(()) };
        let expected = match load(entries) {
            Ok(loaded) => loaded,
            Err(error) => {
                report.problem(ProblemKind::View, format!("transaction {id}: {error}"));
                return Ok(());
            }
        };
        let before = expected.as_ref().and_then(|row| row.transaction()).map_or(&[][..], |row| row.before.as_slice());
        for office in before.iter().filter(|_| self.role() == Role::Hub) {
            let index = digest::find_office(&self.connection, office)?;
            if !index.map_or(Ok(false), |index| brought::is_before(&self.connection, document, index))? {
                report.problem(
                    ProblemKind::View,
                    format!("transaction {id}: it was not brought before {office}; `rebuild-views` does it"),
                );
            }
        }
        if !rows::fits(&self.connection, document, self.row(id)?.as_ref(), expected.as_ref())? {
            report.problem(
                ProblemKind::View,
                format!("transaction {id}: its row in lists or in the search is not what its changes say"),
            );
        }
        Ok(())
    }
}

/// Whether an entry is of the feed of an office.
fn is_of(connection: &Connection, stored: &Stored, office: Option<i64>) -> Result<bool, StoreError> {
    let Some(office) = office else { return Ok(false) };
    Ok(stored.office == office || brought::is_before(connection, stored.document, office)?)
}

fn marks(connection: &Connection, owner: i64) -> Result<BTreeMap<Position, ChainHash>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT position, chain FROM chain_mark WHERE owner = ?")?;
    let rows =
        statement.query_map([owner], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), ChainHash(row.get(1)?))))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

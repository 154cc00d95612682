//! One-time codes that admit a node to an office. Only their hashes are kept.

use change_log::NodeId;
use office_model::OfficeCode;
use rusqlite::{OptionalExtension as _, params};

use crate::file::reader::parse_office;
use crate::hub::registry;
use crate::{Reader, Replica, StoreError};

/// What became of a code that a node presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// The code is for another office than the node belongs to.
    OtherOffice,
    /// The node is admitted to this office.
    Admitted(OfficeCode),
    /// No such code: mistyped, or made up.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used before, by this node: an alarm, and the operator is to be told.
    Used(NodeId),
}

/// A code as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// The office it admits to.
    pub office: OfficeCode,
    /// When it was made: milliseconds since 1970 UTC.
    pub offered_millis: i64,
    /// Until when it is good.
    pub expires_millis: i64,
    /// When it was used and by whom.
    pub used: Option<(i64, NodeId)>,
    /// Tries with it after that: an alarm when not 0.
    pub tries_after_use: u64,
}

impl Replica {
    /// Notes a code: the SHA-256 of its secret, its office, until when it is good (milliseconds since 1970 UTC).
    ///
    /// # Errors
    ///
    /// When the code is known already, or the disk refuses.
    pub fn offer_code(
        &mut self,
        code_hash: [u8; 32],
        office: OfficeCode,
        now_millis: i64,
        expires_millis: i64,
    ) -> Result<(), StoreError> {
        self.write(|work| {
            work.mark(&code_hash);
            let sql = "INSERT INTO enrolment (code_hash, office, offered, expires) VALUES (?, ?, ?, ?)";
            work.connection.execute(sql, params![code_hash, office.as_str(), now_millis, expires_millis])?;
            Ok(())
        })
    }

    /// Lets codes of an office that nobody used be good no longer: all of them, or the one that was offered then. How many
    /// were good still.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn cancel_codes(
        &mut self,
        office: OfficeCode,
        offered_millis: Option<i64>,
        now_millis: i64,
    ) -> Result<u64, StoreError> {
        self.write(|work| {
            let sql = "UPDATE enrolment SET expires = ?1
                       WHERE office = ?2 AND used IS NULL AND expires > ?1 AND offered = coalesce(?3, offered)";
            let values = params![now_millis, office.as_str(), offered_millis];
            let cancelled = work.connection.prepare_cached(sql)?.execute(values)? as u64;
            if cancelled > 0 {
                work.mark(office.as_str().as_bytes());
            }
            Ok(cancelled)
        })
    }

    /// Admits a node by a code, which is used up with the same commit. The same node with the same key may ask again
    /// (its answer was lost) and gets the same answer.
    ///
    /// # Errors
    ///
    /// When the disk refuses, or the node id is taken by another key or office.
    pub fn redeem_code(
        &mut self,
        code_hash: [u8; 32],
        node: NodeId,
        public_key: [u8; 32],
        now_millis: i64,
    ) -> Result<Redeemed, StoreError> {
        self.redeem_code_of(code_hash, None, (node, public_key), now_millis)
    }

    /// [`Replica::redeem_code`] by a node that belongs to an office already: a code for another one is not used up.
    ///
    /// # Errors
    ///
    /// As [`Replica::redeem_code`].
    pub fn redeem_code_of(
        &mut self,
        code_hash: [u8; 32],
        own: Option<OfficeCode>,
        (node, public_key): (NodeId, [u8; 32]),
        now_millis: i64,
    ) -> Result<Redeemed, StoreError> {
        self.write(|work| {
            let sql = "SELECT office, expires, used_by FROM enrolment WHERE code_hash = ?";
            let found: Option<(String, i64, Option<[u8; 8]>)> = work
                .connection
                .query_row(sql, [code_hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((office, expires, used_by)) = found else { return Ok(Redeemed::Unknown) };
            let office = parse_office(&office)?;
            if own.is_some_and(|own| own != office) {
                return Ok(Redeemed::OtherOffice);
            }
            work.mark(&code_hash);
            match used_by.map(NodeId) {
                Some(user) if user != node => {
                    let sql = "UPDATE enrolment SET reused = reused + 1 WHERE code_hash = ?";
                    work.connection.execute(sql, [code_hash])?;
                    return Ok(Redeemed::Used(user));
                }
                Some(_) => {}
                None if now_millis >= expires => return Ok(Redeemed::Expired),
                None => {
                    let sql = "UPDATE enrolment SET used = ?, used_by = ? WHERE code_hash = ?";
                    work.connection.execute(sql, params![now_millis, node.0, code_hash])?;
                }
            }
            registry::insert(work.connection, node, office, public_key, now_millis)?;
            Ok(Redeemed::Admitted(office))
        })
    }
}

impl Reader {
    /// All codes ever offered, the latest first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn codes(&self) -> Result<Vec<EnrolmentCode>, StoreError> {
        let sql = "SELECT office, offered, expires, used, used_by, reused FROM enrolment
                   ORDER BY offered DESC, office, code_hash";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut codes = Vec::new();
        while let Some(row) = rows.next()? {
            let used: Option<i64> = row.get(3)?;
            let used_by: Option<[u8; 8]> = row.get(4)?;
            codes.push(EnrolmentCode {
                office: parse_office(&row.get::<_, String>(0)?)?,
                offered_millis: row.get(1)?,
                expires_millis: row.get(2)?,
                used: used.zip(used_by.map(NodeId)),
                tries_after_use: row.get::<_, i64>(5)?.unsigned_abs(),
            });
        }
        Ok(codes)
    }
}

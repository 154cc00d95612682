//! What was on a machine: the transactions that went to it, and those it wrote itself (hub).

use change_log::{DocumentId, NodeId};
use office_model::OfficeCode;
use rusqlite::params;
use uuid::Uuid;

use crate::entries::digest;
use crate::{Reader, StoreError};

const SENT: &str = "SELECT d.id FROM transaction_row r JOIN document d ON d.idx = r.document
    WHERE (r.office = ?1 OR r.document IN (SELECT document FROM brought WHERE office = ?1))
      AND (r.created < ?2 OR EXISTS (SELECT 1 FROM entry e JOIN log l ON l.idx = e.place >> 32
                                     WHERE e.document = r.document AND l.node = ?3))
    ORDER BY r.document";

impl Reader {
    /// The transactions of an office, and those that were brought before it, which were made before a time (as rows tell it,
    /// milliseconds since 1970 UTC) or written in by a node, in the order of their arrival: what was on that node's machine
    /// when it last called at that time. Costs a walk over the office's rows.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn held_by(
        &self,
        node: NodeId,
        office: &OfficeCode,
        before_millis: i64,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let Some(index) = digest::find_office(&self.connection, office)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(SENT)?;
        let rows = statement.query_map(params![index, before_millis, node.0], |row| row.get::<_, [u8; 16]>(0))?;
        rows.map(|id| Ok(DocumentId(Uuid::from_bytes(id?)))).collect()
    }
}

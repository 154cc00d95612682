//! Rows, search and digests made again from the entries; and a dump of them, to compare.

use std::fmt::Write as _;

use change_log::{Digest, EntryHash};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use service_document::{DocumentRow, row_of};

use crate::admission::refusal;
use crate::entries::digest;
use crate::entries::entry::{self, EntryState, Stored};
use crate::file::work::Work;
use crate::hub::brought;
use crate::views::rows;
use crate::{Reader, Replica, Role, StoreError};

/// The setting by which a migration asks for it.
const ROWS_ANEW: &str = "rows_anew";

impl Replica {
    /// Throws rows, search and digests away and makes them again from the entries, in one commit. They come out as
    /// they were. Says how many documents there are.
    ///
    /// # Errors
    ///
    /// When an entry is damaged or the disk refuses: everything stays as it was then.
    pub fn rebuild_views(&mut self) -> Result<u64, StoreError> {
        self.write(rebuild)
    }

    /// Does the same where an older program made the rows in another way.
    pub(crate) fn rebuild_older_views(&mut self) -> Result<(), StoreError> {
        if self.setting(ROWS_ANEW)?.is_none() {
            return Ok(());
        }
        self.write(|work| {
            rebuild(work)?;
            work.connection.execute("DELETE FROM setting WHERE key = ?", [ROWS_ANEW])?;
            Ok(())
        })
    }
}

fn rebuild(work: &mut Work<'_>) -> Result<u64, StoreError> {
    let connection = work.connection;
    connection.execute("DELETE FROM transaction_row", [])?;
    connection.execute("DELETE FROM issued", [])?;
    connection.execute("DELETE FROM attachment", [])?;
    connection.execute("DELETE FROM referral", [])?;
    connection.execute("DELETE FROM lease", [])?;
    connection.execute("DELETE FROM publication", [])?;
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
    let mut digests = std::collections::BTreeMap::new();
    let mut statement = connection.prepare("SELECT idx FROM office")?;
    for office in statement.query_map([], |row| row.get::<_, i64>(0))? {
        digests.insert(office?, Digest::default());
    }
    let mut documents = 0;
    let mut to_bring = Vec::new();
    for_each_document(connection, |document, entries| {
        documents += 1;
        for stored in &entries {
            if counts(connection, work.role, stored)? {
                for audience in brought::audiences(connection, stored)? {
                    let digest: &mut Digest = digests.entry(audience).or_default();
                    *digest = digest.with(EntryHash::of(stored.id, stored.hash));
                }
            }
        }
        if let Some(row) = load(&entries)? {
            rows::put(connection, document, &row)?;
            let before = row.transaction().map_or(&[][..], |row| row.before.as_slice());
            to_bring.extend(before.iter().filter(|_| work.role == Role::Hub).map(|office| (document, *office)));
        }
        Ok(())
    })?;
    for (office, sum) in digests {
        digest::save(connection, office, sum)?;
    }
    for (document, office) in to_bring {
        brought::bring(work, document, &office)?;
    }
    Ok(documents)
}

/// Whether an entry is part of its office's digest.
pub(crate) fn counts(connection: &Connection, role: Role, stored: &Stored) -> Result<bool, StoreError> {
    match role {
        Role::Hub => Ok(stored.state == EntryState::Accepted),
        Role::Node => Ok(!refusal::by_hub(connection, stored.place)?),
    }
}

/// The row of the document that its accepted entries make; `None` when there are none.
pub(crate) fn load(entries: &[Stored]) -> Result<Option<DocumentRow>, StoreError> {
    let accepted: Vec<&[u8]> = entries
        .iter()
        .filter(|stored| stored.state == EntryState::Accepted)
        .map(|stored| stored.raw.as_slice())
        .collect();
    if accepted.is_empty() { Ok(None) } else { Ok(Some(row_of(&accepted)?)) }
}

/// Calls `visit` with every document and its entries.
fn for_each_document(
    connection: &Connection,
    mut visit: impl FnMut(i64, Vec<Stored>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT idx FROM document ORDER BY idx")?;
    let mut documents = statement.query([])?;
    while let Some(row) = documents.next()? {
        let document = row.get(0)?;
        visit(document, entry::of_document(connection, document)?)?;
    }
    Ok(())
}

const DUMP: [(&str, &str); 8] = [
    ("office", "SELECT code, count, hex(sum) FROM office ORDER BY code"),
    (
        "row",
        "SELECT hex(d.id), o.code, s.text, r.catalogue, t.text, r.number, r.name, r.nik, r.created, c.text, r.changed,
                g.text, r.changes, r.steps, r.divergences, r.signed, r.numbered, r.two_papers
         FROM transaction_row r JOIN document d ON d.idx = r.document JOIN office o ON o.idx = r.office
         JOIN word s ON s.idx = r.service JOIN word t ON t.idx = r.status
         JOIN word c ON c.idx = r.created_by JOIN word g ON g.idx = r.changed_by ORDER BY d.id",
    ),
    (
        "referral",
        "SELECT hex(d.id), r.office, r.asked, r.answers, r.answered
         FROM referral r JOIN document d ON d.idx = r.document ORDER BY d.id, r.office",
    ),
    (
        "lease",
        "SELECT hex(d.id), o.code, hex(l.node), hex(l.epoch), l.series, l.year, l.first, l.last, l.template, l.granted,
                hex(l.signature)
         FROM lease l JOIN document d ON d.idx = l.document JOIN office o ON o.idx = l.office ORDER BY d.id",
    ),
    (
        "publication",
        "SELECT hex(d.id), o.code, p.topic, p.version, p.published
         FROM publication p JOIN document d ON d.idx = p.document JOIN office o ON o.idx = p.office ORDER BY d.id",
    ),
    (
        "issued",
        "SELECT o.code, i.series, i.year, i.serial, hex(d.id)
         FROM issued i JOIN document d ON d.idx = i.document JOIN office o ON o.idx = i.office
         ORDER BY o.code, i.series, i.year, i.serial, d.id",
    ),
    (
        "attachment",
        "SELECT o.code, hex(d.id), hex(a.hash), a.said FROM attachment a JOIN document d ON d.idx = a.document
         JOIN office o ON o.idx = a.office ORDER BY d.id, a.hash",
    ),
    (
        "search",
        "SELECT DISTINCT v.term, hex(d.id) FROM temp.search_terms v JOIN document d ON d.idx = v.doc
         ORDER BY v.term, d.id",
    ),
];

impl Reader {
    /// Everything derived, as text: equal dumps mean equal views. Holds personal data; for tests and comparisons.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn dump_views(&self) -> Result<String, StoreError> {
        let sql = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab(main, search, instance)";
        self.connection.execute_batch(sql)?;
        let mut dump = String::new();
        for (name, sql) in DUMP {
            let mut statement = self.connection.prepare(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                dump.push_str(name);
                for column in 0..columns {
                    match row.get_ref(column)? {
                        ValueRef::Null => dump.push_str("\t-"),
                        ValueRef::Integer(number) => drop(write!(dump, "\t{number}")),
                        ValueRef::Text(text) => drop(write!(dump, "\t{}", String::from_utf8_lossy(text))),
                        ValueRef::Real(_) | ValueRef::Blob(_) => dump.push_str("\t?"),
                    }
                }
                dump.push('\n');
            }
        }
        Ok(dump)
    }
}

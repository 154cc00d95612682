//! Publications: what offices work by, as the documents here say it.

use change_log::DocumentId;
use office_model::OfficeCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use service_document::{DocumentRow, Publication, clerk_of};
use uuid::Uuid;

use crate::documents::{authoring, document};
use crate::entries::{digest, entry};
use crate::file::reader::parse_office;
use crate::file::rebuild;
use crate::file::work::Work;
use crate::views::rows;
use crate::{Clock, Reader, Replica, StoreError};

/// A version of a topic that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its document.
    pub document: DocumentId,
    /// What it says.
    pub publication: Publication,
    /// The clerk who published it; `hub` for the hub.
    pub by: String,
}

/// Something to be published: the next version of a topic for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPublication {
    /// For whom.
    pub office: OfficeCode,
    /// What it is about.
    pub topic: String,
    /// What it says.
    pub body: String,
}

/// What is listed of a publication; what it says stays in its entry.
#[derive(PartialEq, Eq)]
struct Listed {
    office: i64,
    topic: String,
    version: u32,
    published: i64,
}

/// Signs a publication in the hub's name, or leaves it unsigned.
pub type Sign<'a> = &'a dyn Fn(&Publication) -> Option<[u8; 64]>;

pub(crate) fn put(connection: &Connection, document: i64, publication: &Publication) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO publication (document, office, topic, version, published) VALUES (?, ?, ?, ?, ?)";
    let office = digest::office_index(connection, &publication.office)?;
    let Publication { topic, version, published_millis, .. } = publication;
    connection.prepare_cached(sql)?.execute(params![document, office, topic, version, published_millis])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, document: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM publication WHERE document = ?")?.execute([document])?;
    Ok(())
}

/// Whether what is listed of a document is what its entry says; `None`: it is no publication.
pub(crate) fn fits(
    connection: &Connection,
    document: i64,
    publication: Option<&Publication>,
) -> Result<bool, StoreError> {
    let sql = "SELECT office, topic, version, published FROM publication WHERE document = ?";
    let listed = connection.prepare_cached(sql)?.query_row([document], |row| {
        Ok(Listed { office: row.get(0)?, topic: row.get(1)?, version: row.get(2)?, published: row.get(3)? })
    });
    let said = match publication {
        Some(said) => Some(Listed {
            office: digest::office_index(connection, &said.office)?,
            topic: said.topic.clone(),
            version: said.version,
            published: said.published_millis,
        }),
        None => None,
    };
    Ok(listed.optional()? == said)
}

/// The highest version of a topic that is here, whoever made it.
pub(crate) fn newest(connection: &Connection, office: i64, topic: &str) -> Result<u32, StoreError> {
    let sql = "SELECT max(version) FROM publication WHERE office = ? AND topic = ?";
    let version: Option<u32> = connection.prepare_cached(sql)?.query_row(params![office, topic], |row| row.get(0))?;
    Ok(version.unwrap_or_default())
}

/// Above every topic that begins so: of their letters none is above `z`.
fn after_all(begins: &str) -> String {
    format!("{begins}{{")
}

fn load(connection: &Connection, index: i64, id: DocumentId) -> Result<Option<Published>, StoreError> {
    let entries = entry::of_document(connection, index)?;
    let by = entries.first().and_then(|stored| clerk_of(&stored.raw)).unwrap_or_default();
    match rebuild::load(&entries)? {
        Some(DocumentRow::Publication(publication)) => Ok(Some(Published { document: id, publication, by })),
        _ => Ok(None),
    }
}

/// What an office was told of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeTold {
    /// The office.
    pub office: OfficeCode,
    /// How many versions.
    pub versions: u64,
    /// When the last of them was published: milliseconds since 1970 UTC.
    pub last_millis: i64,
}

impl Reader {
    /// The version of a topic that stands for an office: the highest one that `trusts` lets pass. Nothing where there is
    /// none.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn publication(
        &self,
        office: &OfficeCode,
        topic: &str,
        trusts: &dyn Fn(&Publication) -> bool,
    ) -> Result<Option<Published>, StoreError> {
        let all = self.publications_of(office, topic, 1, trusts)?;
        Ok(all.into_iter().next())
    }

    /// The versions of a topic for an office that `trusts` lets pass, the one that stands first; so many at most.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or an entry is damaged.
    pub fn publications_of(
        &self,
        office: &OfficeCode,
        topic: &str,
        count_max: usize,
        trusts: &dyn Fn(&Publication) -> bool,
    ) -> Result<Vec<Published>, StoreError> {
        let connection = &self.connection;
        let Some(office) = digest::find_office(connection, office)? else { return Ok(Vec::new()) };
        let sql = "SELECT p.document, d.id FROM publication p JOIN document d ON d.idx = p.document
                   WHERE p.office = ? AND p.topic = ? ORDER BY p.version DESC, p.published DESC, d.id DESC";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![office, topic])?;
        let mut found = Vec::new();
        while found.len() < count_max {
            let Some(row) = rows.next()? else { break };
            let id = DocumentId(Uuid::from_bytes(row.get(1)?));
            found.extend(load(connection, row.get(0)?, id)?.filter(|one| trusts(&one.publication)));
        }
        Ok(found)
    }

    /// One publication by its document; nothing where it is not here.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or its entry is damaged.
    pub fn published(&self, document: DocumentId) -> Result<Option<Published>, StoreError> {
        let sql = "SELECT p.document FROM publication p JOIN document d ON d.idx = p.document WHERE d.id = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row([document.as_bytes()], |row| row.get::<_, i64>(0)).optional()?;
        found.map_or(Ok(None), |index| load(&self.connection, index, document))
    }

    /// The topics of an office that begin like this, ascending.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn topics(&self, office: &OfficeCode, begins: &str) -> Result<Vec<String>, StoreError> {
        let Some(office) = digest::find_office(&self.connection, office)? else { return Ok(Vec::new()) };
        let sql = "SELECT DISTINCT topic FROM publication WHERE office = ? AND topic >= ? AND topic < ? ORDER BY topic";
        let mut statement = self.connection.prepare_cached(sql)?;
        let topics = statement.query_map(params![office, begins, after_all(begins)], |row| row.get(0))?;
        topics.map(|topic| topic.map_err(StoreError::from)).collect()
    }

    /// The topics of all offices that begin like this, ascending.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn all_topics(&self, begins: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT topic FROM publication WHERE topic >= ? AND topic < ? ORDER BY topic";
        let mut statement = self.connection.prepare_cached(sql)?;
        let topics = statement.query_map([begins, &after_all(begins)], |row| row.get(0))?;
        topics.map(|topic| topic.map_err(StoreError::from)).collect()
    }

    /// The offices that were told of a topic; who was told the last one first comes first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn offices_told(&self, topic: &str) -> Result<Vec<OfficeTold>, StoreError> {
        let sql = "SELECT o.code, count(*), max(p.published) FROM publication p JOIN office o ON o.idx = p.office WHERE p.topic = ?
                   GROUP BY o.code ORDER BY max(p.published), o.code";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([topic])?;
        let mut offices = Vec::new();
        while let Some(row) = rows.next()? {
            offices.push(OfficeTold {
                office: parse_office(&row.get::<_, String>(0)?)?,
                versions: row.get::<_, i64>(1)?.unsigned_abs(),
                last_millis: row.get(2)?,
            });
        }
        Ok(offices)
    }

    /// The documents of all publications for an office, all versions, ascending.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn publication_documents(&self, office: &OfficeCode) -> Result<Vec<DocumentId>, StoreError> {
        let Some(office) = digest::find_office(&self.connection, office)? else { return Ok(Vec::new()) };
        let sql =
            "SELECT d.id FROM publication p JOIN document d ON d.idx = p.document WHERE p.office = ? ORDER BY d.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let ids = statement.query_map([office], |row| Ok(DocumentId(Uuid::from_bytes(row.get(0)?))))?;
        ids.map(|id| id.map_err(StoreError::from)).collect()
    }
}

impl Replica {
    /// Writes the next version of each into this replica's own log, with one commit: all, or none.
    ///
    /// # Errors
    ///
    /// When one is too large or of another form, a new epoch has to begin first, or the disk refuses.
    pub fn publish(
        &mut self,
        new: &[NewPublication],
        sign: Sign<'_>,
        clock: &Clock,
    ) -> Result<Vec<Published>, StoreError> {
        self.write(|work| {
            let mut log = authoring::own_log(work)?;
            let stamp = clock.stamp(work);
            let mut made = Vec::new();
            for one in new {
                let office = digest::office_index(work.connection, &one.office)?;
                let mut publication = Publication {
                    office: one.office,
                    topic: one.topic.clone(),
                    version: newest(work.connection, office, &one.topic)?.saturating_add(1),
                    published_millis: stamp.millis.saturating_add(stamp.hub_offset_millis.unwrap_or_default()),
                    body: one.body.clone(),
                    signature: None,
                };
                publication.signature = sign(&publication);
                let document = author(work, &mut log, office, &publication, &stamp)?;
                made.push(Published { document, publication, by: stamp.clerk.clone() });
            }
            if !made.is_empty() {
                authoring::close(work, &log)?;
            }
            Ok(made)
        })
    }
}

fn author(
    work: &mut Work<'_>,
    log: &mut crate::entries::log::LogRow,
    office: i64,
    publication: &Publication,
    stamp: &service_document::Stamp,
) -> Result<DocumentId, StoreError> {
    let authored = publication.author(stamp)?;
    let id = DocumentId::derive(work.epoch, log.position + 1, stamp.millis);
    let index = document::insert(work.connection, id, office)?;
    authoring::append(work, log, (id, index, office), &authored)?;
    rows::put(work.connection, index, &DocumentRow::Publication(publication.clone()))?;
    Ok(id)
}

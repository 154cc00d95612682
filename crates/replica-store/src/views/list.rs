//! Lists of transactions: newest arrivals first, filtered, page by page.

use std::ops::Range;

use change_log::DocumentId;
use office_model::{Awaited, Catalogue, OfficeCode, Status};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use serde_json::json;
use uuid::Uuid;

use crate::documents::document;
use crate::entries::digest;
use crate::file::reader::{damaged, parse_office};
use crate::views::rows::ListedTransaction;
use crate::views::search;
use crate::{Reader, Referred, Role, StoreError};

/// Which transactions a list shows. Empty: all.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Of this office only.
    pub office: Option<OfficeCode>,
    /// Of this sub-district only: its own office and its villages.
    pub district: Option<OfficeCode>,
    /// With this status word only.
    pub status: Option<String>,
    /// Of this service only.
    pub service: Option<String>,
    /// Only those with something that people must decide: values that differ, or two different papers that are signed.
    pub divergent: bool,
    /// Only letters that have no number and may still be signed.
    pub unnumbered: bool,
    /// Only those that are referred like this.
    pub referred: Option<Referred>,
    /// Only those that wait for it.
    pub awaited: Option<Awaited>,
    /// Only those of which the answer of an office they were referred to (at an office above the villages: this office's) is
    /// waited for, or is not.
    pub waits_for_answer: Option<bool>,
    /// Only those made in this time: as rows tell it, milliseconds since 1970 UTC.
    pub made: Option<Range<i64>>,
    /// Words that are searched for must stand in the letter's number: for those who may not learn names and NIKs, which a
    /// search by their beginnings would tell letter by letter.
    pub by_number: bool,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Below this document; `None` from the top.
    pub after: Option<DocumentId>,
    /// So many at most.
    pub count: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, count: 50 }
    }
}

/// So few rows are looked up one by one in the search: about 50 µs each, against 0.5 µs for each found one passed over.
const FEW: usize = 300;
/// Of so many rows of a time a page is soon full.
const MANY: usize = 20_000;
const BY_STATUS: &str = "transaction_row r INDEXED BY row_status";
const BY_SERVICE: &str = "transaction_row r INDEXED BY row_service";
const BY_CREATED: &str = "transaction_row r INDEXED BY row_created";
const MADE_IN: &str = "r.created >= ? AND r.created < ?";
pub(crate) const ARRIVALS: &str = "SELECT min(r.document), max(r.document)
     FROM transaction_row r INDEXED BY row_created WHERE r.created >= ? AND r.created < ?";
const DIVERGENT: &str = "transaction_row r INDEXED BY row_divergent";
const UNNUMBERED: &str = "transaction_row r INDEXED BY row_unnumbered";
/// Of these services, in these states.
const IS_UNNUMBERED: &str = "r.numbered IS NULL
     AND r.service IN (SELECT idx FROM word WHERE text IN (SELECT value FROM json_each(?)))
     AND r.status IN (SELECT idx FROM word WHERE text IN (SELECT value FROM json_each(?)))";
/// As that index has it.
pub(crate) const IS_DIVERGENT: &str = "(r.divergences > 0 OR r.two_papers > 0)";
const UNANSWERED_IS_NOT: &str =
    "NOT EXISTS (SELECT 1 FROM referral a WHERE a.document = r.document AND a.answered = 0)";
const STATUS_IS: &str = "r.status = (SELECT idx FROM word WHERE text = ?)";
const SERVICE_IS: &str = "r.service = (SELECT idx FROM word WHERE text = ?)";
/// Codes of villages begin with that of their sub-district and a dot; `/` is the sign after it.
const DISTRICT_IS: &str =
    "r.office IN (SELECT idx FROM office WHERE code = ? OR (code > ? || '.' AND code < ? || '/'))";

/// What is asked of a row, and with which values.
pub(crate) type Conditions = (Vec<&'static str>, Vec<Value>);

pub(crate) const COLUMNS: &str =
    "SELECT d.id, o.code, s.text, r.catalogue, t.text, r.number, r.name, r.nik, r.created, c.text,
     r.changed, g.text, r.changes, r.steps, r.divergences, r.signed, r.numbered, r.two_papers FROM";
/// In the order given, so that the first table's order is the list's.
pub(crate) const JOINS: &str = "CROSS JOIN document d ON d.idx = r.document CROSS JOIN office o ON o.idx = r.office
     CROSS JOIN word s ON s.idx = r.service CROSS JOIN word t ON t.idx = r.status
     CROSS JOIN word c ON c.idx = r.created_by CROSS JOIN word g ON g.idx = r.changed_by";

impl Reader {
    /// Transactions, the last to arrive here first.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or the page begins at an unknown document.
    pub fn list(&self, filter: &ListFilter, page: Page) -> Result<Vec<ListedTransaction>, StoreError> {
        if let Some(parts) = filter.parts() {
            return self.together(&parts, page, |part| self.list(part, page));
        }
        match filter.district {
            // Each office by its index: the rows of a few offices may lie far apart among those of all. Within a time they
            // lie together, and finding where it lies costs more than the rest.
            Some(district) if filter.office.is_none() && filter.made.is_none() && self.narrowest(filter)?.is_none() => {
                self.of_offices(&self.offices_of(district)?, filter, page)
            }
            _ => self.listed(filter, None, page),
        }
    }

    /// Every transaction of a list or, with something typed, of a search, one by one: memory does not grow with it. Where it is
    /// asked for whom they wait, those of each status come together. Ends early when `act` says false. What is committed meanwhile is not seen, and the database's journal grows until the end.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn each(
        &self,
        typed: Option<&str>,
        filter: &ListFilter,
        act: &mut dyn FnMut(ListedTransaction) -> bool,
    ) -> Result<(), StoreError> {
        if let Some(parts) = filter.parts() {
            let mut goes_on = true;
            for part in &parts {
                if goes_on {
                    self.each(typed, part, &mut |row| {
                        goes_on = act(row);
                        goes_on
                    })?;
                }
            }
            return Ok(());
        }
        match self.walk(filter, typed, Page { after: None, count: usize::MAX }, act) {
            Err(StoreError::Database(error)) if search::is_phrase(&error) => Ok(()),
            done => done,
        }
    }

    /// The offices of a sub-district of which something is stored.
    fn offices_of(&self, district: OfficeCode) -> Result<Vec<OfficeCode>, StoreError> {
        let sql = "SELECT code FROM office WHERE code = ?1 OR (code > ?1 || '.' AND code < ?1 || '/')";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([district.as_str()])?;
        let mut offices = Vec::new();
        while let Some(row) = rows.next()? {
            offices.push(parse_office(&row.get::<_, String>(0)?)?);
        }
        Ok(offices)
    }

    /// The first rows of several offices together.
    fn of_offices(
        &self,
        offices: &[OfficeCode],
        filter: &ListFilter,
        page: Page,
    ) -> Result<Vec<ListedTransaction>, StoreError> {
        let mut all = Vec::new();
        for office in offices {
            let of_office = ListFilter { office: Some(*office), district: None, ..filter.clone() };
            for row in self.listed(&of_office, None, page)? {
                let (index, _) = document::find(&self.connection, row.document)?.unwrap_or_default();
                all.push((index, row));
            }
        }
        all.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        all.truncate(page.count);
        Ok(all.into_iter().map(|(_, row)| row).collect())
    }

    /// Transactions with words that begin as those typed do: names, NIKs, letter numbers. Nothing typed: none.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or the page begins at an unknown document.
    pub fn search(&self, typed: &str, filter: &ListFilter, page: Page) -> Result<Vec<ListedTransaction>, StoreError> {
        if let Some(parts) = filter.parts() {
            return self.together(&parts, page, |part| self.search(typed, part, page));
        }
        match self.listed(filter, Some(typed), page) {
            Err(StoreError::Database(error)) if search::is_phrase(&error) => Ok(Vec::new()),
            found => found,
        }
    }

    /// Those of these documents that a list with this filter has, in the order given.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn among(&self, ids: &[DocumentId], filter: &ListFilter) -> Result<Vec<ListedTransaction>, StoreError> {
        let parts = filter.parts().unwrap_or_else(|| vec![filter.clone()]);
        let mut found = Vec::new();
        for id in ids {
            let Some((index, _)) = document::find(&self.connection, *id)? else { continue };
            for part in &parts {
                let Some((mut wheres, mut values)) = self.conditions(part)? else { continue };
                wheres.push("r.document = ?");
                values.push(index.into());
                let sql = format!("{COLUMNS} transaction_row r NOT INDEXED {JOINS} {}", condition(&wheres));
                let mut statement = self.connection.prepare_cached(&sql)?;
                if let Some(row) = statement.query(params_from_iter(values))?.next()? {
                    found.push(read(row)?);
                    break;
                }
            }
        }
        Ok(found)
    }

    /// How many a list with this filter has, `most` at most: it costs as much as is counted.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn count_up_to(&self, filter: &ListFilter, most: u64) -> Result<u64, StoreError> {
        if let Some(parts) = filter.parts() {
            let add = |sum: u64, part: &ListFilter| Ok(sum + self.count_up_to(part, most - sum)?);
            return parts.iter().try_fold(0, add);
        }
        let Some((wheres, mut values)) = self.conditions(filter)? else { return Ok(0) };
        values.push(crate::entries::log::signed(most).into());
        let (table, condition) = (self.table(filter)?, condition(&wheres));
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {table} {condition} LIMIT ?)");
        let count = self.connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0));
        Ok(i64::unsigned_abs(count?))
    }

    /// The row of one transaction; `None` when nothing of it is accepted here.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn row(&self, id: DocumentId) -> Result<Option<ListedTransaction>, StoreError> {
        let Some((index, _)) = document::find(&self.connection, id)? else { return Ok(None) };
        let mut statement =
            self.connection.prepare_cached(&format!("{COLUMNS} transaction_row r {JOINS} WHERE r.document = ?"))?;
        let mut rows = statement.query([index])?;
        rows.next()?.map(read).transpose()
    }

    /// What a filter asks of a row, and with which values; nothing when no row can be like that.
    pub(crate) fn conditions(&self, filter: &ListFilter) -> Result<Option<Conditions>, StoreError> {
        let mut wheres = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        if let Some(office) = &filter.office {
            let Some(index) = digest::find_office(&self.connection, office)? else { return Ok(None) };
            wheres.push("r.office = ?");
            values.push(index.into());
        }
        if let Some(district) = &filter.district {
            wheres.push(DISTRICT_IS);
            values.push(district.as_str().to_owned().into());
            values.push(district.as_str().to_owned().into());
            values.push(district.as_str().to_owned().into());
        }
        if let Some(status) = &filter.status {
            wheres.push(STATUS_IS);
            values.push(status.clone().into());
        }
        if let Some(service) = &filter.service {
            wheres.push(SERVICE_IS);
            values.push(service.clone().into());
        }
        if filter.divergent {
            wheres.push(IS_DIVERGENT);
        }
        if filter.unnumbered {
            wheres.push(IS_UNNUMBERED);
            values.extend(unnumbered());
        }
        if let Some(referred) = &filter.referred {
            let (of_it, values_of_it) = referred.conditions();
            wheres.extend(of_it);
            values.extend(values_of_it);
        }
        match filter.waits_for_answer {
            Some(true) => {
                let to = self.office().filter(|office| !office.is_village());
                let (of_it, values_of_it) = Referred { to, answered: false, under_way: false }.conditions();
                wheres.extend(of_it);
                values.extend(values_of_it);
            }
            Some(false) => wheres.push(UNANSWERED_IS_NOT),
            None => {}
        }
        if let Some(made) = &filter.made {
            wheres.push(MADE_IN);
            values.extend([made.start.into(), made.end.into()]);
        }
        Ok(Some((wheres, values)))
    }

    /// The table by the index that leaves least to look at. SQLite, without statistics, would guess.
    fn table(&self, filter: &ListFilter) -> Result<&'static str, StoreError> {
        Ok(match self.narrowest(filter)? {
            Some((table, _)) => table,
            None if filter.divergent => DIVERGENT,
            None if filter.unnumbered => UNNUMBERED,
            None if filter.referred.is_some() || filter.waits_for_answer == Some(true) => {
                "transaction_row r NOT INDEXED"
            }
            None if filter.status.is_some() && self.role() == Role::Node => BY_STATUS,
            None if filter.office.is_some() => "transaction_row r INDEXED BY row_office",
            None if filter.status.is_some() => BY_STATUS,
            None if filter.service.is_some() => BY_SERVICE,
            None => "transaction_row r NOT INDEXED",
        })
    }

    /// The index by which only few rows are left to look at, and how many, if there is one.
    fn narrowest(&self, filter: &ListFilter) -> Result<Option<(&'static str, usize)>, StoreError> {
        let up_to_few = |condition: &str, word: &str| -> Result<usize, StoreError> {
            let sql =
                format!("SELECT count(*) FROM (SELECT 1 FROM transaction_row r WHERE {condition} LIMIT {})", FEW + 1);
            let count: i64 = self.connection.prepare_cached(&sql)?.query_row([word], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or(usize::MAX))
        };
        let mut counts = Vec::new();
        if filter.divergent {
            let count: i64 = self.connection.query_row(
                &format!("SELECT count(*) FROM (SELECT 1 FROM {DIVERGENT} WHERE {IS_DIVERGENT} LIMIT {})", FEW + 1),
                [],
                |row| row.get(0),
            )?;
            counts.push((DIVERGENT, usize::try_from(count).unwrap_or(usize::MAX)));
        }
        if let Some(status) = &filter.status {
            counts.push((BY_STATUS, up_to_few(STATUS_IS, status)?));
        }
        if let Some(service) = &filter.service {
            counts.push((BY_SERVICE, up_to_few(SERVICE_IS, service)?));
        }
        if let Some(made) = &filter.made {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {BY_CREATED} WHERE {MADE_IN} LIMIT {})", FEW + 1);
            let mut statement = self.connection.prepare_cached(&sql)?;
            let count: i64 = statement.query_row([made.start, made.end], |row| row.get(0))?;
            counts.push((BY_CREATED, usize::try_from(count).unwrap_or(usize::MAX)));
        }
        Ok(counts.into_iter().filter(|(_, count)| *count <= FEW).min_by_key(|(_, count)| *count))
    }

    /// Between which documents a list of a time is walked, in the order of their arrival; nothing when none was made in
    /// it. Costs a walk over the index of that time, which is saved where a long time reaches up to the last arrivals.
    fn arrivals(&self, made: &Range<i64>) -> Result<Option<(i64, i64)>, StoreError> {
        let newest = "SELECT created FROM transaction_row ORDER BY document DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(newest)?;
        let newest: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
        if newest.is_some_and(|newest| newest < made.end) {
            let sql = format!("SELECT 1 FROM {BY_CREATED} WHERE {MADE_IN} LIMIT 1 OFFSET {MANY}");
            if self.connection.prepare_cached(&sql)?.exists([made.start, made.end])? {
                return Ok(Some((0, i64::MAX)));
            }
        }
        let mut statement = self.connection.prepare_cached(ARRIVALS)?;
        let ends = statement.query_row([made.start, made.end], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(match ends {
            (Some(first), Some(last)) => Some((first, last)),
            _ => None,
        })
    }

    fn listed(
        &self,
        filter: &ListFilter,
        typed: Option<&str>,
        page: Page,
    ) -> Result<Vec<ListedTransaction>, StoreError> {
        let mut list = Vec::new();
        self.walk(filter, typed, page, &mut |row| {
            list.push(row);
            true
        })?;
        Ok(list)
    }

    fn walk(
        &self,
        filter: &ListFilter,
        typed: Option<&str>,
        page: Page,
        act: &mut dyn FnMut(ListedTransaction) -> bool,
    ) -> Result<(), StoreError> {
        let mut wheres = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let in_number = if filter.by_number { typed.map(search::words).unwrap_or_default() } else { Vec::new() };
        let query = match typed {
            None => None,
            Some(typed) => match search::query(typed) {
                Some(query) => Some(query),
                None => return Ok(()),
            },
        };
        let narrowest = self.narrowest(filter)?.map(|(table, _)| table);
        let (from, key) = match (query, narrowest) {
            (Some(query), narrowest) => {
                wheres.push("f.search MATCH ?");
                values.push(query.into());
                match (narrowest, &filter.status, &filter.service) {
                    // Each of few rows is looked up in the search.
                    (Some(table), _, _) => {
                        (format!("{table} CROSS JOIN search f ON f.rowid = r.document"), "r.document")
                    }
                    // Found ones of another status or service are told by an index that stays in memory: their rows, which
                    // lie far apart, are not read.
                    (None, Some(_), _) => {
                        (format!("search f CROSS JOIN {BY_STATUS} ON r.document = f.rowid"), "f.rowid")
                    }
                    (None, None, Some(_)) => {
                        (format!("search f CROSS JOIN {BY_SERVICE} ON r.document = f.rowid"), "f.rowid")
                    }
                    (None, None, None) => {
                        ("search f CROSS JOIN transaction_row r ON r.document = f.rowid".to_owned(), "f.rowid")
                    }
                }
            }
            (None, Some(table)) => (table.to_owned(), "r.document"),
            (None, None) => (self.table(filter)?.to_owned(), "r.document"),
        };
        if let Some(made) = filter.made.as_ref().filter(|_| narrowest.is_none()) {
            let Some((first, last)) = self.arrivals(made)? else { return Ok(()) };
            wheres.push(if key == "f.rowid" { "f.rowid BETWEEN ? AND ?" } else { "r.document BETWEEN ? AND ?" });
            values.extend([first.into(), last.into()]);
        }
        if let Some(id) = page.after {
            let (index, _) = document::find(&self.connection, id)?.ok_or(StoreError::NoDocument(id))?;
            wheres.push(if key == "f.rowid" { "f.rowid < ?" } else { "r.document < ?" });
            values.push(index.into());
        }
        let Some((of_filter, values_of_filter)) = self.conditions(filter)? else { return Ok(()) };
        wheres.extend(of_filter);
        values.extend(values_of_filter);
        for number in typed.map(search::numbers).unwrap_or_default() {
            wheres.push("instr(lower(r.number), lower(?)) = 1");
            values.push(number.into());
        }
        for word in in_number {
            wheres.push("instr(lower(r.number), lower(?)) > 0");
            values.push(word.into());
        }
        let condition = condition(&wheres);
        values.push(crate::entries::log::signed(page.count as u64).into());
        let sql = format!("{COLUMNS} {from} {JOINS} {condition} ORDER BY {key} DESC LIMIT ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            if !act(read(row)?) {
                break;
            }
        }
        Ok(())
    }
}

/// The services that end in a letter, and the states in which it may still be signed.
fn unnumbered() -> [Value; 2] {
    let letters = Catalogue::current().services().filter(|service| service.is_letter).map(|service| service.id);
    let letters: Vec<String> = letters.map(|id| id.to_string()).collect();
    let is_open = |status: &Status| !status.is_signed() && !status.is_withdrawn();
    let open: Vec<&str> = Status::ALL.iter().filter(|status| is_open(status)).map(|status| status.as_str()).collect();
    [json!(letters), json!(open)].map(|list| Value::from(list.to_string()))
}

pub(crate) fn condition(wheres: &[&str]) -> String {
    if wheres.is_empty() { String::new() } else { format!("WHERE {}", wheres.join(" AND ")) }
}

pub(crate) fn read(row: &Row<'_>) -> Result<ListedTransaction, StoreError> {
    Ok(ListedTransaction {
        document: DocumentId(Uuid::from_bytes(row.get(0)?)),
        office: parse_office(&row.get::<_, String>(1)?)?,
        service: row.get::<_, String>(2)?.parse().map_err(|_| damaged("a service id"))?,
        catalogue: row.get(3)?,
        status: row.get(4)?,
        number: row.get(5)?,
        name: row.get(6)?,
        nik: row.get(7)?,
        created_millis: row.get(8)?,
        created_by: row.get(9)?,
        changed_millis: row.get(10)?,
        changed_by: row.get(11)?,
        changes: row.get(12)?,
        steps: row.get(13)?,
        divergences: row.get(14)?,
        signed_millis: row.get(15)?,
        two_papers: row.get(17)?,
        numbered_millis: row.get(16)?,
    })
}

//! The audit trail of this machine: who did what when, without values.

use std::ops::Range;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter};

use crate::views::list::condition;
use crate::{Reader, Replica, StoreError};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditItem {
    /// Milliseconds since 1970 UTC by this machine's clock.
    pub at_millis: i64,
    /// Who: a clerk id, or what was typed as one.
    pub clerk: String,
    /// What: a word.
    pub act: String,
    /// About what: an id, never a value.
    pub subject: String,
}

/// Which acts. Empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this clerk only.
    pub clerk: Option<String>,
    /// This word only.
    pub act: Option<String>,
    /// Only those of this time: device clock, milliseconds since 1970 UTC.
    pub during: Option<Range<i64>>,
}

/// Where a part of the trail begins. Numbers go up as acts are noted, whatever the clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuditFrom {
    /// At the last one noted.
    #[default]
    Newest,
    /// Right below the act of this number.
    Before(i64),
    /// Right above it.
    After(i64),
}

impl Reader {
    /// The latest acts, the last first: at most `count`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn audit(&self, count: usize) -> Result<Vec<AuditItem>, StoreError> {
        let acts = self.audit_part(&AuditFilter::default(), AuditFrom::Newest, count)?;
        Ok(acts.into_iter().map(|(_, item)| item).collect())
    }

    /// A part of the trail, the last first, each act with its number: at most `count`. By an index whatever is asked for: the
    /// whole trail in the order in which it was noted, whatever the clock said; a narrowed one in the order of the clock,
    /// so that each part of it is one stretch of an index.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn audit_part(
        &self,
        filter: &AuditFilter,
        from: AuditFrom,
        count: usize,
    ) -> Result<Vec<(i64, AuditItem)>, StoreError> {
        let (beyond, order) = match from {
            AuditFrom::Newest => (None, "DESC"),
            AuditFrom::Before(number) => (Some(number), "DESC"),
            AuditFrom::After(number) => (Some(number), "ASC"),
        };
        let mut values = Vec::<Value>::new();
        if *filter == AuditFilter::default() {
            values.extend(beyond.map(Value::from));
        } else {
            values.extend([&filter.clerk, &filter.act].into_iter().flatten().map(|word| Value::from(word.clone())));
            let mut during = filter.during.clone().unwrap_or(i64::MIN..i64::MAX);
            let at = beyond.map(|number| self.noted_at(number)).transpose()?.flatten();
            match (beyond, at) {
                (None, _) => {}
                // Nothing was ever noted there.
                (Some(_), None) => return Ok(Vec::new()),
                // SQLite enters an index by the time, not by the time and the number.
                (Some(_), Some(at)) if order == "ASC" => during.start = during.start.max(at),
                (Some(_), Some(at)) => during.end = during.end.min(at.saturating_add(1)),
            }
            values.extend([during.start.into(), during.end.into()]);
            values.extend(at.zip(beyond).into_iter().flat_map(|(at, number)| [at.into(), number.into()]));
        }
        values.push(crate::entries::log::signed(count as u64).into());
        let mut statement = self.connection.prepare_cached(&sql(filter, from))?;
        let rows = statement.query_map(params_from_iter(values), read)?;
        let mut acts = rows.collect::<Result<Vec<_>, _>>()?;
        if order == "ASC" {
            acts.reverse();
        }
        Ok(acts)
    }

    /// What the clock said when the act of this number was noted; nothing where there is none.
    fn noted_at(&self, number: i64) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT at FROM audit WHERE idx = ?")?;
        Ok(statement.query_row([number], |row| row.get(0)).optional()?)
    }
}

/// SQLite, without statistics, would guess the index.
fn sql(filter: &AuditFilter, from: AuditFrom) -> String {
    let (sign, way) = match from {
        AuditFrom::Newest => ("", "DESC"),
        AuditFrom::Before(_) => ("<", "DESC"),
        AuditFrom::After(_) => (">", "ASC"),
    };
    let mut wheres = Vec::new();
    let (by, order) = if *filter == AuditFilter::default() {
        if !sign.is_empty() {
            wheres.push(format!("idx {sign} ?"));
        }
        ("NOT INDEXED", format!("idx {way}"))
    } else {
        let words = [("clerk", &filter.clerk), ("act", &filter.act)];
        wheres.extend(words.iter().filter(|(_, word)| word.is_some()).map(|(column, _)| format!("{column} = ?")));
        wheres.push("at >= ? AND at < ?".to_owned());
        if !sign.is_empty() {
            wheres.push(format!("(at, idx) {sign} (?, ?)"));
        }
        let by = match (&filter.clerk, &filter.act) {
            (Some(_), Some(_)) => "INDEXED BY audit_clerk_act",
            (Some(_), None) => "INDEXED BY audit_clerk",
            (None, Some(_)) => "INDEXED BY audit_act",
            (None, None) => "INDEXED BY audit_at",
        };
        (by, format!("at {way}, idx {way}"))
    };
    let wheres: Vec<&str> = wheres.iter().map(String::as_str).collect();
    let condition = condition(&wheres);
    format!("SELECT idx, at, clerk, act, subject FROM audit {by} {condition} ORDER BY {order} LIMIT ?")
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, AuditItem)> {
    let item = AuditItem { at_millis: row.get(1)?, clerk: row.get(2)?, act: row.get(3)?, subject: row.get(4)? };
    Ok((row.get(0)?, item))
}

impl Replica {
    /// Notes an act.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_act(&mut self, item: &AuditItem) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO audit (at, clerk, act, subject) VALUES (?, ?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![
                item.at_millis,
                item.clerk,
                item.act,
                item.subject
            ])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use change_log::{EpochId, HubId};

    use super::*;
    use crate::{Durability, NewReplica, Role};

    #[test]
    fn no_part_of_the_trail_is_looked_for_row_by_row_or_sorted() {
        let dir = tempfile::tempdir().unwrap();
        let new = NewReplica {
            role: Role::Hub,
            office: None,
            hub: HubId([9; 16]),
            node: None,
            epoch: EpochId([200; 16]),
            machine: "hub".to_owned(),
        };
        let replica = Replica::create_with(dir.path(), &new, Durability::Test).unwrap();
        let words = [None, Some("x".to_owned())];
        let parts = [AuditFrom::Newest, AuditFrom::Before(5), AuditFrom::After(5)];
        for (clerk, act) in words.iter().flat_map(|clerk| words.iter().map(move |act| (clerk, act))) {
            for (during, from) in
                [None, Some(5..9)].into_iter().flat_map(|during| parts.map(|from| (during.clone(), from)))
            {
                let filter = AuditFilter { clerk: clerk.clone(), act: act.clone(), during };
                let sql = format!("EXPLAIN QUERY PLAN {}", sql(&filter, from).replace('?', "'9'"));
                let mut statement = replica.connection.prepare(&sql).unwrap();
                let plan: Vec<String> =
                    statement.query_map([], |row| row.get::<_, String>(3)).unwrap().collect::<Result<_, _>>().unwrap();
                let is_whole = filter == AuditFilter::default() && from == AuditFrom::Newest;
                let way = if is_whole { "SCAN" } else { "SEARCH" };
                assert!(
                    plan.len() == 1 && plan.iter().all(|step| step.starts_with(way)),
                    "{filter:?} {from:?} {plan:?}"
                );
            }
        }
    }
}

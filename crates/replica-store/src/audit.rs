//! The audit trail of this machine: who did what when, without values.

use std::ops::Range;

use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use crate::list::condition;
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
    /// Below this number.
    Before(i64),
    /// Above this number: those right after it.
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

    /// A part of the trail, the last noted first, each act with its number: at most `count`. By an index whatever is asked
    /// for; days cost a walk over the index of that time besides.
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
        let (mut wheres, mut values) = (Vec::new(), Vec::<Value>::new());
        for (asked, is) in [(&filter.clerk, "clerk = ?"), (&filter.act, "act = ?")] {
            if let Some(word) = asked {
                wheres.push(is);
                values.push(word.clone().into());
            }
        }
        if let Some(during) = &filter.during {
            let Some((first, last)) = self.audit_ends(during)? else { return Ok(Vec::new()) };
            wheres.extend(["idx BETWEEN ? AND ?", "at >= ? AND at < ?"]);
            values.extend([first.into(), last.into(), during.start.into(), during.end.into()]);
        }
        let (beyond, order) = match from {
            AuditFrom::Newest => (None, "DESC"),
            AuditFrom::Before(number) => (Some(("idx < ?", number)), "DESC"),
            AuditFrom::After(number) => (Some(("idx > ?", number)), "ASC"),
        };
        if let Some((is, number)) = beyond {
            wheres.push(is);
            values.push(number.into());
        }
        values.push(crate::log::signed(count as u64).into());
        let sql = sql(filter, &wheres, order);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), read)?;
        let mut acts = rows.collect::<Result<Vec<_>, _>>()?;
        if order == "ASC" {
            acts.reverse();
        }
        Ok(acts)
    }

    /// Between which numbers the acts of a time lie; nothing when there are none.
    fn audit_ends(&self, during: &Range<i64>) -> Result<Option<(i64, i64)>, StoreError> {
        let sql = "SELECT min(idx), max(idx) FROM audit INDEXED BY audit_at WHERE at >= ? AND at < ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let ends = statement.query_row([during.start, during.end], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(match ends {
            (Some(first), Some(last)) => Some((first, last)),
            _ => None,
        })
    }
}

/// SQLite, without statistics, would guess the index.
fn sql(filter: &AuditFilter, wheres: &[&str], order: &str) -> String {
    let by = match (&filter.clerk, &filter.act) {
        (Some(_), Some(_)) => "INDEXED BY audit_clerk_act",
        (Some(_), None) => "INDEXED BY audit_clerk",
        (None, Some(_)) => "INDEXED BY audit_act",
        (None, None) => "NOT INDEXED",
    };
    let condition = condition(wheres);
    format!("SELECT idx, at, clerk, act, subject FROM audit {by} {condition} ORDER BY idx {order} LIMIT ?")
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
        for (clerk, act) in words.iter().flat_map(|clerk| words.iter().map(move |act| (clerk, act))) {
            let filter = AuditFilter { clerk: clerk.clone(), act: act.clone(), during: None };
            let mut wheres = vec!["idx < 5"];
            wheres.extend(clerk.as_ref().map(|_| "clerk = 'x'"));
            wheres.extend(act.as_ref().map(|_| "act = 'x'"));
            for order in ["ASC", "DESC"] {
                let sql = format!("EXPLAIN QUERY PLAN {}", sql(&filter, &wheres, order).replace("LIMIT ?", "LIMIT 9"));
                let mut statement = replica.connection.prepare(&sql).unwrap();
                let plan: Vec<String> =
                    statement.query_map([], |row| row.get::<_, String>(3)).unwrap().collect::<Result<_, _>>().unwrap();
                assert!(plan.len() == 1 && plan.iter().all(|step| step.starts_with("SEARCH")), "{filter:?} {plan:?}");
            }
        }
    }
}

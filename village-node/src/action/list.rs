//! Lists and search: one line a transaction, NIKs masked.

use change_log::DocumentId;
use chrono::NaiveDate;
use office_model::{Awaited, OfficeCode, ServiceId, Status};
use replica_store::{ListFilter, ListedTransaction, Page, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ReferredQuery, search, service_label};
use crate::{Failure, mask};

/// So many lines at most in one answer.
pub const ROWS_MAX: usize = 1_000;

/// Which transactions, and how many of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// What to search for: beginnings of names, NIKs, letter numbers; or a queue number.
    #[serde(default)]
    pub q: Option<String>,
    /// Of this office only.
    #[serde(default)]
    pub office: Option<OfficeCode>,
    /// With this status only.
    #[serde(default)]
    pub status: Option<Status>,
    /// Of this service only.
    #[serde(default)]
    pub service: Option<ServiceId>,
    /// Only those with something to settle.
    #[serde(default)]
    pub divergent: bool,
    /// Only letters that have no number and may still be signed.
    #[serde(default)]
    pub unnumbered: bool,
    /// Only those that are referred, answered or not.
    #[serde(default)]
    pub referred: Option<ReferredQuery>,
    /// Only those that wait for it.
    #[serde(default)]
    pub waiting: Option<Awaited>,
    /// Recorded on this day or later, in WIB.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Recorded on this day or earlier, in WIB.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// Below this one.
    #[serde(default)]
    pub after: Option<DocumentId>,
    /// So many at most, from 1 to [`ROWS_MAX`]; 50 when left out.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// So many rows are asked for; more than an answer holds are as many as it holds.
///
/// # Errors
///
/// When none are.
pub(crate) fn rows_of(limit: Option<usize>) -> Result<usize, Failure> {
    match limit.unwrap_or(50) {
        0 => Err(Failure::input(
            "limit",
            format!("`limit` adalah bilangan dari 1 sampai {ROWS_MAX}. Tidak ada yang berubah."),
            format!("`limit` is a number from 1 to {ROWS_MAX}. Nothing was changed."),
        )),
        limit => Ok(limit.min(ROWS_MAX)),
    }
}

/// `{"rows": [...], "next": id or null, "limit": so many rows at most}`.
pub(super) fn perform(replica: &Replica, query: &ListQuery) -> Result<Value, Failure> {
    let filter = ListFilter {
        office: query.office,
        status: query.status.map(|status| status.as_str().to_owned()),
        service: query.service.map(|service| service.to_string()),
        divergent: query.divergent,
        unnumbered: query.unnumbered,
        referred: query.referred.map(|referred| referred.filter(replica)),
        awaited: query.waiting,
        made: super::days(query.from, query.to)?,
        ..ListFilter::default()
    };
    let count = rows_of(query.limit)?;
    let page = Page { after: query.after, count: count + 1 };
    let mut rows = match &query.q {
        Some(words) => search::search(replica, words, &filter, page)?,
        None => replica.list(&filter, page)?,
    };
    let more = rows.len() > count;
    rows.truncate(count);
    let next = if more { rows.last().map(|row| row.document) } else { None };
    Ok(json!({"rows": rows.iter().map(row).collect::<Vec<Value>>(), "next": next, "limit": count}))
}

/// One line as lists show it.
pub(super) fn row(row: &ListedTransaction) -> Value {
    json!({
        "id": row.document,
        "office": row.office,
        "service": row.service,
        "service_label": service_label(row.service),
        "status": row.status,
        "number": row.number,
        "name": row.name,
        "nik": row.nik.as_deref().map(mask::nik),
        "created_millis": row.created_millis,
        "created_by": row.created_by,
        "changed_millis": row.changed_millis,
        "changed_by": row.changed_by,
        "changes": row.changes,
        "divergences": row.divergences,
        "two_papers": row.two_papers,
    })
}

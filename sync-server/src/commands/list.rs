//! `list`: transactions, the last to arrive first, NIKs masked.

use std::fmt::Write as _;

use change_log::DocumentId;
use desk_kit::{Language, values};
use office_model::{Catalogue, OfficeCode, ServiceId, Status};
use replica_store::{ListFilter, ListedTransaction, Page};
use serde_json::{Value, json};

use super::{Answer, known, mask, open, table, time};
use crate::act::Act;
use crate::cli::Common;
use crate::keys::HubKeys;
use crate::operators::by_command;
use crate::sought::Sought;
use crate::{Failure, handbook};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sync-server list
  sync-server list --office 35.10.01.2001 --limit 10
  sync-server list --search 'siti 3510' --json
  sync-server list --after ID            the next page")]
pub(crate) struct Arguments {
    /// Of this office only.
    #[arg(long)]
    office: Option<OfficeCode>,
    /// Of this service only.
    #[arg(long)]
    service: Option<ServiceId>,
    /// With this status only.
    #[arg(long)]
    status: Option<Status>,
    /// Words to look for: beginnings of names, NIKs, letter numbers.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Only those with something to settle.
    #[arg(long)]
    divergent: bool,
    /// Below this transaction.
    #[arg(long, value_name = "ID")]
    after: Option<DocumentId>,
    /// So many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    known::offices(&reader, &arguments.office)?;
    if arguments.service.is_some() {
        // The centre may have published others.
        handbook::learn(&reader, &HubKeys::load(&common.data)?)?;
        known::service(arguments.service.as_ref())?;
    }
    let filter = ListFilter {
        office: arguments.office,
        service: arguments.service.as_ref().map(ToString::to_string),
        status: arguments.status.map(|status| status.as_str().to_owned()),
        divergent: arguments.divergent,
        ..ListFilter::default()
    };
    let count = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let page = Page { after: arguments.after, count: count + 1 };
    let mut rows = match &arguments.search {
        Some(words) => reader.search(words, &filter, page)?,
        None => reader.list(&filter, page)?,
    };
    let more = rows.len() > count;
    rows.truncate(count);
    if let Some(words) = &arguments.search {
        // Whole names: noted before anybody sees them, as on the page, and without what was looked for.
        let subject = Sought::of(words).subject(rows.len(), more);
        common.submit(&Act::Note { by: by_command("list --search"), act: "searched".to_owned(), subject })?;
    }
    let next = if more { rows.last().map(|row| row.document) } else { None };
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.document.to_string(),
                row.office.to_string(),
                row.service.to_string(),
                row.status.clone(),
                values::name(row.name.as_deref(), Catalogue::current().service(&row.service), Language::English),
                row.nik.as_deref().map(mask).unwrap_or_default(),
                time(Some(row.changed_millis)),
            ]
        })
        .collect();
    let mut text = table(&["id", "office", "service", "status", "name", "nik", "changed"], &lines);
    if let Some(next) = next {
        let _ = writeln!(text, "more: --after {next}");
    }
    Ok(Answer::new(json!({ "rows": rows.iter().map(row).collect::<Vec<_>>(), "next": next, "limit": count }), text))
}

/// One line as lists show it.
pub(super) fn row(row: &ListedTransaction) -> Value {
    json!({
        "id": row.document,
        "office": row.office,
        "service": row.service,
        "status": row.status,
        "number": row.number,
        "name": row.name,
        "nik": row.nik.as_deref().map(mask),
        "created_millis": row.created_millis,
        "created_by": row.created_by,
        "changed_millis": row.changed_millis,
        "changed_by": row.changed_by,
        "changes": row.changes,
        "divergences": row.divergences,
        "two_papers": row.two_papers,
    })
}

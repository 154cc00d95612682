//! `list`: the transactions, the last to arrive first; NIKs masked.

use std::process::ExitCode;

use change_log::DocumentId;
use chrono::NaiveDate;
use clap::Args;
use office_model::{Awaited, Catalogue, Service, ServiceId, Status};
use serde_json::Value;

use super::session::Session;
use super::{date, output};
use crate::action::{ListQuery, ReferredQuery};
use crate::{Action, Failure};

/// List transactions, the last to arrive first (NIKs masked; `show` reveals)
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node list --status diajukan --limit 20\n  village-node list --waiting head\n  village-node list --service G01 --json\n  village-node list --from 2026-07-01 --to 2026-07-31"
)]
pub(super) struct List {
    #[command(flatten)]
    filter: Filter,
}

/// Which transactions.
#[derive(Args)]
pub(super) struct Filter {
    /// With this status only, such as draf
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Of this service only, such as G01
    #[arg(long, value_name = "ID")]
    service: Option<ServiceId>,
    /// Only those with something that people must decide
    #[arg(long)]
    divergent: bool,
    /// Only letters that have no number and may still be signed
    #[arg(long)]
    unnumbered: bool,
    /// Only those that are referred: open or answered (at an office above the villages: to this office)
    #[arg(long, value_name = "STATE", value_enum)]
    referred: Option<ReferredQuery>,
    /// Only those that wait for: clerk, checker, head, `sub_district`, citizen (pick-up), `referred_office` (its answer), nobody
    #[arg(long, value_name = "WHOM")]
    waiting: Option<Awaited>,
    /// Recorded on this day or later, such as 2026-07-01 (WIB)
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,
    /// Recorded on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<NaiveDate>,
    /// So many at most, up to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(super) limit: usize,
    /// Those below this id (the next page)
    #[arg(long, value_name = "ID")]
    after: Option<DocumentId>,
}

impl Filter {
    pub(super) fn query(self, words: Option<String>) -> ListQuery {
        ListQuery {
            q: words,
            office: None,
            status: self.status,
            service: self.service,
            divergent: self.divergent,
            unnumbered: self.unnumbered,
            referred: self.referred,
            waiting: self.waiting,
            from: self.from,
            to: self.to,
            after: self.after,
            limit: Some(self.limit),
        }
    }
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let asked = self.filter.limit;
        let answer = session.perform(&Action::List { query: self.filter.query(None) }).await?;
        print(&answer, asked, session.json);
        Ok(ExitCode::SUCCESS)
    }
}

/// Whose it is; the language of whoever reads is not known.
fn name(row: &Value) -> String {
    let service = row.get("service").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let unnamed = service.and_then(|id| Catalogue::current().service(&id)).and_then(Service::unnamed);
    match (row.get("name"), unnamed) {
        (Some(Value::Null) | None, Some(word)) => format!("{} / {}", word.id, word.en),
        _ => output::field(row, "name"),
    }
}

/// The lines of a list, of which `asked` were asked for.
pub(super) fn print(answer: &Value, asked: usize, json: bool) {
    if json {
        return output::line(answer);
    }
    let rows = output::entries(answer, "rows");
    for row in rows {
        let apart = if row.get("divergences").and_then(Value::as_u64) > Some(0) { "  !" } else { "" };
        let apart = if output::has_two_papers(row) { "  ! dua surat / two letters" } else { apart };
        output::line(format!(
            "{}  {:<14}  {}  {}  {}  {}{apart}",
            output::field(row, "id"),
            output::field(row, "status"),
            output::field(row, "service"),
            output::field(row, "nik"),
            output::time(row.get("changed_millis").unwrap_or(&Value::Null)),
            name(row),
        ));
    }
    if rows.is_empty() {
        output::note("Tidak ada berkas. / No transactions.");
    }
    if let Some(limit) = answer.get("limit").and_then(Value::as_u64).filter(|&limit| limit < asked as u64) {
        output::note(format!("Paling banyak {limit} berkas sekali tampil. / Shows at most {limit} at a time."));
    }
    if let Some(next) = answer.get("next").and_then(Value::as_str) {
        output::note(format!("Selanjutnya / next: --after {next}"));
    }
}

//! `nightly`: the report of a night.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use desk_kit::Language;
use serde_json::json;

use super::{Answer, open, table, time};
use crate::act::Act;
use crate::cli::Common;
use crate::night::forms::{self, Form};
use crate::night::{Report, kept, words};
use crate::operators::by_command;
use crate::{Failure, clock};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server nightly --date 2026-11-24\n  sync-server nightly --date 2026-11-24 --json\n  sync-server nightly --date 2026-11-24 --format xlsx --out night.xlsx

The report of a date is made once and kept: the same date gives the same bytes in every form. A server that runs makes it at
06:00 WIB (report_minute); it is not made before, unless --early is given. Making it checks all that is stored.
It writes the night's backup where backup_dir is set and the report is made on its date, up to midnight WIB: of a night that is
caught up with later there is none."
)]
pub(crate) struct Arguments {
    /// The day on whose morning the night ended.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: NaiveDate,
    /// Close a night that is not over yet: what happens until it would have been is in no report.
    #[arg(long)]
    early: bool,
    /// Write it to a file: as it is kept, as comma-separated values, or as a spreadsheet.
    #[arg(long, value_enum, requires = "out")]
    format: Option<Form>,
    /// The file; one of that name is replaced.
    #[arg(long, value_name = "FILE", requires = "format")]
    out: Option<PathBuf>,
    /// What people read in it: `id` or `en`.
    #[arg(long, value_name = "LANGUAGE", default_value = "id", value_parser = ["id", "en"])]
    language: String,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let date = arguments.date;
    if kept::standing(&open(&common.data)?, date, clock::now_millis())?.is_none() {
        common.submit(&Act::Nightly { by: by_command("nightly --early"), date, early: arguments.early })?;
    }
    let kept =
        kept::bytes(&open(&common.data)?, date)?.ok_or_else(|| Failure::internal("a report that was not kept"))?;
    let language = Language::of_code(&arguments.language);
    if let (Some(form), Some(out)) = (arguments.format, &arguments.out) {
        let bytes = forms::file(kept, form, language)?;
        write(out, &bytes).map_err(|error| Failure::file(out, &error))?;
        let json = json!({ "file": out, "bytes": bytes.len(), "format": form.extension() });
        return Ok(Answer::new(json, format!("{} bytes in {}\n", bytes.len(), out.display())));
    }
    let text = text(&kept::parse(&kept)?);
    Ok(Answer::new(serde_json::from_slice(&kept).map_err(Failure::internal)?, text))
}

/// Beside its place first, so that nobody takes half a file for a whole one.
fn write(out: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut half = out.to_owned().into_os_string();
    half.push(".part");
    std::fs::write(&half, bytes)?;
    std::fs::rename(half, out)
}

fn text(report: &Report) -> String {
    let mut out = format!("Night of {}\n", report.date);
    for (state, count) in &report.totals {
        let _ = writeln!(out, "{state:14}{count}");
    }
    if let Some(whole) = &report.whole {
        let (needs, numbers) = (&whole.needs, &whole.numbers);
        let _ = writeln!(
            out,
            "\nmade on {}: {} transactions, {} in its month",
            whole.work.day, whole.work.made_day, whole.work.made_month
        );
        let _ = writeln!(
            out,
            "need a person: {} (overdue {}, due today {}, quarantined {}, to settle {}, waiting for the camat {})",
            needs.documents, needs.overdue, needs.due_today, needs.quarantined, needs.divergent, needs.waiting_camat
        );
        let left_out = whole.documents_left_out + numbers.left_out() + numbers.granted_left_out();
        if left_out > 0 {
            let _ = writeln!(out, "left out of every form of this report: {left_out} rows");
        }
        let _ = writeln!(
            out,
            "letter numbers: {} missing, {} given twice, {} granted",
            numbers.missing, numbers.twice, numbers.granted_numbers
        );
        let sound = if whole.check.sound { "sound" } else { "DAMAGED: sync-server verify" };
        let _ = writeln!(
            out,
            "check: {sound}, {} changes at {}",
            whole.check.entries,
            time(Some(whole.check.checked_millis))
        );
        let backup = &whole.backup;
        let detail = backup.file.as_deref().or(backup.error.as_deref()).unwrap_or_default();
        let _ = writeln!(
            out,
            "{}",
            format!("backup: {} {detail}", words::backup(&backup.state, Language::English)).trim_end()
        );
    }
    let behind = report.behind();
    if behind.is_empty() {
        return out;
    }
    let lines: Vec<Vec<String>> = behind
        .into_iter()
        .map(|line| {
            let reason = line.reason.as_deref().map(|word| words::reason(word, Language::English)).unwrap_or_default();
            vec![line.office.to_string(), line.name.clone(), line.state.clone(), time(line.since_millis), reason]
        })
        .collect();
    out + "\n" + &table(&["office", "name", "state", "since", "why"], &lines)
}

//! `nightly`: the report of a night.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::Value;

use super::{Answer, open, table, time};
use crate::act::Act;
use crate::cli::Common;
use crate::{Failure, nightly};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server nightly --date 2026-11-24\n  sync-server nightly --date 2026-11-24 --json

The report of a date is made once and kept: the same date gives the same bytes. A server that runs makes it at 06:00 WIB."
)]
pub(crate) struct Arguments {
    /// The day on whose morning the night ended.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: NaiveDate,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let kept = nightly::kept(&open(&common.data)?, arguments.date)?;
    let report = match kept {
        Some(report) => report,
        None => common.submit(&Act::Nightly { date: arguments.date })?,
    };
    let text = text(&report);
    Ok(Answer::new(report, text))
}

fn text(report: &Value) -> String {
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut out = format!("Night of {}\n", word(report, "date"));
    for (state, count) in report.get("totals").and_then(Value::as_object).into_iter().flatten() {
        let _ = writeln!(out, "{state:14}{count}");
    }
    let offices = report.get("offices").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<Vec<String>> = offices
        .filter(|office| word(office, "state") != "not_enrolled")
        .map(|office| {
            let since = office.get("since_millis").and_then(Value::as_i64);
            vec![word(office, "office"), word(office, "name"), word(office, "state"), time(since)]
        })
        .collect();
    out + "\n" + &table(&["office", "name", "state", "since"], &lines)
}

//! How answers reach the terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use indicatif::{ProgressBar, ProgressStyle};
use office_model::calendar;
use serde_json::Value;

use crate::Failure;

/// One line to standard output. A reader that went away is no fault of ours.
pub(super) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// One line to standard error.
pub(super) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// A failure: as JSON on standard error when programs read, else in both languages.
pub(super) fn failure(failure: &Failure, json: bool) {
    if json {
        note(serde_json::json!({"error": failure}));
    } else {
        note(failure);
    }
}

/// A time in WIB, or a dash.
pub(super) fn time(millis: &Value) -> String {
    let wib = FixedOffset::east_opt(calendar::WIB_SECONDS);
    millis
        .as_i64()
        .and_then(DateTime::from_timestamp_millis)
        .zip(wib)
        .map_or_else(|| "-".to_owned(), |(time, wib)| time.with_timezone(&wib).format("%Y-%m-%d %H:%M WIB").to_string())
}

/// A value as people read it: texts without quotation marks.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A field of an answer as people read it.
pub(super) fn field(value: &Value, key: &str) -> String {
    value.get(key).map_or_else(|| "-".to_owned(), plain)
}

/// Whether two different papers of a record are signed.
pub(super) fn has_two_papers(row: &Value) -> bool {
    row.get("two_papers") == Some(&Value::Bool(true))
}

/// The entries of a list in an answer.
pub(super) fn entries<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Odd things that were taken all the same.
pub(super) fn warnings(answer: &Value) {
    for warning in entries(answer, "warnings") {
        let text = warning.get("text").cloned().unwrap_or_default();
        note(format!("  ! {}: {} / {}", field(warning, "path"), field(&text, "id"), field(&text, "en")));
    }
}

/// A progress bar on a terminal; nothing elsewhere.
pub(super) fn bar(length: u64, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A progress bar for what is mostly quick: it shows itself after a second.
pub(super) struct LateBar {
    json: bool,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl LateBar {
    pub(super) fn new(json: bool) -> Self {
        Self { json, begun: Instant::now(), bar: None }
    }

    pub(super) fn set(&mut self, done: u64, all: u64) {
        if self.bar.is_none() && self.begun.elapsed() > Duration::from_secs(1) {
            self.bar = Some(bar(all, self.json));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

//! `record`: new transactions, one or thousands.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use office_model::{Bilingual, ClerkId, ServiceId, counted};
use serde_json::{Map, Value, json};

use super::output;
use super::session::{Session, Way};
use crate::action::NewRecord;
use crate::{Action, Failure, json, parser_words};

/// So many records share one durable commit.
const BATCH: usize = 500;
/// Lines of a batch have at most about so many bytes together: `serve`, which may have the folder, takes them as one
/// request.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// Reasons are listed for so many refused lines; of those behind them the list has number and code.
const REASONS_MAX: usize = 1_000;
/// A longer line is no record.
const LINE_BYTES_MAX: u64 = 256 * 1024;

/// Record one transaction, or many from a file with one JSON object a line
///
/// Prints the id of each record. Of a file, bad lines are reported with their number and every reason, and the good
/// ones are kept; the exit code is 0 only when all lines were good. Lines are saved 500 at a time, and printed when they
/// are on the disk: after a power cut every printed id is there, and the 500 behind them may be. Look with `list`
/// before you record the rest.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node record --service G01 --json '{\"nik\": \"3510014107900001\", \"nama\": \"Siti Aminah\", ...}'\n  \
    village-node record --lines today.jsonl      one {\"service\": \"G01\", \"fields\": {...}} a line\n  \
    cat today.jsonl | village-node record --lines -"
)]
pub(super) struct Record {
    /// Service id, such as G01
    #[arg(long, value_name = "ID", required_unless_present = "lines")]
    service: Option<ServiceId>,
    /// The form's values as a JSON object; once more without a value: print JSON
    #[arg(long = "json", value_name = "FIELDS", num_args = 0..=1, default_missing_value = "", id = "fields")]
    fields: Vec<String>,
    /// File with one JSON object a line; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "service")]
    lines: Option<PathBuf>,
}

/// What came of the lines so far.
#[derive(Default)]
struct Tally {
    saved: Lines,
    refused: Lines,
}

/// Lines of the answer, written down at once: as trees, those of a large file would not fit into memory.
#[derive(Default)]
struct Lines {
    count: usize,
    /// As JSON, with commas between them.
    json: String,
}

impl Lines {
    fn push(&mut self, line: &Value) {
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&line.to_string());
    }
}

impl Record {
    pub(super) fn wants_json(&self) -> bool {
        self.fields.iter().any(String::is_empty)
    }

    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let clerk = session.clerk()?;
        let way = session.way().await?;
        match (&self.lines, self.service) {
            (Some(path), _) => many(session, &way, &clerk, path).await,
            (None, Some(service)) => {
                let text = self.fields.iter().find(|text| !text.is_empty()).ok_or_else(fields_missing)?;
                one(session, &way, clerk, service, text).await
            }
            (None, None) => Err(fields_missing()),
        }
    }
}

async fn one(
    session: &Session,
    way: &Way,
    clerk: ClerkId,
    service: ServiceId,
    text: &str,
) -> Result<ExitCode, Failure> {
    let fields: Map<String, Value> = json::parse(text.as_bytes()).map_err(|error| bad_json(&error))?;
    let records = vec![NewRecord::new(service, fields, None)];
    let answer = way.perform(&Action::Record { records, clerk }).await?;
    if let Some(refusal) = output::entries(&answer, "refused").first() {
        return Err(refusal_of(refusal));
    }
    for saved in output::entries(&answer, "saved") {
        if session.json {
            let (id, number, warnings) = (saved.get("id"), saved.get("number"), saved.get("warnings"));
            output::line(json!({"id": id, "number": number, "warnings": warnings}));
        } else {
            output::line(output::field(saved, "id"));
            output::warnings(saved);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn many(session: &Session, way: &Way, clerk: &ClerkId, path: &Path) -> Result<ExitCode, Failure> {
    let (mut reader, bytes) = open(path)?;
    let bar = output::bar(bytes, session.json);
    let mut tally = Tally::default();
    let mut batch: Vec<(u64, NewRecord)> = Vec::new();
    let (mut number, mut bytes) = (0, 0);
    while let Some(line) = next_line(&mut reader).map_err(|error| Failure::file(path, &error))? {
        number += 1;
        bar.inc(line.bytes);
        match parse(&line) {
            Ok(Some(record)) => {
                batch.push((number, record));
                bytes += line.bytes;
            }
            Ok(None) => {}
            Err(failure) => tally.refuse(session, number, &failure),
        }
        if batch.len() == BATCH || bytes >= BATCH_BYTES {
            save(session, way, clerk, &mut batch, &mut tally).await?;
            bytes = 0;
        }
    }
    save(session, way, clerk, &mut batch, &mut tally).await?;
    bar.finish_and_clear();
    let (saved, refused) = (tally.saved.count, tally.refused.count);
    if session.json {
        output::line(format_args!("{{\"saved\":[{}],\"refused\":[{}]}}", tally.saved.json, tally.refused.json));
    } else {
        let lines = counted(refused as u64, "line", "lines");
        output::note(format!("{saved} tersimpan, {refused} baris ditolak. / {saved} saved, {lines} refused."));
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Saves a batch with one commit and tells of it at once: what was printed is on the disk.
async fn save(
    session: &Session,
    way: &Way,
    clerk: &ClerkId,
    batch: &mut Vec<(u64, NewRecord)>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    if batch.is_empty() {
        return Ok(());
    }
    let (numbers, records): (Vec<u64>, Vec<NewRecord>) = batch.drain(..).unzip();
    let number = |entry: &Value| {
        let index = entry.get("index").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| numbers.get(index).copied()).unwrap_or_default()
    };
    let done = way.perform(&Action::Record { records, clerk: clerk.clone() }).await;
    let answer = done.inspect_err(|_| {
        let first = numbers.first().copied().unwrap_or_default();
        output::note(format!(
            "Berhenti: baris {first} dan seterusnya belum disimpan. / Stopped: line {first} and those after it are not saved."
        ));
    })?;
    for saved in output::entries(&answer, "saved") {
        tally.saved.count += 1;
        if session.json {
            let (id, letter, warnings) = (saved.get("id"), saved.get("number"), saved.get("warnings"));
            let line = json!({"line": number(saved), "id": id, "number": letter, "warnings": warnings});
            tally.saved.push(&line);
        } else {
            output::line(output::field(saved, "id"));
        }
    }
    for refused in output::entries(&answer, "refused") {
        tally.refuse(session, number(refused), &refusal_of(refused));
    }
    Ok(())
}

impl Tally {
    fn refuse(&mut self, session: &Session, line: u64, failure: &Failure) {
        self.refused.count += 1;
        if !session.json {
            output::note(format!("baris / line {line}: {failure}"));
        } else if self.refused.count > REASONS_MAX {
            self.refused.push(&json!({"line": line, "code": failure.code}));
        } else {
            let (code, text, problems) = (&failure.code, &failure.text, &failure.problems);
            self.refused.push(&json!({"line": line, "code": code, "text": text, "problems": problems}));
        }
    }
}

/// One line of the file, cut off where it is too long.
struct Line {
    text: Vec<u8>,
    bytes: u64,
}

fn open(path: &Path) -> Result<(Box<dyn BufRead + Send>, u64), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(BufReader::new(std::io::stdin())), 0));
    }
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let bytes = file.metadata().map_or(0, |data| data.len());
    Ok((Box::new(BufReader::new(file)), bytes))
}

fn next_line(reader: &mut (dyn BufRead + Send)) -> std::io::Result<Option<Line>> {
    let mut text = Vec::new();
    let read = reader.take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut text)?;
    if read == 0 {
        return Ok(None);
    }
    let mut bytes = read as u64;
    // The rest of a line that is too long is passed over, not kept.
    let mut rest = text.clone();
    while bytes > LINE_BYTES_MAX && rest.last() != Some(&b'\n') {
        rest.clear();
        let more = reader.take(LINE_BYTES_MAX).read_until(b'\n', &mut rest)?;
        bytes += more as u64;
        if more == 0 {
            break;
        }
    }
    Ok(Some(Line { text, bytes }))
}

/// The record of a line; nothing of an empty one.
fn parse(line: &Line) -> Result<Option<NewRecord>, Failure> {
    if line.text.len() as u64 > LINE_BYTES_MAX {
        return Err(Failure::input(
            "line_too_long",
            format!("Baris lebih dari {LINE_BYTES_MAX} bita."),
            format!("The line has more than {LINE_BYTES_MAX} bytes."),
        ));
    }
    let text = line.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line.text);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    json::parse(text).map(Some).map_err(|error| bad_json(&error))
}

/// The failure that a refusal of the answer tells of.
fn refusal_of(refusal: &Value) -> Failure {
    let mut failure = Failure::input("invalid", "Isian belum benar.", "The values are not right.");
    if let Some(code) = refusal.get("code").and_then(Value::as_str) {
        code.clone_into(&mut failure.code);
    }
    if let Some(text) = refusal.get("text").and_then(|text| serde_json::from_value(text.clone()).ok()) {
        failure.text = text;
    }
    if let Some(problems) = refusal.get("problems").and_then(|list| serde_json::from_value(list.clone()).ok()) {
        failure.problems = problems;
    }
    failure
}

fn bad_json(error: &serde_json::Error) -> Failure {
    let said = error.to_string().chars().take(200).collect::<String>();
    let Bilingual { id, en } = parser_words(&said);
    Failure::input(
        "json",
        format!("Bukan JSON yang diminta: {id}. Tulis seperti {{\"service\": \"G01\", \"fields\": {{...}}}}."),
        format!("Not the JSON that was expected: {en}. Write it like {{\"service\": \"G01\", \"fields\": {{...}}}}."),
    )
}

fn fields_missing() -> Failure {
    Failure::input(
        "fields_missing",
        "Isian belum diberikan. Tambahkan --json '{...}'.",
        "The values are missing. Add --json '{...}'.",
    )
}

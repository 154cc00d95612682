//! The parts of a night's page that whole reports alone have: records, data and backup, letter numbers, what was done.

use desk_kit::{Language, moments};
use office_model::calendar::short_date;

use super::amount::bytes;
use super::shown;
use super::texts::Worded as _;
use crate::night::report::{CheckLine, Whole};
use crate::night::{Report, words};

/// Records and numbers of the page; the files have more.
const LINES: usize = 100;

/// What whole reports hold.
pub(super) struct Rest {
    pub(super) documents: Vec<Document>,
    /// How many more there are, and where; empty for none. The same of numbers and blocks.
    pub(super) more_documents: String,
    pub(super) numbers: Vec<Number>,
    pub(super) more_numbers: String,
    pub(super) granted: Vec<Granted>,
    pub(super) more_granted: String,
    pub(super) check: Check,
    pub(super) backup: Backup,
    pub(super) day: String,
    pub(super) tables: Vec<WorkTable>,
}

pub(super) struct Document {
    pub(super) office: String,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) status: String,
    pub(super) due: String,
    pub(super) days_late: String,
    pub(super) needs: Vec<String>,
    pub(super) detail: String,
    pub(super) id: String,
}

pub(super) struct Number {
    pub(super) name: String,
    pub(super) is_twice: bool,
    pub(super) series: String,
    pub(super) serials: String,
    pub(super) why: String,
}

pub(super) struct Granted {
    pub(super) name: String,
    pub(super) series: String,
    pub(super) numbers: String,
    pub(super) at: String,
}

pub(super) struct Check {
    pub(super) is_sound: bool,
    pub(super) at: String,
    pub(super) figures: String,
    pub(super) problems: Vec<String>,
    pub(super) problems_left_out: u64,
    pub(super) advice: Vec<String>,
}

pub(super) struct Backup {
    pub(super) is_bad: bool,
    pub(super) said: String,
    pub(super) file: String,
    pub(super) detail: String,
}

/// What was done, by something.
pub(super) struct WorkTable {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) head: &'static str,
    pub(super) lines: Vec<Work>,
}

/// A line of it.
pub(super) struct Work {
    pub(super) label: String,
    pub(super) day: String,
    pub(super) month: String,
    /// Empty for none.
    pub(super) overdue: String,
    pub(super) due_today: String,
}

/// What a whole report holds, for the page.
pub(super) fn rest(report: &Report, whole: &Whole, language: Language) -> Rest {
    let documents = whole.documents.iter().take(LINES);
    let shown_documents = documents.map(|line| Document {
        office: line.office.to_string(),
        name: report.name_of(line.office),
        service: line.service.map(|service| service.to_string()).unwrap_or_default(),
        status: line.status.as_deref().map(|status| words::status(status, line.service, language)).unwrap_or_default(),
        due: line.due.map(short_date).unwrap_or_default(),
        days_late: if line.days_late > 0 { line.days_late.to_string() } else { String::new() },
        needs: line.needs.iter().map(|need| shown::need(need, language)).collect(),
        detail: line.quarantine.as_deref().map(|code| shown::reason(code, language).to_owned()).unwrap_or_default(),
        id: line.id.to_string(),
    });
    Rest {
        documents: shown_documents.collect(),
        more_documents: more(whole.documents.len(), whole.documents_left_out, language),
        numbers: numbers(report, whole, language),
        more_numbers: more(
            whole.numbers.duplicates.len() + whole.numbers.gaps.len(),
            whole.numbers.left_out(),
            language,
        ),
        granted: granted(report, whole, language),
        more_granted: more(whole.numbers.granted.len(), whole.numbers.granted_left_out(), language),
        check: check(&whole.check, report, language),
        backup: backup(whole, report, language),
        day: short_date(whole.work.day),
        tables: work(whole, language),
    }
}

/// Where the lines are that the page has no room for: `kept` stand in the report, `left_out` are counted only.
fn more(kept: usize, left_out: u64, language: Language) -> String {
    let in_files = kept.saturating_sub(LINES) as u64;
    let said = match language {
        Language::Indonesian => {
            let [in_files, nowhere] = [in_files, left_out].map(|count| shown::figure(count, language));
            [
                format!("{in_files} baris lagi ada di berkas XLSX, CSV, dan JSON (unduh di atas)."),
                format!("{nowhere} baris tidak termuat dalam laporan ini."),
            ]
        }
        Language::English => {
            let in_files = shown::counted(in_files, "more row is", "more rows are");
            let nowhere = shown::counted(left_out, "row is", "rows are");
            [
                format!("{in_files} in the XLSX, CSV and JSON files (download above)."),
                format!("{nowhere} left out of this report."),
            ]
        }
    };
    let said = said.into_iter().zip([kept > LINES, left_out > 0]);
    said.filter(|(_, is_so)| *is_so).map(|(text, _)| text).collect::<Vec<_>>().join(" ")
}

/// By sector, service and sub-district.
fn work(whole: &Whole, language: Language) -> Vec<WorkTable> {
    let t = language.texts();
    let line = |label: String, [day, month, overdue, due_today]: [u64; 4]| Work {
        label,
        day: shown::figure(day, language),
        month: shown::figure(month, language),
        overdue: if overdue > 0 { shown::figure(overdue, language) } else { String::new() },
        due_today: shown::figure(due_today, language),
    };
    let done = &whole.work;
    let sectors = done
        .sectors
        .iter()
        .map(|one| line(language.say(&one.label).to_owned(), [one.day, one.month, one.overdue, one.due_today]));
    let services = done.services.iter().map(|one| {
        let label = format!("{} {}", one.service, language.say(&one.label));
        line(label, [one.day, one.month, one.overdue, one.due_today])
    });
    let districts = done
        .districts
        .iter()
        .map(|one| line(language.say(&one.label).to_owned(), [one.day, one.month, one.overdue, one.due_today]));
    let mut tables = vec![
        WorkTable { id: "sektor", title: t.by_sector, head: t.sector, lines: sectors.collect() },
        WorkTable { id: "layanan", title: t.by_service, head: t.service, lines: services.collect() },
        WorkTable { id: "kecamatan", title: t.by_district, head: t.district, lines: districts.collect() },
    ];
    // On the page only what there is to see; the files have every line.
    let is_nothing = |line: &Work| {
        line.overdue.is_empty() && [&line.day, &line.month, &line.due_today].iter().all(|one| *one == "0")
    };
    tables.iter_mut().skip(1).for_each(|table| table.lines.retain(|line| !is_nothing(line)));
    tables.retain(|table| !table.lines.is_empty());
    tables
}

fn numbers(report: &Report, whole: &Whole, language: Language) -> Vec<Number> {
    let twice = whole.numbers.duplicates.iter().map(|line| Number {
        name: report.name_of(line.office),
        is_twice: true,
        series: String::new(),
        serials: line.serial.clone(),
        why: words::why(&line.why, language),
    });
    let gaps = whole.numbers.gaps.iter().map(|line| Number {
        name: report.name_of(line.office),
        is_twice: false,
        series: format!("{}, {}", words::series(&line.series, language), line.year),
        serials: serials(line.first, line.last),
        why: words::why(&line.why, language),
    });
    twice.chain(gaps).take(LINES).collect()
}

fn serials(first: u32, last: u32) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

fn granted(report: &Report, whole: &Whole, language: Language) -> Vec<Granted> {
    let made = whole.numbers.granted.iter().take(LINES).map(|line| Granted {
        name: report.name_of(line.office),
        series: format!("{}, {}", words::series(&line.series, language), line.year),
        numbers: serials(line.first, line.last),
        at: moments::short(line.granted_millis, report.made_millis),
    });
    made.collect()
}

fn check(check: &CheckLine, report: &Report, language: Language) -> Check {
    Check {
        is_sound: check.sound,
        at: moments::short(check.checked_millis, report.made_millis),
        figures: match language {
            Language::Indonesian => {
                let [logs, entries, documents, files] = [check.logs, check.entries, check.documents, check.files]
                    .map(|count| shown::figure(count, language));
                format!("{entries} perubahan dalam {logs} log, {documents} dokumen, {files} lampiran")
            }
            Language::English => format!(
                "{} in {}, {}, {}",
                shown::counted(check.entries, "change", "changes"),
                shown::counted(check.logs, "log", "logs"),
                shown::counted(check.documents, "document", "documents"),
                shown::counted(check.files, "attached file", "attached files"),
            ),
        },
        problems: check.problems.clone(),
        problems_left_out: check.problems_left_out,
        advice: check.advice.iter().map(|advice| language.say(advice).to_owned()).collect(),
    }
}

fn backup(whole: &Whole, report: &Report, language: Language) -> Backup {
    let backup = &whole.backup;
    let size = backup.bytes.map(|count| bytes(count, language)).unwrap_or_default();
    let at = backup.made_millis.map(|at| moments::short(at, report.made_millis)).unwrap_or_default();
    let kept = backup.kept.map(|kept| match language {
        Language::Indonesian => format!("{kept} cadangan tersimpan"),
        Language::English => format!("{kept} {} kept", shown::many(kept, "backup", "backups")),
    });
    let files = backup.files.map(|files| match language {
        Language::Indonesian => format!("{files} lampiran"),
        Language::English => format!("{files} {}", shown::many(files, "attached file", "attached files")),
    });
    let missing = backup.files_missing.filter(|missing| *missing > 0).map(|missing| match language {
        Language::Indonesian => format!("{missing} lampiran tidak ada di pusat"),
        Language::English => format!("{missing} attached files are not at the hub"),
    });
    let [files, missing] = [files, missing].map(Option::unwrap_or_default);
    let detail = [size, files, missing, at, kept.unwrap_or_default(), backup.error.clone().unwrap_or_default()];
    Backup {
        is_bad: backup.state == "failed",
        said: words::backup(&backup.state, language),
        file: backup.file.clone().unwrap_or_default(),
        detail: detail.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
    }
}

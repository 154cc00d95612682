//! A report as tables, for programs that calculate. Pure: the same report gives the same tables.

use chrono::{DateTime, TimeDelta};
use desk_kit::Language;
use office_model::calendar::WIB_SECONDS;
use office_model::counted;

use super::report::{OfficeLine, Whole};
use super::{Report, words};

/// A table with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// Short enough for the name of a sheet: 31 characters.
    pub(crate) name: &'static str,
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    Count(u64),
    Nothing,
}

impl Cell {
    /// As it is written where everything is text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

/// A time in WIB that spreadsheet programs sort rightly.
fn time(millis: Option<i64>) -> Cell {
    let utc = millis.and_then(DateTime::from_timestamp_millis);
    let local = utc.map(|utc| utc.naive_utc() + TimeDelta::seconds(i64::from(WIB_SECONDS)));
    local.map_or(Cell::Nothing, |local| Cell::Text(local.format("%Y-%m-%d %H:%M").to_string()))
}

/// A last row that says how many more there are, where a report has no room for all of them.
fn left_out(count: u64, columns: usize, language: Language) -> Option<Vec<Cell>> {
    let said = match language {
        Language::Indonesian => format!("{count} baris lagi tidak termuat dalam laporan ini"),
        Language::English => format!("{} left out of this report", counted(count, "more row is", "more rows are")),
    };
    let rest = std::iter::repeat_n(Cell::Nothing, columns.saturating_sub(1));
    (count > 0).then(|| std::iter::once(said.into()).chain(rest).collect())
}

/// All tables of a report; those of an earlier version hold fewer.
pub(crate) fn tables(report: &Report, language: Language) -> Vec<Table> {
    let mut tables = vec![summary(report, language), offices(report, language)];
    if let Some(whole) = &report.whole {
        tables.push(documents(report, whole, language));
        tables.extend(work(whole, language));
        tables.push(numbers(report, whole, language));
        tables.push(granted(report, whole, language));
    }
    tables
}

fn summary(report: &Report, language: Language) -> Table {
    let say = |id, en| Cell::from(language.pick(id, en));
    let mut rows = vec![
        vec![say("Malam yang berakhir pagi", "Night that ended on the morning of"), report.date.to_string().into()],
        vec![say("Dibuat (WIB)", "Made (WIB)"), time(Some(report.made_millis))],
    ];
    for (word, count) in &report.totals {
        let label = match language {
            Language::Indonesian => format!("Kantor {}", words::state(word, language)),
            Language::English => format!("Offices {}", words::state(word, language)),
        };
        rows.push(vec![label.into(), (*count).into()]);
    }
    rows.push(vec![say("Perubahan dikarantina", "Changes quarantined"), report.quarantined.into()]);
    if let Some(whole) = &report.whole {
        let (work, needs, numbers, check) = (&whole.work, &whole.needs, &whole.numbers, &whole.check);
        let day = work.day;
        let yes = |is: bool| say(if is { "ya" } else { "tidak" }, if is { "yes" } else { "no" });
        rows.extend([
            vec![say("Disusulkan", "Caught up with later"), yes(whole.caught_up)],
            vec![
                format!("{} {day}", language.pick("Berkas dibuat pada", "Records made on")).into(),
                work.made_day.into(),
            ],
            vec![say("Berkas dibuat bulan itu", "Records made in that month"), work.made_month.into()],
            vec![say("Berkas yang perlu orang", "Records that need a person"), needs.documents.into()],
            vec![say("Lewat waktu", "Overdue"), needs.overdue.into()],
            vec![say("Jatuh tempo hari ini", "Due today"), needs.due_today.into()],
            vec![say("Dikarantina", "Quarantined"), needs.quarantined.into()],
            vec![say("Dua isian berbeda", "Two values to settle"), needs.divergent.into()],
            vec![say("Menunggu camat", "Waiting for the camat"), needs.waiting_camat.into()],
            vec![say("Nomor surat hilang", "Letter numbers missing"), numbers.missing.into()],
            vec![say("Nomor surat ganda", "Letter numbers given twice"), numbers.twice.into()],
            vec![say("Nomor surat diberikan", "Letter numbers granted"), numbers.granted_numbers.into()],
            vec![say("Semua data utuh", "All data sound"), yes(check.sound)],
            vec![say("Diperiksa (WIB)", "Checked (WIB)"), time(Some(check.checked_millis))],
        ]);
        let left_out = [
            (
                say("Berkas yang tidak termuat dalam laporan ini", "Records left out of this report"),
                whole.documents_left_out,
            ),
            (say("Baris nomor surat yang tidak termuat", "Rows of letter numbers left out"), numbers.left_out()),
            (say("Blok nomor yang tidak termuat", "Blocks of numbers left out"), numbers.granted_left_out()),
        ];
        rows.extend(
            left_out.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| vec![label, count.into()]),
        );
        rows.extend(check.problems.iter().map(|problem| vec![say("Kerusakan", "Damage"), problem.as_str().into()]));
        rows.extend([
            vec![say("Cadangan", "Backup"), words::backup(&whole.backup.state, language).into()],
            vec![say("Berkas cadangan", "Backup file"), whole.backup.file.as_deref().into()],
            vec![say("Ukuran cadangan (byte)", "Backup size (bytes)"), whole.backup.bytes.into()],
            vec![say("Cadangan dibuat (WIB)", "Backup made (WIB)"), time(whole.backup.made_millis)],
        ]);
        // Reports from before they were copied stay as they were.
        let files = whole
            .backup
            .files
            .map(|files| vec![say("Lampiran dalam cadangan", "Attached files in the backup"), files.into()]);
        rows.extend(files);
        rows.extend(
            whole.backup.error.iter().map(|error| vec![say("Cadangan gagal", "Backup failed"), error.as_str().into()]),
        );
    }
    Table {
        name: language.pick("Ringkasan", "Summary"),
        head: vec![language.pick("Hal", "What"), language.pick("Isi", "Value")],
        rows,
    }
}

fn offices(report: &Report, language: Language) -> Table {
    let behind = report.behind();
    let others = report.offices.iter().filter(|line| !behind.iter().any(|other| other.office == line.office));
    let (proven, absent): (Vec<_>, Vec<_>) = others.partition(|line| line.state == "proven");
    let row = |line: &OfficeLine| {
        let sum = line.sum();
        let version = line.nodes.iter().filter_map(|node| node.version.as_deref()).min();
        vec![
            line.office.to_string().into(),
            line.name.as_str().into(),
            line.district.map(|code| code.to_string()).into(),
            words::state(&line.state, language).into(),
            time(line.since_millis),
            line.reason.as_deref().map(|reason| words::reason(reason, language)).into(),
            time(sum.last_contact_millis),
            sum.calls.into(),
            sum.cuts.into(),
            sum.refused.into(),
            sum.unsent.into(),
            version.into(),
            // What the centre published for an office that never joined is no work of it.
            Some(line.entries).filter(|_| line.state != "not_enrolled").into(),
        ]
    };
    let head = language.pick(
        [
            "Kode",
            "Kantor",
            "Kecamatan",
            "Keadaan",
            "Sejak (WIB)",
            "Sebab",
            "Kontak terakhir (WIB)",
            "Panggilan",
            "Terputus",
            "Ditolak",
            "Belum terkirim",
            "Versi",
            "Perubahan",
        ],
        [
            "Code",
            "Office",
            "Sub-district",
            "State",
            "Since (WIB)",
            "Why",
            "Last contact (WIB)",
            "Calls",
            "Cut",
            "Refused",
            "Not sent yet",
            "Version",
            "Changes",
        ],
    );
    let rows = behind.into_iter().chain(proven).chain(absent).map(row).collect();
    Table { name: language.pick("Kantor", "Offices"), head: head.to_vec(), rows }
}

fn documents(report: &Report, whole: &Whole, language: Language) -> Table {
    let head = language.pick(
        [
            "Kode kantor",
            "Kantor",
            "Layanan",
            "Status",
            "Dibuat (WIB)",
            "Jatuh tempo",
            "Hari kerja lewat",
            "Perlu orang karena",
            "Karantina",
            "Nomor berkas",
        ],
        [
            "Office code",
            "Office",
            "Service",
            "Status",
            "Made (WIB)",
            "Due",
            "Working days late",
            "Needs a person because",
            "Quarantine",
            "Record",
        ],
    );
    let rows = whole.documents.iter().map(|line| {
        let needs: Vec<_> = line.needs.iter().map(|need| words::need(need, language)).collect();
        vec![
            line.office.to_string().into(),
            report.name_of(line.office).into(),
            line.service.map(|service| service.to_string()).into(),
            line.status.as_deref().map(|status| words::status(status, line.service, language)).into(),
            time(line.made_millis),
            line.due.map(|due| due.to_string()).into(),
            line.days_late.into(),
            needs.join("; ").into(),
            line.quarantine.as_deref().into(),
            line.id.to_string().into(),
        ]
    });
    let rows = rows.chain(left_out(whole.documents_left_out, head.len(), language));
    Table { name: language.pick("Berkas", "Records"), head: head.to_vec(), rows: rows.collect() }
}

/// By service, by sector, by sub-district.
fn work(whole: &Whole, language: Language) -> [Table; 3] {
    let head = |code_id, code_en, id, en| {
        let figures = language.pick(
            ["Hari itu", "Bulan itu", "Lewat waktu", "Jatuh tempo hari ini"],
            ["That day", "That month", "Overdue", "Due today"],
        );
        [language.pick(code_id, code_en), language.pick(id, en)].into_iter().chain(figures).collect::<Vec<_>>()
    };
    let work = &whole.work;
    let row = |code: String, label: &str, [day, month, overdue, due_today]: [u64; 4]| -> Vec<Cell> {
        vec![code.into(), label.into(), day.into(), month.into(), overdue.into(), due_today.into()]
    };
    let services = work.services.iter().map(|line| {
        row(line.service.to_string(), language.say(&line.label), [line.day, line.month, line.overdue, line.due_today])
    });
    let sectors = work.sectors.iter().map(|line| {
        row(line.sector.to_string(), language.say(&line.label), [line.day, line.month, line.overdue, line.due_today])
    });
    let districts = work.districts.iter().map(|line| {
        let code = line.district.map_or_else(String::new, |code| code.to_string());
        row(code, language.say(&line.label), [line.day, line.month, line.overdue, line.due_today])
    });
    [
        Table {
            name: language.pick("Layanan", "Services"),
            head: head("Kode", "Code", "Layanan", "Service"),
            rows: services.collect(),
        },
        Table {
            name: language.pick("Sektor", "Sectors"),
            head: head("Huruf", "Letter", "Sektor", "Sector"),
            rows: sectors.collect(),
        },
        Table {
            name: language.pick("Kecamatan", "Sub-districts"),
            head: head("Kode", "Code", "Kecamatan", "Sub-district"),
            rows: districts.collect(),
        },
    ]
}

fn numbers(report: &Report, whole: &Whole, language: Language) -> Table {
    let head = language.pick(
        [
            "Kode kantor",
            "Kantor",
            "Masalah",
            "Seri",
            "Tahun",
            "Dari",
            "Sampai",
            "Penjelasan",
            "Komputer",
            "Nomor berkas",
        ],
        ["Office code", "Office", "Trouble", "Series", "Year", "From", "To", "Explanation", "Machine", "Records"],
    );
    let twice = whole.numbers.duplicates.iter().map(|line| {
        let mut parts = line.serial.split('/');
        let (series, year, serial) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let records: Vec<_> = line.documents.iter().map(ToString::to_string).collect();
        vec![
            line.office.to_string().into(),
            report.name_of(line.office).into(),
            language.pick("ganda", "given twice").into(),
            words::series(series, language).into(),
            year.into(),
            serial.and_then(|serial| serial.parse::<u64>().ok()).into(),
            serial.and_then(|serial| serial.parse::<u64>().ok()).into(),
            words::why(&line.why, language).into(),
            Cell::Nothing,
            records.join(" ").into(),
        ]
    });
    let gaps = whole.numbers.gaps.iter().map(|line| {
        vec![
            line.office.to_string().into(),
            report.name_of(line.office).into(),
            language.pick("tidak ada suratnya", "no letter").into(),
            words::series(&line.series, language).into(),
            line.year.to_string().into(),
            line.first.into(),
            line.last.into(),
            words::why(&line.why, language).into(),
            line.node.map(|node| node.to_string()).into(),
            Cell::Nothing,
        ]
    });
    Table {
        name: language.pick("Nomor surat", "Letter numbers"),
        head: head.to_vec(),
        rows: twice.chain(gaps).chain(left_out(whole.numbers.left_out(), head.len(), language)).collect(),
    }
}

fn granted(report: &Report, whole: &Whole, language: Language) -> Table {
    let head = language.pick(
        ["Kode kantor", "Kantor", "Komputer", "Seri", "Tahun", "Dari", "Sampai", "Diberikan (WIB)"],
        ["Office code", "Office", "Machine", "Series", "Year", "From", "To", "Granted (WIB)"],
    );
    let rows = whole.numbers.granted.iter().map(|line| {
        vec![
            line.office.to_string().into(),
            report.name_of(line.office).into(),
            line.node.to_string().into(),
            words::series(&line.series, language).into(),
            line.year.to_string().into(),
            line.first.into(),
            line.last.into(),
            time(Some(line.granted_millis)),
        ]
    });
    let rows = rows.chain(left_out(whole.numbers.granted_left_out(), head.len(), language));
    Table { name: language.pick("Nomor diberikan", "Numbers granted"), head: head.to_vec(), rows: rows.collect() }
}

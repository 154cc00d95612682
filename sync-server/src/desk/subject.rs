//! What an act of the audit trail was about, as people read it. The trail keeps words that never change.

use desk_kit::{Language, values};
use office_handbook::{Audience, NoticeId, Topic};
use office_model::calendar::{parse_date, short_date};
use office_model::{OfficeCode, Status};

use super::handbook::index::name;
use super::texts::Worded as _;

/// The subject of an act; as it was kept where nothing better is known.
pub(super) fn said(act: &str, subject: &str, language: Language) -> String {
    match act {
        "published" | "told_again" | "withdrawn" => published(subject, language),
        "export" => Some(subject.split(' ').map(|word| taken(word, language)).collect::<Vec<_>>().join(", ")),
        "searched" => sought(subject, language),
        "night_closed_early" => Some(day_said(subject)),
        "code_offered" | "code_cancelled" | "number_rule" => office(subject),
        _ => None,
    }
    .unwrap_or_else(|| subject.to_owned())
}

/// `nik 3`, `name 50+`: what kind of words, and how many records had them.
fn sought(subject: &str, language: Language) -> Option<String> {
    let (kind, found) = subject.split_once(' ')?;
    let kind = match kind {
        "nik" => "NIK",
        "number" => language.pick("nomor surat", "letter number"),
        "name" => language.pick("nama", "name"),
        _ => return None,
    };
    Some(format!("{kind}, {found} {}", language.pick("berkas", "records")))
}

fn office(code: &str) -> Option<String> {
    code.parse().ok().map(|code: OfficeCode| values::office(code))
}

/// `roster (everyone)`, `notice/3`.
fn published(subject: &str, language: Language) -> Option<String> {
    let t = language.texts();
    let (topic, audience) = match subject.split_once(" (") {
        Some((topic, audience)) => (topic, Some(audience.strip_suffix(')')?)),
        None => (subject, None),
    };
    let what = match topic.parse().ok()? {
        Topic::Notice(NoticeId(number)) => format!("{} {number}", language.pick("pemberitahuan", "notice")),
        topic => name(topic, t).to_owned(),
    };
    let for_whom = match audience.map(str::parse) {
        None => return Some(what),
        Some(Ok(Audience::Everyone)) => t.all_offices.to_owned(),
        Some(Ok(Audience::District(code))) => {
            format!("{} {}", values::office(code), language.pick("dan desa-desanya", "and its villages"))
        }
        Some(Ok(Audience::Office(code))) => values::office(code),
        Some(Err(_)) => return None,
    };
    Some(format!("{what} ({for_whom})"))
}

/// A word of what was taken away: a form, how much of people is shown, by what it was narrowed.
fn taken(word: &str, language: Language) -> String {
    let known = match word {
        "csv" => ("CSV", "CSV"),
        "xlsx" => ("lembar kerja (xlsx)", "spreadsheet (xlsx)"),
        "jsonl" => ("baris JSON", "JSON lines"),
        "masked" => ("nama dan NIK disamarkan", "names and NIKs masked"),
        "whole" => ("nama dan NIK lengkap", "names and NIKs whole"),
        "search" => ("hasil pencarian", "found by words"),
        _ => {
            let days = word.split_once("..").map(|(from, to)| [from, to].map(day_said).join(" – "));
            let status = || word.parse::<Status>().ok().map(|status| language.say(&status.label()).to_owned());
            return days.or_else(|| office(word)).or_else(status).unwrap_or_else(|| word.to_owned());
        }
    };
    language.pick(known.0, known.1).to_owned()
}

/// A day as people write it; empty where a time has no such end.
fn day_said(day: &str) -> String {
    parse_date(day).map_or_else(|_| day.to_owned(), short_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_trail_keeps_is_read_in_both_languages() {
        let both = |act: &str, subject: &str| {
            (said(act, subject, Language::Indonesian), said(act, subject, Language::English))
        };
        let pair = |id: &str, en: &str| (id.to_owned(), en.to_owned());
        assert_eq!(
            both("published", "roster (everyone)"),
            pair("Daftar kantor (Semua kantor)", "Roster of offices (All offices)")
        );
        assert_eq!(
            both("published", "notice/3 (district/35.10.01)"),
            pair(
                "pemberitahuan 3 (Kecamatan Pesanggaran dan desa-desanya)",
                "notice 3 (Kecamatan Pesanggaran and its villages)"
            )
        );
        assert_eq!(both("withdrawn", "notice/3"), pair("pemberitahuan 3", "notice 3"));
        assert_eq!(
            both("export", "csv masked 35.10.01 S01 2026-11-01..2026-11-02"),
            pair(
                "CSV, nama dan NIK disamarkan, Kecamatan Pesanggaran, S01, 01-11-2026 – 02-11-2026",
                "CSV, names and NIKs masked, Kecamatan Pesanggaran, S01, 01-11-2026 – 02-11-2026"
            )
        );
        assert_eq!(both("searched", "name 50+"), pair("nama, 50+ berkas", "name, 50+ records"));
        assert_eq!(both("searched", ""), pair("", ""), "as programs of before noted it");
        let kept = "0C7V2E5T8R0AQ";
        assert_eq!(both("device_revoked", kept), pair(kept, kept));
    }
}

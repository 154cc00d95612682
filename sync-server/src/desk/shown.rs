//! Words for what is shown.

use desk_kit::Language;
pub(super) use desk_kit::refused_because as reason;
use replica_store::ListedTransaction;

use super::texts::{Texts, Worded as _};
use crate::night::words;
use crate::operators;
use crate::regency::{BACKUP_DAYS_MAX, BackupAge, Mark, State};

/// A state as people read it.
pub(super) const fn state(t: &'static Texts, state: State) -> &'static str {
    match state {
        State::ShutOut => t.state_shut_out,
        State::Differs => t.state_differs,
        State::Never => t.state_never,
        State::Late => t.state_late,
        State::Sending => t.state_sending,
        State::Equal => t.state_equal,
        State::Absent => t.state_absent,
    }
}

/// What needs an eye, in few words.
pub(super) fn mark(mark: &Mark, language: Language) -> String {
    let words = |id: String, en: String| if language == Language::Indonesian { id } else { en };
    let said = |count: u64| figure(count, language);
    match mark {
        Mark::Quarantined(count) => words(format!("{} ditahan", said(*count)), format!("{} quarantined", said(*count))),
        Mark::Divergent(count) => words(format!("{} perbedaan", said(*count)), format!("{} to settle", said(*count))),
        Mark::FewNumbers(left) => {
            words(format!("sisa {left} nomor"), format!("{left} {} left", many(*left, "number", "numbers")))
        }
        Mark::Clock(minutes) => {
            let t = language.texts();
            let way = if *minutes > 0 { t.minutes_ahead } else { t.minutes_behind };
            words(format!("jam {} {way}", minutes.abs()), format!("clock {} {way}", minutes.abs()))
        }
        Mark::OldVersion(version) => words(format!("versi lama: {version}"), format!("old version: {version}")),
    }
}

/// How old the last backup is of a machine that called, or of an office of which one did.
pub(super) fn backup(age: Option<BackupAge>, language: Language) -> String {
    let t = language.texts();
    match (age, language) {
        (None, _) => t.backup_untold.to_owned(),
        (Some(BackupAge::Never), _) => t.backup_never.to_owned(),
        (Some(BackupAge::Days(0)), _) => t.backup_today.to_owned(),
        (Some(BackupAge::Days(days @ BACKUP_DAYS_MAX..)), _) => {
            format!("{days} {}", language.pick("hari, terlalu lama", "days, too old"))
        }
        (Some(BackupAge::Days(days)), Language::Indonesian) => format!("{days} hari"),
        (Some(BackupAge::Days(1)), Language::English) => "1 day".to_owned(),
        (Some(BackupAge::Days(days)), Language::English) => format!("{days} days"),
    }
}

/// Why a record needs a person, as the pages call it: files say it as ever.
pub(super) fn need(word: &str, language: Language) -> String {
    match (word, language) {
        ("quarantined", Language::Indonesian) => "ada perubahan ditahan".to_owned(),
        _ => words::need(word, language),
    }
}

/// The English word for one of something, or for so many.
pub(super) fn many<'a>(count: impl Into<u64>, one: &'a str, more: &'a str) -> &'a str {
    if count.into() == 1 { one } else { more }
}

/// A figure with what is counted, in English: `1,024 rows`.
pub(super) fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", figure(count, Language::English), many(count, one, more))
}

/// How an exchange ended, as people read it.
pub(super) fn outcome(word: &str, language: Language) -> &str {
    let words = match word {
        "proven" => ("terbukti setara", "proven equal"),
        "waited" => ("setara, menunggu kabar", "equal, waited for news"),
        "again" => ("ada lanjutannya", "more to come"),
        "differs" => ("berbeda; diperbaiki", "differs; being repaired"),
        "cut" => ("terputus", "cut"),
        "refused 1" => ("ditolak: tidak terbaca", "refused: it cannot be read"),
        "refused 2" => ("ditolak: versi programnya tidak dikenal", "refused: the version of its program is not known"),
        "refused 3" => ("ditolak: komputer ini tidak terdaftar", "refused: this machine is not enrolled"),
        "refused 4" => ("ditolak: komputer ini dikeluarkan", "refused: this machine is shut out"),
        "refused 5" => ("ditolak: tanda pengenalnya tidak cocok", "refused: its key does not fit"),
        "refused 6" => ("ditolak: rekaman atau salinan disk", "refused: a recording, or a copy of the disk"),
        "refused 7" => {
            ("ditolak: tidak menyambung dengan yang ada di pusat", "refused: it does not continue what is here")
        }
        "refused 8" => ("ditolak: pusat sedang sibuk", "refused: the hub was busy"),
        "refused 9" | "refused 11" => ("ditolak: pusat sendiri bermasalah", "refused: the hub itself was in trouble"),
        "refused 10" => ("ditolak: pusat sedang dihentikan", "refused: the hub was being stopped"),
        refused if refused.starts_with("refused") => ("ditolak", "refused"),
        _ => return word,
    };
    language.pick(words.0, words.1)
}

/// Whether an exchange reached its end.
pub(super) fn is_reached(word: &str) -> bool {
    matches!(word, "proven" | "waited" | "again" | "differs")
}

/// All kinds of acts.
pub(super) const ACTS: [&str; 35] = [
    "sign_in",
    "sign_in_failed",
    "unlock",
    "unlock_failed",
    "account_made",
    "account_shut",
    "account_opened",
    "secret_changed",
    "record_opened",
    "divergences_read",
    "export",
    "searched",
    "searches_limited",
    "backup_made",
    "quarantine_retried",
    "night_closed_early",
    "views_rebuilt",
    "number_rule",
    "numbers_granted",
    "code_offered",
    "code_cancelled",
    "device_renamed",
    "device_joined",
    "device_reason",
    "device_revoked",
    "wipe_ordered",
    "wipe_ordered_take_in",
    "wipe_taken_back",
    "device_wiped",
    "people_read",
    "people_read_whole",
    "published",
    "told_again",
    "withdrawn",
    "factor_made",
];

/// An act of the audit trail, as people read it.
pub(super) fn act(word: &str, language: Language) -> &str {
    let words = match word {
        "sign_in" => ("masuk", "signed in"),
        "sign_in_failed" => ("gagal masuk", "failed to sign in"),
        "unlock" => ("membuka kunci layar", "unlocked the screen"),
        "unlock_failed" => ("gagal membuka kunci layar", "failed to unlock the screen"),
        "account_made" => ("membuat akun", "made an account"),
        "account_shut" => ("menutup akun", "shut an account"),
        "account_opened" => ("membuka kembali akun", "opened an account again"),
        "secret_changed" => ("mengganti kata sandi", "changed a password"),
        "record_opened" => ("membuka isi berkas", "opened a record"),
        "divergences_read" => ("membaca isian yang berbeda, berkas:", "read fields that differ, records:"),
        "export" => ("mengunduh berkas", "took records away"),
        "searched" => ("mencari dengan kata", "searched by words"),
        "searches_limited" => ("terlalu banyak mencari, ditahan sebentar", "searched too often, and was held up"),
        "backup_made" => ("membuat cadangan pusat", "made a backup of the hub"),
        "quarantine_retried" => ("memeriksa ulang perubahan yang ditahan", "had the quarantine judged again"),
        "night_closed_early" => ("menutup malam sebelum waktunya", "closed a night before its time"),
        "views_rebuilt" => ("membangun ulang daftar dan indeks", "rebuilt lists and indexes"),
        "number_rule" => ("mengubah aturan nomor surat", "changed the rule of letter numbers"),
        "numbers_granted" => ("memberi nomor surat kepada komputer", "granted letter numbers to a machine"),
        "code_offered" => ("membuat kode pendaftaran", "made an enrolment code"),
        "code_cancelled" => ("membatalkan kode pendaftaran", "cancelled an enrolment code"),
        "device_renamed" => ("mengganti nama komputer", "renamed a machine"),
        "device_joined" => ("komputer terdaftar dengan kode", "a machine joined with a code"),
        "device_reason" => ("mengubah alasan komputer dikeluarkan", "changed why a machine is shut out"),
        "device_revoked" => ("mengeluarkan komputer", "shut a machine out"),
        "wipe_ordered" => ("memerintahkan hapus isi komputer", "ordered a machine to wipe itself"),
        "wipe_ordered_take_in" => {
            ("memerintahkan terima sisanya, lalu hapus", "ordered to take in the rest, then wipe")
        }
        "wipe_taken_back" => ("membatalkan perintah hapus", "took back the order to wipe"),
        "device_wiped" => ("melapor isinya sudah dihapus", "reported that it was wiped"),
        "people_read" => ("membuka daftar orang di komputer", "opened the list of people on a machine"),
        "people_read_whole" => ("mengunduh daftar orang dengan NIK lengkap", "took the list of people with whole NIKs"),
        "published" => ("menerbitkan", "published"),
        "told_again" => {
            ("menyampaikan lagi yang kembali dari kantor lain", "told again what came back from another office")
        }
        "withdrawn" => ("menarik pemberitahuan", "withdrew a notice"),
        "factor_made" => ("membuat kode autentikator baru", "made a new authenticator code"),
        _ => return word,
    };
    language.pick(words.0, words.1)
}

/// Who did something, as people read it: commands and strangers have no name.
pub(super) fn who(name: &str, language: Language) -> String {
    let by_command = language.pick("perintah di mesin pusat", "a command on the hub's machine");
    match operators::command_of(name) {
        Some("") => by_command.to_owned(),
        Some(command) => format!("{by_command}: sync-server {command}"),
        None if name == operators::ITSELF => language.pick("pusat sendiri", "the hub itself").to_owned(),
        None if name == operators::NOBODY => language.pick("(tidak dikenal)", "(unknown)").to_owned(),
        None => name.to_owned(),
    }
}

/// A figure with its thousands apart, as the language writes it.
pub(super) fn figure(count: u64, language: Language) -> String {
    let digits = count.to_string();
    let mut said = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            said.push(language.pick('.', ','));
        }
        said.push(digit);
    }
    said
}

/// A name of which a viewer sees the first letters alone.
pub(crate) fn masked_name(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        first + &"•".repeat(letters.count().min(6))
    };
    name.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// What of a record people must decide: how many of its fields differ, or that two papers of it are signed; empty where there is
/// nothing.
pub(super) fn differs(row: &ListedTransaction, language: Language) -> String {
    match (row.two_papers, row.divergences) {
        (true, _) => language.pick("dua surat", "two letters").to_owned(),
        (false, 0) => String::new(),
        (false, fields) => format!("≠ {fields}"),
    }
}

#[cfg(test)]
mod tests {
    use replica_store::codes::{DUPLICATE, FORK, MISSING, SCOPE};
    use service_document::RefusalCode;

    use super::*;

    #[test]
    fn one_is_told_from_several() {
        let said = |count| counted(count, "row is", "rows are");
        assert_eq!([said(0), said(1), said(1024)], ["0 rows are", "1 row is", "1,024 rows are"]);
    }

    #[test]
    fn thousands_are_apart() {
        let all = [0, 999, 1000, 1_020_000].map(|count| figure(count, Language::Indonesian));
        assert_eq!(all, ["0", "999", "1.000", "1.020.000"]);
        assert_eq!(figure(12_345, Language::English), "12,345");
    }

    #[test]
    fn whatever_is_refused_is_told_in_both_languages() {
        let all = RefusalCode::ALL.iter().map(|code| code.as_str()).chain([DUPLICATE, FORK, MISSING, SCOPE]);
        for code in all {
            let (id, en) = (reason(code, Language::Indonesian), reason(code, Language::English));
            assert!(id != code && en != code && id != en, "{code}: {id}, {en}");
        }
        for number in 1..=11 {
            let word = format!("refused {number}");
            let (id, en) = (outcome(&word, Language::Indonesian), outcome(&word, Language::English));
            assert!(id.starts_with("ditolak: ") && en.starts_with("refused: "), "{word}: {id}, {en}");
        }
        assert_eq!(outcome("refused 99", Language::Indonesian), "ditolak");
    }

    #[test]
    fn each_kind_of_act_has_its_words() {
        for word in ACTS {
            assert_ne!(act(word, Language::Indonesian), word);
        }
    }

    #[test]
    fn a_command_is_told_by_its_name() {
        let id = |name: &str| who(name, Language::Indonesian);
        assert_eq!(id(&operators::by_command("wipe")), "perintah di mesin pusat: sync-server wipe");
        assert_eq!(id(operators::BY_COMMAND), "perintah di mesin pusat", "as programs of before noted it");
        assert_eq!([id("wayan"), id("perintahku")], ["wayan", "perintahku"]);
    }

    #[test]
    fn a_masked_name_tells_little() {
        assert_eq!(masked_name("Siti Aminah"), "S••• A•••••");
        assert_eq!(masked_name(""), "");
    }
}

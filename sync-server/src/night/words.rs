//! What people read for the words of a report, in both languages.

use desk_kit::{Language, values};
use office_model::{Catalogue, ServiceId};

use super::documents::Need;
use super::late::Reason;
use super::numbers::Why;

/// A word's text; a word of a newer version is shown as it is.
type Words = (&'static str, &'static str);

fn say(language: Language, words: Option<Words>, word: &str) -> String {
    words.map_or_else(|| word.to_owned(), |(id, en)| language.pick(id, en).to_owned())
}

/// How an office stands.
pub(crate) fn state(word: &str, language: Language) -> String {
    let words = match word {
        "proven" => ("terbukti setara", "proven equal"),
        "late" => ("terlambat", "late"),
        "never" => ("belum pernah setara", "never equal"),
        "shut_out" => ("semua komputernya dikeluarkan", "all machines shut out"),
        "not_enrolled" => ("belum terdaftar", "not enrolled"),
        _ => return word.to_owned(),
    };
    language.pick(words.0, words.1).to_owned()
}

/// Why it is late.
pub(crate) fn reason(word: &str, language: Language) -> String {
    let known = Reason::ALL.into_iter().find(|known| known.as_str() == word);
    let words = known.map(|known| match known {
        Reason::ShutOut => ("semua komputernya dikeluarkan", "all its machines are shut out"),
        Reason::OldVersion => {
            ("versi programnya terlalu lama, ditolak pusat", "its program is too old and was refused")
        }
        Reason::Refused => ("panggilannya ditolak pusat", "its call was refused"),
        Reason::Differs => ("isinya berbeda dengan pusat", "it differs from the hub"),
        Reason::NeverCalled => ("belum pernah menghubungi pusat", "it has never called"),
        Reason::Silent => ("tidak terdengar semalam", "not heard in the night"),
        Reason::HubOff => {
            ("pusat mati semalam, tidak ada yang terdengar", "the hub was off in the night, nobody was heard")
        }
        Reason::Cut => ("sambungannya terputus sebelum selesai", "its link was cut before the end"),
        Reason::NotDone => ("belum selesai mengirim", "not done with sending"),
    });
    say(language, words, word)
}

/// What to do about it.
pub(crate) fn what_to_do(word: &str, language: Language) -> String {
    let known = Reason::ALL.into_iter().find(|known| known.as_str() == word);
    let words = known.map(|known| match known {
        Reason::ShutOut => {
            ("daftarkan komputer baru: buat kode di Perangkat", "enrol a new machine: make a code under Machines")
        }
        Reason::OldVersion => (
            "pasang village-node yang baru; data tidak perlu dipindahkan",
            "install the new village-node; no data need be moved",
        ),
        Reason::Refused => (
            "lihat catatan sambungan kantor ini; disknya mungkin disalin",
            "look at this office's link diary; its disk may have been copied",
        ),
        Reason::Differs => (
            "biarkan tersambung; bila besok masih begini: village-node doctor",
            "leave it connected; if it is still so tomorrow: village-node doctor",
        ),
        Reason::NeverCalled => {
            ("telepon: apakah village-node sudah dijalankan?", "telephone: has village-node been started?")
        }
        Reason::Silent => {
            ("telepon: apakah komputer menyala dan tersambung?", "telephone: is the machine on and connected?")
        }
        Reason::HubOff => {
            ("tidak perlu menelepon: kantor menghubungi sendiri", "no need to telephone: offices call by themselves")
        }
        Reason::Cut => (
            "minta dibiarkan menyala; yang sampai tidak dikirim ulang",
            "ask to leave it on; what arrived is not sent again",
        ),
        Reason::NotDone => ("tunggu; pengiriman berlanjut sendiri", "wait; sending goes on by itself"),
    });
    say(language, words, "")
}

/// Why a record needs a person.
pub(crate) fn need(word: &str, language: Language) -> String {
    let known = Need::ALL.into_iter().find(|known| known.as_str() == word);
    let words = known.map(|known| match known {
        Need::Overdue => ("lewat waktu", "overdue"),
        Need::DueToday => ("jatuh tempo hari ini", "due today"),
        Need::Quarantined => ("ada perubahan dikarantina", "a change is quarantined"),
        Need::Divergent => ("dua isian berbeda", "two values to settle"),
        Need::WaitingCamat => ("menunggu camat", "waits for the camat"),
    });
    say(language, words, word)
}

/// What explains a gap or a duplicate among letter numbers.
pub(crate) fn why(word: &str, language: Language) -> String {
    let known = Why::ALL.into_iter().find(|known| known.as_str() == word);
    let words = known.map(|known| match known {
        Why::OnItsWay => (
            "suratnya mungkin masih di komputer itu, belum terkirim",
            "its letter may still be on that machine, not sent yet",
        ),
        Why::Quarantined => {
            ("suratnya mungkin di antara yang dikarantina", "its letter may be among those quarantined")
        }
        Why::Lost => (
            "suratnya hilang dari disk komputer itu: cari lembarannya",
            "that machine's disk lost its letter: look for the paper",
        ),
        Why::Closed => (
            "tidak dipakai lagi: komputernya dipulihkan, disalin, atau dikeluarkan",
            "never to be used: its machine was restored, copied or shut out",
        ),
        Why::LeftOut => (
            "dilewati pusat setelah dipulihkan dari cadangan",
            "left out by the hub after it was restored from a backup",
        ),
        Why::GrantedTwice => (
            "pusat memberikannya kepada dua komputer (pusat pernah dipulihkan): periksa kedua surat",
            "the hub granted it to two machines (it was restored once): look at both letters",
        ),
        Why::NotGranted => ("pusat ini tidak tahu pernah memberikannya", "this hub knows of no grant"),
        Why::Copied => (
            "disk komputer disalin dan keduanya dipakai: periksa kedua surat",
            "a machine's disk was copied and both were used: look at both letters",
        ),
    });
    say(language, words, word)
}

/// The status of a record of that service.
pub(crate) fn status(word: &str, service: Option<ServiceId>, language: Language) -> String {
    let service = service.and_then(|id| Catalogue::current().service(&id));
    values::status(word, service, language)
}

/// What became of the night's backup.
pub(crate) fn backup(word: &str, language: Language) -> String {
    let words = match word {
        "made" => ("dibuat dan diperiksa", "made and checked"),
        "off" => ("tidak disetel (backup_dir)", "not set up (backup_dir)"),
        "missed" => ("tidak dibuat: laporan ini disusulkan", "not made: this report was caught up with later"),
        "failed" => ("gagal", "failed"),
        _ => return word.to_owned(),
    };
    language.pick(words.0, words.1).to_owned()
}

/// Letters that are counted together.
pub(crate) fn series(word: &str, language: Language) -> String {
    if word == "all" { language.pick("semua surat", "all letters").to_owned() } else { word.to_owned() }
}

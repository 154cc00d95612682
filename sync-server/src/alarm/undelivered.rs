//! What is said of word that did not arrive: what it was to tell, and why it did not. Pure.
//!
//! Ids of events and reasons are kept as programs and libraries say them, in English; people read them here in both languages.

use office_model::calendar::short_date;
use office_model::{Bilingual, Office, Roster};

use super::Kind;
use super::outbox::UNSET;
use super::webhook::{ANSWERED, GONE};

/// What it was to tell, by the id of its event; nothing where a newer program made that.
pub(crate) fn told(event: &str, roster: &Roster) -> Option<Bilingual> {
    if let Some(date) = event.strip_prefix("night_") {
        let date = short_date(date.parse().ok()?);
        return Some(Bilingual::new(format!("laporan malam {date}"), format!("report of the night {date}")));
    }
    if event.starts_with("alarms_") {
        return Some(Bilingual::new("alarm, dalam satu surel", "alarms, in one mail"));
    }
    if event.starts_with("test_") {
        return Some(Bilingual::new("percobaan (alarms test)", "a trial (alarms test)"));
    }
    let event = event.strip_prefix("alarm_")?;
    let (kind, rest) = Kind::ALL.into_iter().find_map(|kind| Some((kind, event.strip_prefix(kind.as_str())?)))?;
    let (rest, (id, en)) = match rest.strip_suffix("_begun") {
        Some(rest) => (rest, ("mulai", "begun")),
        None => (rest.strip_suffix("_ended")?, ("selesai", "over")),
    };
    let (office, _millis) = rest.strip_prefix('_')?.rsplit_once('_').unwrap_or_default();
    let name =
        office.parse().ok().and_then(|code| roster.get(code)).map_or_else(|| office.to_owned(), Office::full_name);
    let of = if name.is_empty() { String::new() } else { format!(", {name}") };
    let title = kind.title();
    Some(Bilingual::new(format!("{}{of} ({id})", title.id), format!("{}{of} ({en})", title.en)))
}

/// Why it did not arrive. In English as it is kept.
pub(crate) fn why(error: &str) -> Bilingual {
    Bilingual::new(in_indonesian(error), error)
}

fn in_indonesian(error: &str) -> String {
    if error == GONE {
        return "penerima menjawab 410: tidak mau dikabari lagi".to_owned();
    }
    if let Some(status) = error.strip_prefix(ANSWERED) {
        let meaning = match status {
            "401" | "403" => ": kuncinya tidak diterima",
            "404" => ": tidak ada apa-apa di alamat itu",
            _ if status.starts_with('5') => ": penerima sedang terganggu",
            _ => "",
        };
        return format!("penerima menjawab {status}{meaning}");
    }
    if error == UNSET {
        return "cara ini tidak disetel lagi".to_owned();
    }
    // As the mail library says it: `transient error (451): try later`.
    for (word, said) in
        [("transient error (", "server surel menolak untuk sementara"), ("permanent error (", "server surel menolak")]
    {
        if let Some((code, words)) = error.strip_prefix(word).and_then(|rest| rest.split_once(')')) {
            let words = words.trim_start_matches(':').trim();
            let words = if words.is_empty() { String::new() } else { format!(", kata server itu: {words}") };
            return format!("{said} ({code}){words}");
        }
    }
    let lower = error.to_lowercase();
    let known = [
        ("connection refused", "tidak ada yang menjawab di alamat itu"),
        ("timed out", "terlalu lama tidak ada jawaban"),
        ("timeout", "terlalu lama tidak ada jawaban"),
        ("dns error", "nama server itu tidak ditemukan"),
        ("lookup address", "nama server itu tidak ditemukan"),
        ("certificate", "sertifikat server itu tidak dipercaya"),
        ("unreachable", "jaringan tidak sampai ke sana"),
        ("reset by peer", "sambungan diputus"),
        ("broken pipe", "sambungan diputus"),
    ];
    let known = known.into_iter().find(|(word, _)| lower.contains(word));
    known.map_or_else(|| format!("tidak sampai (kata program: {error})"), |(_, said)| said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_by_its_kind_and_office_and_not_by_its_id() {
        let roster = Roster::banyuwangi();
        let said = |event: &str| told(event, roster).map(|said| (said.id, said.en));
        let pair = |id: &str, en: &str| Some((id.to_owned(), en.to_owned()));
        assert_eq!(
            said("alarm_code_reused_35.10.01.2001_1795869756175_begun"),
            pair(
                "Kode pendaftaran dicoba lagi, Desa Sarongan, Kec. Pesanggaran (mulai)",
                "An enrolment code was tried a second time, Desa Sarongan, Kec. Pesanggaran (begun)"
            )
        );
        assert_eq!(
            said("alarm_disk_low_1795869756175_ended"),
            pair("Disk pusat hampir penuh (selesai)", "The hub's disk is nearly full (over)")
        );
        assert_eq!(said("night_2026-11-27"), pair("laporan malam 27-11-2026", "report of the night 27-11-2026"));
        assert!(said("alarms_5").is_some() && said("test_5").is_some());
        assert_eq!([said("flood_5"), said("alarm_flood_5_begun"), said("night_x")], [None, None, None]);
    }

    #[test]
    fn why_it_did_not_arrive_is_told_in_indonesian() {
        let id = |error: &str| why(error).id;
        assert_eq!(id("the receiver answered 500"), "penerima menjawab 500: penerima sedang terganggu");
        assert_eq!(id(GONE), "penerima menjawab 410: tidak mau dikabari lagi");
        assert_eq!(
            id("transient error (451): try later"),
            "server surel menolak untuk sementara (451), kata server itu: try later"
        );
        assert_eq!(id("permanent error (550)"), "server surel menolak (550)");
        assert_eq!(id("Connection error: Connection refused (os error 111)"), "tidak ada yang menjawab di alamat itu");
        assert_eq!(id("what is this"), "tidak sampai (kata program: what is this)");
        assert_eq!(why("what is this").en, "what is this");
    }
}

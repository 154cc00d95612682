//! `status`: where this node stands.

use std::process::ExitCode;

use clap::Args;
use desk_kit::Language;
use office_model::OfficeCode;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::desk::{Worded as _, how_long};
use crate::{Action, Failure};

/// So many of the last exchanges are shown.
const LINK_LINES: usize = 5;

/// Show what is unsent, when all was last proven equal with the hub, and how the link was
#[derive(Args)]
#[command(after_help = "Example:\n  village-node status --json")]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Status).await?;
        if session.json {
            output::line(&answer);
        } else {
            print(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(answer: &Value) {
    let get = |key: &str| output::field(answer, key);
    let number = |key: &str| answer.get(key).and_then(Value::as_i64).unwrap_or_default();
    let row = |id: &str, en: &str, value: String| output::line(format!("{:<34}{value}", format!("{id} / {en}")));
    row("Kantor", "office", format!("{}, node {}", get("office"), get("node")));
    row("Berkas", "transactions", get("transactions"));
    row("Perubahan belum terkirim", "unsent", get("unsent"));
    let proof = answer.get("last_proof").and_then(|proof| proof.get("at_millis")).unwrap_or(&Value::Null);
    let state = if answer.get("proven_now") == Some(&Value::Bool(true)) {
        "sama dengan pusat / equal with the hub"
    } else if proof.is_null() {
        "belum pernah / never yet"
    } else {
        "ada yang baru sejak itu / something is new since"
    };
    let time = if proof.is_null() { String::new() } else { format!("{}, ", output::time(proof)) };
    row("Terakhir terbukti sama", "proven", format!("{time}{state}"));
    if let Some(found) = answer.get("difference").filter(|found| found.is_object()) {
        let since = output::time(found.get("since_millis").unwrap_or(&Value::Null));
        let (here, hub) = (output::field(found, "only_here"), output::field(found, "only_at_hub"));
        row(
            "Berbeda dengan pusat",
            "differs",
            format!("{here} hanya di sini / only here, {hub} hanya di pusat / only at the hub, sejak / since {since}"),
        );
    }
    row("Menunggu keputusan", "divergent", with_next(number("divergent"), "village-node divergences"));
    row("Menunggu diperiksa", "pending", get("pending"));
    row("Ditahan", "held back", get("quarantined"));
    row("Ditolak pusat", "refused", get("refused_by_hub"));
    if number("set_aside") > 0 {
        row(
            "Folder pernah disalin",
            "copied",
            format!(
                "{} disisihkan / set aside, {} dicatat ulang / recorded anew",
                get("set_aside"),
                get("recorded_anew")
            ),
        );
    }
    if numbers_letters(answer) {
        row(
            "Sisa nomor surat",
            "numbers left",
            match answer.get("numbers_left").and_then(Value::as_u64) {
                Some(left) => left.to_string(),
                None => "belum ada / none yet: village-node sync".to_owned(),
            },
        );
    }
    if let Some(files) = answer.get("files") {
        let (send, bytes) = (output::field(files, "to_send"), output::field(files, "to_send_bytes"));
        row("Lampiran belum terkirim", "files", format!("{send} ({bytes} B)"));
        if files.get("to_fetch").and_then(Value::as_u64).unwrap_or_default() > 0 {
            let (fetch, bytes) = (output::field(files, "to_fetch"), output::field(files, "to_fetch_bytes"));
            row("Lampiran belum di sini", "to come", format!("{fetch} ({bytes} B)"));
        }
    }
    match answer.get("lan").filter(|lan| lan.is_object()) {
        None => row("Komputer lain di kantor", "LAN", "tidak terbuka / not open".to_owned()),
        Some(lan) if lan.get("failure").is_some_and(Value::is_object) => {
            row("Komputer lain di kantor", "LAN", "gagal dibuka / could not be opened".to_owned());
            let text = lan.pointer("/failure/text").unwrap_or(&Value::Null);
            output::line(format!("  {}", output::field(text, "id")));
            output::line(format!("  {}", output::field(text, "en")));
        }
        Some(lan) => {
            let addresses = output::entries(lan, "addresses").iter().map(output::plain).collect::<Vec<_>>();
            row("Komputer lain di kantor", "LAN", addresses.join("  "));
            row("Sidik jari sertifikat", "SHA-256", output::field(lan, "fingerprint"));
        }
    }
    let backup = output::time(answer.get("last_backup_millis").unwrap_or(&Value::Null));
    row("Cadangan terakhir", "last backup", backup);
    row("Jam komputer", "clock", clock(answer.get("hub_offset_millis").and_then(Value::as_i64)));
    for notice in output::entries(answer, "notices") {
        let urgent = if notice.get("urgent") == Some(&Value::Bool(true)) { "PENTING / urgent: " } else { "" };
        row("Pemberitahuan dari pusat", "notice", format!("{urgent}{}", output::field(notice, "title")));
    }
    refused(output::entries(answer, "quarantine"));
    let link = output::entries(answer, "link");
    if !link.is_empty() {
        output::line("Sambungan terakhir / last exchanges:");
    }
    for contact in link.iter().take(LINK_LINES) {
        let outcome = contact.get("outcome").and_then(Value::as_str).unwrap_or_default();
        output::line(format!(
            "  {}  {:<44} dikirim/sent {} B, diterima/received {} B, {} ms",
            output::time(contact.get("at_millis").unwrap_or(&Value::Null)),
            outcome_text(outcome),
            output::field(contact, "bytes_up"),
            output::field(contact, "bytes_down"),
            output::field(contact, "duration_millis")
        ));
    }
}

/// Whether the office numbers letters at all: those above the villages do not.
fn numbers_letters(answer: &Value) -> bool {
    output::field(answer, "office").parse::<OfficeCode>().map_or(true, |office| office.is_village())
}

/// A figure, and what to run where it is not 0.
fn with_next(count: i64, command: &str) -> String {
    if count == 0 { "0".to_owned() } else { format!("{count}: {command}") }
}

/// How far this machine's clock is off; a little is not worth a word.
fn clock(hub_offset_millis: Option<i64>) -> String {
    let Some(offset) = hub_offset_millis else { return "belum diketahui / not known yet".to_owned() };
    let minutes = (offset.unsigned_abs() + 30_000) / 60_000;
    let [id, en] = [Language::Indonesian, Language::English].map(|one| how_long(minutes, one.texts()));
    match offset {
        _ if minutes == 0 => "benar / right".to_owned(),
        1.. => format!("lambat {id} / {en} slow: betulkan / set it right"),
        _ => format!("cepat {id} / {en} fast: betulkan / set it right"),
    }
}

/// What was not accepted, and why.
fn refused(quarantine: &[Value]) {
    if !quarantine.is_empty() {
        output::line("Tidak diterima / not accepted:");
    }
    for entry in quarantine {
        let (document, code) = (output::field(entry, "document"), output::field(entry, "code"));
        let [id, en] = [Language::Indonesian, Language::English].map(|one| desk_kit::refused_because(&code, one));
        output::line(format!("  {document}  {id} / {en} ({code} {})", output::field(entry, "detail")));
    }
}

/// What the words of the diary mean.
fn outcome_text(outcome: &str) -> &str {
    match outcome {
        "proven" => "sama / proven equal",
        "again" => "masih ada yang dikirim / more to send",
        "waited" => "tidak ada yang baru / nothing new",
        "differs" => "berbeda / differs",
        "later" => "pusat meminta nanti / the hub asks for later",
        "revoked" => "akses dicabut / access revoked",
        "refused" => "ditolak pusat / refused by the hub",
        "wrong_server" => "bukan pusat / not our hub",
        "own_data" => "catatan di sini rusak / data here is damaged",
        "unreachable" => "pusat tak terjangkau / unreachable",
        "silence" => "tanpa jawaban / no answer",
        "cut" => "terputus / cut",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_above_the_villages_are_told_of_no_numbers() {
        for (office, is_told) in [("35.10.01.2001", true), ("35.10.01", false), ("35.10.H.001", false)] {
            assert_eq!(numbers_letters(&serde_json::json!({ "office": office })), is_told, "{office}");
        }
    }

    #[test]
    fn a_clock_behind_the_hubs_is_slow() {
        assert_eq!(clock(Some(-38)), "benar / right");
        assert!(clock(Some(3_600_000)).starts_with("lambat 60 menit / 60 minutes slow"));
        assert!(clock(Some(-60_000)).contains("1 minute fast"));
        assert!(clock(Some(-7_200_000)).starts_with("cepat 2 jam / 2 hours fast"));
        assert!(clock(Some(-3_456_000_000)).starts_with("cepat 40 hari / 40 days fast"));
        assert!(clock(None).contains("not known"));
    }
}

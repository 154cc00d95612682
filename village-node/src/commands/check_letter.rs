//! `check-letter`: whether the seal of a letter is genuine, without asking anybody.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use office_model::{Catalogue, Roster, Status, calendar};
use replica_store::Reader;
use serde_json::{Value, json};
use sync_protocol::{CertifiedNode, LetterSeal, SealedLetter, VerifyingKey};

use super::output;
use super::session::Session;
use crate::{Failure, Identity};

/// Check the seal of a letter without asking anybody; exit code 0 only when it is genuine
///
/// It needs the hub's public key alone, which this machine has since it joined. Whether the letter was cancelled since it knows
/// of this office's own letters; of others, and whether the machine that sealed it was shut out, only the hub knows: open the
/// address in the QR code, or run `sync-server check-letter`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node check-letter https://surat.example.go.id/l/RABVRJ...\n  village-node check-letter RABVRJ... \
                  --hub-key 1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca\n\nExit codes: 0 genuine; 2 the text is \
                  no seal, or not all of it; 4 not genuine, or void"
)]
pub(super) struct CheckLetter {
    /// What the QR code holds, or the part behind /l/
    #[arg(value_name = "TEXT_OR_URL")]
    text: String,
    /// The hub's public key, as `sync-server hub-key` prints it (else that of the hub this machine joined)
    #[arg(long, value_name = "KEY")]
    hub_key: Option<String>,
}

impl CheckLetter {
    pub(super) fn run(&self, session: &Session) -> Result<ExitCode, Failure> {
        let hub_key = match &self.hub_key {
            Some(text) => text.trim().parse::<VerifyingKey>().map_err(|error| bad_key(&error))?,
            None => VerifyingKey::from_bytes(&Identity::load(session.dir())?.hub_public_key.0)
                .map_err(|error| bad_key(&error))?,
        };
        let seal: LetterSeal = self.text.parse().map_err(|_| unreadable())?;
        let Ok((letter, node)) = seal.verify(&hub_key) else {
            if session.json {
                output::line(json!({"verdict": "not_genuine", "genuine": false}));
            } else {
                output::line("TIDAK ASLI: segel ini bukan buatan kantor mana pun pada pusat ini.");
                output::line("NOT GENUINE: no office of this hub made this seal.");
            }
            return Ok(ExitCode::from(4));
        };
        let fate = Fate::of(session.dir(), &letter);
        let told = told(&letter, &node, fate);
        if session.json {
            output::line(&told);
        } else {
            print(&told, fate);
        }
        Ok(if fate == Fate::Void { ExitCode::from(4) } else { ExitCode::SUCCESS })
    }
}

/// What became of a letter's record, as far as this machine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was cancelled or refused.
    Void,
    /// It is here, and was not.
    Stands,
    /// It is not here.
    Unknown,
}

impl Fate {
    fn of(dir: &Path, letter: &SealedLetter) -> Self {
        let row = Reader::open(dir).ok().and_then(|reader| reader.row(letter.document).ok().flatten());
        match row {
            None => Self::Unknown,
            Some(row) if row.status.parse().is_ok_and(Status::is_withdrawn) => Self::Void,
            Some(_) => Self::Stands,
        }
    }
}

fn told(letter: &SealedLetter, node: &CertifiedNode, fate: Fate) -> Value {
    let office =
        Roster::current().get(node.office).map_or_else(|| node.office.to_string(), office_model::Office::full_name);
    let label = Catalogue::current().service(&letter.service).map_or(Value::Null, |service| json!(service.label));
    json!({
        "verdict": if fate == Fate::Void { "void" } else { "genuine" },
        "genuine": fate != Fate::Void,
        "held": fate != Fate::Unknown,
        "office": node.office,
        "office_name": office,
        "service": letter.service,
        "service_label": label,
        "number": letter.number,
        "name": letter.name,
        "date": calendar::iso_date(letter.date),
        "signer": letter.signer,
        "document": letter.document,
        "node": node.key.node_id(),
    })
}

fn print(told: &Value, fate: Fate) {
    let get = |key: &str| output::field(told, key);
    output::line(match fate {
        Fate::Void => {
            "TIDAK BERLAKU: segelnya asli, tetapi suratnya dibatalkan atau ditolak. / VOID: its seal is genuine, but the letter \
             was cancelled or refused."
        }
        Fate::Stands | Fate::Unknown => {
            "Segel asli; bandingkan suratnya dengan baris-baris ini. / Genuine; compare the letter with these lines."
        }
    });
    if fate == Fate::Unknown {
        output::line(
            "Apakah surat ini kemudian dibatalkan tidak diketahui di komputer ini: buka alamat pada kodenya. / Whether it was \
             cancelled since is not known on this machine: open the address in its code.",
        );
    }
    let label = told.pointer("/service_label/id").and_then(Value::as_str).unwrap_or("-");
    for (name, value) in [
        ("Nomor / number", get("number")),
        ("Surat / letter", label.to_owned()),
        ("Nama / name", get("name")),
        ("Tanggal / date", get("date")),
        ("Kantor / office", get("office_name")),
        ("Penanda tangan / signer", get("signer")),
    ] {
        output::line(format!("  {name:<24} {}", if value.is_empty() { "-" } else { &value }));
    }
}

fn unreadable() -> Failure {
    Failure::input(
        "no_seal",
        "Teks ini bukan segel surat, atau tidak utuh. Pindai lagi kode QR-nya, lalu berikan seluruh isinya di antara tanda kutip.",
        "This text is no seal of a letter, or not all of it. Scan the QR code again, and give all it holds, in quotation marks.",
    )
}

fn bad_key(error: &dyn std::fmt::Display) -> Failure {
    Failure::input(
        "hub_key",
        "Kunci pusat tidak benar: 64 angka heksadesimal, seperti dicetak `sync-server hub-key`. Tidak ada yang diperiksa.",
        format!("The hub's key is not right: {error}. `sync-server hub-key` prints it. Nothing was checked."),
    )
}

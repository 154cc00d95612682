//! `check-letter`: whether a letter's seal is genuine, and what became of the letter.

use std::fmt::Write as _;

use serde_json::json;
use sync_protocol::VerifyingKey;

use super::{Answer, open, time};
use crate::Failure;
use crate::cli::Common;
use crate::keys::HubKeys;
use crate::letter_check::{self, AtHub, SealedBy, Since, Unproven, Verdict};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server check-letter https://surat.example.go.id/l/RABVRJ...\n  sync-server check-letter RABVRJ... --json

Exit codes: 0 genuine, and nothing speaks against the letter; 2 the text is no seal, or not all of it; 4 not genuine, its
node shut out and the hub cannot vouch for the letter, or the letter void or of another number since."
)]
pub(crate) struct Arguments {
    /// What the QR code holds, or the part behind /l/.
    #[arg(value_name = "TEXT_OR_URL")]
    text: String,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let key = VerifyingKey::from_bytes(&HubKeys::load(&common.data)?.public_key()?).map_err(Failure::internal)?;
    let sealed = match letter_check::check(&arguments.text, &key) {
        Ok(sealed) => sealed,
        Err(Unproven::Unreadable) => {
            return Err(Failure::input(
                "this text is no seal of a letter, or not all of it",
                "scan the QR code again, and give all it holds, in quotation marks",
            ));
        }
        Err(Unproven::NotGenuine) => {
            return Ok(Answer::bad(
                json!({ "verdict": "not_genuine", "genuine": false }),
                "NOT GENUINE: no node of this hub made this seal\n".to_owned(),
            ));
        }
    };
    let since = sealed.since(&reader)?;
    let office = sealed.office_name(&reader);
    let (json, text) = (sealed.to_json(&office, &since), told(&sealed, &office, &since));
    Ok(if since.verdict() == Verdict::Genuine { Answer::new(json, text) } else { Answer::bad(json, text) })
}

fn told(sealed: &SealedBy, office: &str, since: &Since) -> String {
    let verdict = match since.verdict() {
        Verdict::Genuine => "genuine: compare the letter with these lines".to_owned(),
        Verdict::Revoked => format!(
            "ASK THE OFFICE: the node that sealed it was shut out on {}; a letter sealed before may be right",
            time(since.revoked_millis)
        ),
        Verdict::NumberTwice => "ASK THE OFFICE: another letter of it has the same number".to_owned(),
        Verdict::OtherNumber => "ASK THE OFFICE: its record has another number now".to_owned(),
        Verdict::OtherPaper => "ASK THE OFFICE: by its record another name or day was signed".to_owned(),
        Verdict::SignedApart => "ASK THE OFFICE: its record was signed twice, and not the same".to_owned(),
        Verdict::Void => "VOID: its record was cancelled or refused since".to_owned(),
    };
    let held = match since.at_hub {
        AtHub::Nothing => "not here yet",
        AtHub::Same => "here, with the same number",
        AtHub::Twice => "here, and another letter with the same number",
        AtHub::OtherNumber => "here, with another number",
        AtHub::OtherPaper => "here, signed otherwise",
        AtHub::SignedApart => "here, signed twice",
        AtHub::Void => "here, cancelled or refused",
    };
    let letter = &sealed.letter;
    let date = office_model::calendar::iso_date(letter.date);
    let mut text = format!("{verdict}\n");
    let lines = [
        ("number", letter.number.as_str()),
        ("letter", &sealed.service_label(since).1),
        ("name", &letter.name),
        ("date", &date),
        ("office", office),
        ("signed by", &letter.signer),
        ("record", held),
    ];
    for (label, value) in lines {
        let _ = writeln!(text, "  {label:<10} {}", if value.is_empty() { "-" } else { value });
    }
    text
}

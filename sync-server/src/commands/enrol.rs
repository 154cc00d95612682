//! `enrol`: prints a one-time code, on a terminal as a QR code, too.

use std::io::IsTerminal as _;

use office_model::OfficeCode;
use qrcode::render::unicode::Dense1x2;

use super::{Answer, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::flags::Flags;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server enrol 35.10.01.2001\n  sync-server enrol 35.10.01.2001 --hours 4 --json
  sync-server enrol 35.10.01.2001 --cancel

Give the code to the clerk, who types: village-node enrol --hub https://HUB:8217 --code CODE"
)]
pub(crate) struct Arguments {
    /// Code of the office, such as 35.10.01.2001.
    office: OfficeCode,
    /// Hours the code is good. [default: 72]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=8760))]
    hours: Option<u32>,
    /// Make no code, and let those of the office that nobody used be good no longer: a sheet is lost.
    #[arg(long, conflicts_with = "hours")]
    cancel: bool,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    if arguments.cancel {
        let act = Act::CancelCodes { office: arguments.office, offered_millis: None, by: by_command("enrol --cancel") };
        let done = common.submit(&act)?;
        let count = done.get("cancelled").and_then(serde_json::Value::as_u64).unwrap_or_default();
        let text = match count {
            0 => format!("No code of office {} was good still.\n", arguments.office),
            _ => format!("Codes of office {} that are good no longer: {count}.\n", arguments.office),
        };
        return Ok(Answer::new(done, text));
    }
    let hours = match arguments.hours {
        Some(hours) => hours,
        None => common.settings(&Flags::default())?.code_hours,
    };
    let offered = common.submit(&Act::Enrol { office: arguments.office, hours, by: by_command("enrol") })?;
    let code = offered.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
    let expires = offered.get("expires_millis").and_then(serde_json::Value::as_i64);
    let mut text = format!("{code}\n\nGood for one machine of office {} until {}.\n", arguments.office, time(expires));
    if std::io::stdout().is_terminal()
        && let Ok(picture) = qrcode::QrCode::new(code)
    {
        text.push_str(&picture.render::<Dense1x2>().build());
        text.push('\n');
    }
    Ok(Answer::new(offered, text))
}

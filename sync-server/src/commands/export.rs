//! `export`: records as a file for spreadsheet programs and for other programs.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use office_model::calendar::wib_date;
use office_model::{OfficeCode, OfficeKind, ServiceId, Status};
use replica_store::ListFilter;
use serde_json::json;

use super::{Answer, known, open};
use crate::act::Act;
use crate::cli::Common;
use crate::export::{self, Format, Wanted};
use crate::keys::HubKeys;
use crate::operators::by_command;
use crate::{Failure, clock, handbook};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sync-server export --format xlsx --from 2026-11-01 --to 2026-11-30 --out november.xlsx
  sync-server export --format csv --district 35.10.16 --service G01 --out g01.csv
  sync-server export --format jsonl --whole --out all.jsonl

The last to arrive first. Names and NIKs are masked unless --whole is given. No cell is ever a formula. The file is new,
and only its owner may read it. Each export is noted in the audit trail.")]
pub(crate) struct Arguments {
    /// csv, xlsx or jsonl.
    #[arg(long)]
    format: Format,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// First day on which they were made, in WIB, such as 2026-11-01.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// Of this office only.
    #[arg(long)]
    office: Option<OfficeCode>,
    /// Of this sub-district only: its own office and its villages.
    #[arg(long)]
    district: Option<OfficeCode>,
    /// Of this service only.
    #[arg(long)]
    service: Option<ServiceId>,
    /// With this status only.
    #[arg(long)]
    status: Option<Status>,
    /// With words that begin so: names, NIKs, letter numbers.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Names and NIKs whole.
    #[arg(long)]
    whole: bool,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    // Names of services that the centre published.
    handbook::learn(&reader, &HubKeys::load(&common.data)?)?;
    known::offices(&reader, arguments.office.iter().chain(&arguments.district))?;
    known::service(arguments.service.as_ref())?;
    if let Some(code) = arguments.district.filter(|code| code.kind() != OfficeKind::SubDistrict) {
        return Err(Failure::input(format!("{code} is no sub-district"), "name an office with --office"));
    }
    let wanted = Wanted {
        filter: ListFilter {
            office: arguments.office,
            district: arguments.district,
            service: arguments.service.as_ref().map(ToString::to_string),
            status: arguments.status.map(|status| status.as_str().to_owned()),
            made: export::days(arguments.from, arguments.to)?,
            ..ListFilter::default()
        },
        words: arguments.search.clone(),
        is_whole: arguments.whole,
    };
    let act =
        Act::Note { by: by_command("export"), act: "export".to_owned(), subject: wanted.subject(arguments.format) };
    let path = &arguments.out;
    if path.exists() {
        return Err(Failure::input(format!("{} exists", path.display()), "choose another file name"));
    }
    // Noted first: nobody takes it unnoted.
    common.submit(&act)?;
    let beside = path.with_extension("part");
    let written = to_file(&beside, |out| {
        let today = wib_date(clock::now_millis()).unwrap_or_default();
        export::write(&reader, &wanted, arguments.format, today, out)
    });
    let count = match written.and_then(|count| match std::fs::rename(&beside, path) {
        Ok(()) => Ok(count),
        Err(error) => Err(Failure::file(path, &error)),
    }) {
        Ok(count) => count,
        Err(failure) => {
            // A piece of a file is of no use to anybody.
            let _ = std::fs::remove_file(&beside);
            return Err(failure);
        }
    };
    let text = format!("{count} records written to {}\n", path.display());
    let format = arguments.format.to_string();
    Ok(Answer::new(json!({ "file": path, "format": format, "records": count, "whole": arguments.whole }), text))
}

fn to_file(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<u64, Failure>) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = BufWriter::new(options.open(path).map_err(failed)?);
    let count = write(&mut out)?;
    out.flush().map_err(failed)?;
    out.get_ref().sync_all().map_err(failed)?;
    Ok(count)
}

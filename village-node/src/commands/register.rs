//! `register`: the registers that the law asks for, as files.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use data_encoding::BASE64;
use letter_print::{BookKind, Extension, Paper};
use serde_json::{Value, json};

use super::session::Session;
use super::{date, output};
use crate::action::BookQuery;
use crate::{Action, Failure, private_file};

/// Write the register of outgoing letters (agenda) or of what is handed over (expedition)
///
/// In the agenda letters stand by the day they got their number, in the expedition by the day they were signed, in
/// WIB. The file's name decides its form: .pdf, .xlsx or .csv.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node register agenda agenda.pdf --from 2026-07-01 --to 2026-07-31\n  village-node \
                  register expedition expedition.xlsx --from 2026-07-13 --to 2026-07-13"
)]
pub(super) struct Register {
    /// agenda or expedition (ekspedisi)
    book: BookKind,
    /// The file to write, ending in .pdf, .xlsx or .csv
    file: PathBuf,
    /// First day, such as 2026-07-01
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: NaiveDate,
    /// Last day
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: NaiveDate,
    /// f4 or a4, for .pdf and .xlsx
    #[arg(long, default_value = "f4")]
    paper: Paper,
}

impl Register {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let extension: Extension = ending.parse().map_err(|_| {
            Failure::input(
                "extension",
                "Nama berkas harus berakhir .pdf, .xlsx atau .csv. Tidak ada yang ditulis.",
                "The file's name must end in .pdf, .xlsx or .csv. Nothing was written.",
            )
        })?;
        let query = BookQuery { book: self.book, from: self.from, to: self.to, extension, paper: self.paper };
        let answer = session.perform(&Action::Book { query }).await?;
        let text = answer.get("bytes").and_then(Value::as_str).unwrap_or_default();
        let bytes = BASE64.decode(text.as_bytes()).map_err(|error| Failure::internal(&error))?;
        private_file::write(&self.file, &bytes)?;
        if session.json {
            let said = |key: &str| answer.get(key).cloned().unwrap_or_default();
            output::line(json!({
                "book": said("book"),
                "from": said("from"),
                "to": said("to"),
                "rows": said("rows"),
                "file": self.file,
                "bytes": bytes.len(),
            }));
        } else {
            let rows = output::field(&answer, "rows");
            output::line(format!("{} ({rows} surat / letters, {} B)", self.file.display(), bytes.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

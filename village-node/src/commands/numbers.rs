//! `numbers`: how many letter numbers are left, and the register.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::action::RegisterQuery;
use crate::{Action, Failure};

/// Show the letter numbers that are left, or with --register what became of each one
///
/// The hub grants each machine blocks of numbers; a letter gets the next one when it is recorded, link or no link. The
/// register accounts for every number: which record has it, or who holds it, or why nobody ever will.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node numbers\n  village-node numbers --register\n  village-node numbers --register --year 2026 --from 100 --limit 50"
)]
pub(super) struct Numbers {
    /// What became of each number
    #[arg(long)]
    register: bool,
    /// Of this year (else the present one)
    #[arg(long, requires = "register")]
    year: Option<i32>,
    /// Of this series: all, or an archive code
    #[arg(long, requires = "register", value_name = "SERIES")]
    series: Option<String>,
    /// From this number on
    #[arg(long, requires = "register", default_value_t = 1, value_name = "NUMBER")]
    from: u32,
    /// So many issued numbers at most
    #[arg(long, requires = "register", value_name = "COUNT")]
    limit: Option<usize>,
}

impl Numbers {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = if self.register {
            let (year, series, from, limit) = (self.year, self.series, self.from, self.limit);
            Action::Register { query: RegisterQuery { year, series, from, limit } }
        } else {
            Action::Numbers
        };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else if self.register {
            print_register(&answer);
        } else {
            print_stock(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print_stock(answer: &Value) {
    match answer.get("left").and_then(Value::as_u64) {
        Some(left) => output::line(format!("Sisa nomor di komputer ini / numbers left here: {left}")),
        None => output::line(
            "Komputer ini belum mendapat nomor surat: sinkronkan. / This machine was granted no letter numbers yet: sync.",
        ),
    }
    for lease in output::entries(answer, "leases") {
        let get = |key: &str| output::field(lease, key);
        let is = |key: &str| lease.get(key) == Some(&Value::Bool(true));
        let holder = if is("here") { "di sini / here".to_owned() } else { format!("node {}", get("node")) };
        let state = if is("open") { "" } else { "  (tidak dipakai lagi / used no more)" };
        output::line(format!(
            "  {} {}  {}-{}  sisa / left {}  {holder}{state}",
            get("series"),
            get("year"),
            get("first"),
            get("last"),
            get("left")
        ));
    }
    let twice = output::entries(answer, "given_twice");
    if !twice.is_empty() {
        output::line("Diberikan dua kali, periksa / given twice, look into it:");
    }
    for serial in twice {
        output::line(format!("  {}", serial.as_str().unwrap_or_default()));
    }
}

fn print_register(answer: &Value) {
    output::line(format!("{} {}", output::field(answer, "series"), output::field(answer, "year")));
    for line in output::entries(answer, "lines") {
        let get = |key: &str| output::field(line, key);
        if let Some(letter) = line.get("letter").filter(|letter| letter.is_object()) {
            let serial = get("first");
            let get = |key: &str| output::field(letter, key);
            let time = output::time(letter.get("created_millis").unwrap_or(&Value::Null));
            output::line(format!(
                "{:>6}  {}  {}  {}  {}  {}",
                serial,
                get("number"),
                get("service"),
                time,
                get("status"),
                get("id")
            ));
            continue;
        }
        let (first, last) = (get("first"), get("last"));
        let range = if first == last { first } else { format!("{first}-{last}") };
        let holder = if line.get("here") == Some(&Value::Bool(true)) {
            "di sini / here".to_owned()
        } else {
            format!("node {}", get("node"))
        };
        let text = match line.get("gap").and_then(Value::as_str) {
            Some("free") => format!("belum dipakai / free, {holder}"),
            Some("lost") => format!(
                "tidak akan dipakai lagi; sebagian mungkin sudah ada di kertas bila komputernya dipulihkan / not used any more; some may be on paper where its machine was restored, {holder}"
            ),
            Some("missing") => format!("suratnya belum sampai di sini / its letter is not here, {holder}"),
            _ => "dilewati setelah pusat dipulihkan / left out after the hub was restored".to_owned(),
        };
        output::line(format!("{range:>6}  {text}"));
    }
    if let Some(next) = answer.get("next").filter(|next| !next.is_null()) {
        output::note(format!("Masih ada: --from {next} / There is more: --from {next}"));
    }
}

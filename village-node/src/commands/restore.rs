//! `restore`: take up work again from a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use office_model::counted;
use serde_json::json;

use super::output;
use super::session::Session;
use crate::Failure;
use crate::restoring::{self, Aside, Present};

/// Put a backup in the data folder; what was recorded since then comes back from the hub
#[derive(Args)]
#[command(after_help = "Example:\n  village-node restore /media/usb/desa-2025-01-31.backup\n  village-node sync")]
pub(super) struct Restore {
    /// A file that `backup` wrote
    file: PathBuf,
    /// Put what the folder holds now aside (nothing is deleted); refused while it holds unsent changes
    #[arg(long)]
    replace: bool,
    /// Put it aside even with changes that never reached the hub
    #[arg(long, requires = "replace")]
    leave_unsent: bool,
}

impl Restore {
    pub(super) fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let present = match (self.replace, self.leave_unsent) {
            (false, _) => Present::Keep,
            (true, false) => Present::Replace,
            (true, true) => Present::LeaveUnsent,
        };
        let restored = restoring::restore(session.dir(), &self.file, present)?;
        if session.json {
            let aside = restored.aside.as_ref();
            output::line(json!({
                "office": restored.office,
                "node": restored.node,
                "aside": aside.map(|aside| aside.folder.display().to_string()),
                "aside_unsent": aside.map(|aside| aside.unsent),
                "files": restored.files.as_ref().copied().unwrap_or_default(),
            }));
        } else {
            output::line(format!("Dipulihkan / restored: {}, node {}", restored.office, restored.node));
            if let Some(aside) = &restored.aside {
                print(aside);
            }
            match &restored.files {
                Ok(0) => {}
                Ok(count) => output::line(format!("Lampiran yang kembali / attached files that are back: {count}")),
                Err(failure) => output::note(failure),
            }
            output::note("Jalankan `village-node sync` berikutnya. / Run `village-node sync` next.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(aside: &Aside) {
    let folder = aside.folder.display();
    output::line(format!("Data sebelumnya / what was there before: {folder}"));
    match aside.unsent {
        Some(0) => {}
        Some(count) => output::line(format!(
            "Di sana {count} perubahan belum sampai ke pusat; kirim dengan / {} there never reached the hub; send with: \
             village-node --data \"{folder}\" sync",
            counted(count, "change", "changes")
        )),
        None => output::line(
            "Basis data itu rusak; mungkin memuat perubahan yang belum sampai ke pusat. / That database is damaged; it \
             may hold changes that never reached the hub.",
        ),
    }
}

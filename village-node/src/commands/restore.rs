//! `restore`: take up work again from a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use office_model::counted;
use serde_json::json;

use super::output;
use super::session::Session;
use crate::Failure;
use crate::restoring::{self, Aside, Carried, Present};

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
                "carried": restored.carried.as_ref().map(|carried| json!({
                    "accounts": carried.over.accounts,
                    "applications": carried.over.applications,
                    "requests": carried.requests.then_some(carried.over.requests),
                    "queue_days": carried.over.queue_days,
                    "drafts": carried.over.drafts,
                    "acts": carried.over.acts,
                })),
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
            say_carried(restored.carried.as_ref());
            output::note("Jalankan `village-node sync` berikutnya. / Run `village-node sync` next.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What does not come back with the backup, and what may.
fn say_carried(carried: Option<&Carried>) {
    let Some(Carried { over, requests }) = carried else {
        output::note(
            "Apa yang terjadi sesudah cadangan itu dibuat tidak diketahui: di sini tidak ada basis data komputer ini yang dapat \
             dibaca. Akun yang ditutup dan token yang dicabut sejak itu berlaku lagi (tutup dan cabut lagi di halaman Akun), \
             nomor antrean hari ini dapat keluar dua kali, dan permintaan aplikasi yang dikirim ulang dapat tercatat dua kali. Draf \
             dan jejak kegiatan sejak itu tidak ikut kembali. / \
             What happened after the backup was made is not known: no database of this machine that can be read was here. \
             Accounts shut and tokens revoked since open again (shut and revoke them again on the page Accounts), queue numbers \
             of today may be given twice, and a request that an application sends again may be recorded twice. Drafts and the \
             trail of acts since do not come back.",
        );
        return;
    };
    for name in &over.accounts {
        output::line(format!(
            "Akun {name} ditutup sesudah cadangan itu dibuat, dan tetap tertutup. / The account {name} was shut after the backup \
             was made, and stays shut."
        ));
    }
    for name in &over.applications {
        output::line(format!(
            "Token aplikasi {name} dalam cadangan itu sudah dicabut, dan tetap tidak berlaku. / The token of the application \
             {name} in the backup was revoked, and stays so."
        ));
    }
    match over.drafts {
        Some(0) => {}
        Some(count) => output::line(format!(
            "Draf yang tidak ada dalam cadangan itu ikut kembali: {count}. / {} not in the backup came along.",
            counted(count, "draft", "drafts")
        )),
        None => output::note(
            "Draf dari basis data sebelumnya tidak dapat dibawa serta. / The drafts of the database before could not be taken \
             along.",
        ),
    }
    match over.acts {
        Some(0) => {}
        Some(count) => output::line(format!(
            "Baris jejak kegiatan yang ikut kembali: {count}. / {} of the trail of acts came along.",
            counted(count, "line", "lines")
        )),
        None => output::note(
            "Jejak kegiatan sejak cadangan itu tidak dapat dibawa serta. / The trail of acts since the backup could not be taken \
             along.",
        ),
    }
    if !requests {
        output::note(
            "Permintaan yang dikirim ulang dengan Idempotency-Key lama dikerjakan lagi: sebagian yang dikerjakannya tidak ikut \
             kembali. / A request that is sent again under an old Idempotency-Key is done again: some of what such requests did \
             does not come back.",
        );
    }
    output::note(
        "Kata sandi dan peran kembali seperti dalam cadangan. / Passwords and roles are again as in the backup.",
    );
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

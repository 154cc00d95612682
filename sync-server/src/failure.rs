//! What went wrong, whose fault it is, what happened to the data, and what to do next.

use std::fmt;

use exchange_driver::DriverError;
use office_model::Bilingual;
use replica_store::{OpenError, StoreError};
use serde::{Deserialize, Serialize};

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// What was asked for is wrong.
    Input,
    /// There is no such thing here.
    NotFound,
    /// The data folder is not in the state for it.
    State,
    /// Disk, database, operating system.
    Machine,
}

impl Blame {
    /// The exit code of a command that fails so: those of `village-node` mean the same.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Input | Self::NotFound => 2,
            Self::State => 3,
            Self::Machine => 4,
        }
    }
}

/// Why a command did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Failure {
    /// Whose fault.
    pub blame: Blame,
    /// What went wrong and whose fault it is, in one sentence.
    pub error: String,
    /// What happened to the data.
    pub data: String,
    /// What to do next.
    pub next: String,
    /// The same in Indonesian, for pages; nothing where only commands fail so, which speak English.
    #[serde(skip)]
    pub indonesian: Option<Box<Told>>,
}

/// What a failure says in Indonesian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What went wrong.
    pub error: String,
    /// What happened to the data.
    pub data: String,
    /// What to do next.
    pub next: String,
}

impl Failure {
    /// A failure after which everything is as it was before.
    pub fn new(blame: Blame, error: impl Into<String>, next: impl Into<String>) -> Self {
        let (error, next) = (error.into(), next.into());
        Self { blame, error, data: "nothing was changed".to_owned(), next, indonesian: None }
    }

    /// Says it in Indonesian, too: for whatever a page may have to show.
    #[must_use]
    pub fn id(self, error: impl Into<String>, next: impl Into<String>) -> Self {
        let data = "tidak ada yang berubah".to_owned();
        Self { indonesian: Some(Box::new(Told { error: error.into(), data, next: next.into() })), ..self }
    }

    /// As a page says it.
    pub(crate) fn text(&self) -> Bilingual {
        let Self { error, data, next, .. } = self;
        let id = self.indonesian.as_deref().map_or_else(
            || format!("Tidak berhasil. Keterangan program, dalam bahasa Inggris: {error} ({data}; {next})."),
            |told| format!("Tidak berhasil: {} ({}). Langkah berikut: {}.", told.error, told.data, told.next),
        );
        Bilingual::new(id, format!("It did not work: {error} ({data}). What to do: {next}."))
    }

    /// What was asked for is wrong.
    pub fn input(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::Input, error, next)
    }

    /// The data folder is not in the state for it.
    pub fn state(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::State, error, next)
    }

    /// The machine refused.
    pub fn machine(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::Machine, error, next)
    }

    /// A file or folder that the operating system refused.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::machine(
            format!("{path} could not be read or written: {error}"),
            "check that the path is right, the disk has room and this user may use it",
        )
        .id(
            format!("{path} tidak dapat dibaca atau ditulis (kata sistem: {error})"),
            "periksa letaknya, ruang disk, dan izin pengguna di mesin pusat",
        )
    }

    /// A bug of ours.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::machine(
            format!("the program failed inside: {what}"),
            "start it again, and report this line if it comes back",
        )
        .id(
            format!("program gagal di dalam (kata program: {what})"),
            "coba lagi; bila berulang, mulai ulang pusat dan laporkan baris ini",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  data: {}\n  next: {}", self.error, self.data, self.next)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let next = match &error {
            OpenError::InUse(_) => "stop the other program, or wait until its command has ended",
            OpenError::Missing(_) => "name the right folder with --data, or make a hub: sync-server init --roster FILE",
            OpenError::Exists(_) => "use this hub as it is, or name another folder with --data",
            OpenError::NotOurs(_) => "name the right folder with --data",
            OpenError::Newer { .. } => "install the newer version of sync-server",
            OpenError::Store(_) => "check the disk, then: sync-server verify",
        };
        let blame = if matches!(error, OpenError::Store(_)) { Blame::Machine } else { Blame::State };
        let text = error.to_string();
        let id = format!("basis data pusat tidak dapat dibuka (kata program: {text})");
        Self::new(blame, text, next).id(id, "periksa disk mesin pusat, lalu jalankan sync-server verify")
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let same = ("nothing was changed", "tidak ada yang berubah");
        let (data, next) = match &error {
            StoreError::Files(..) => (
                ("what was copied before stays", "yang sudah tersalin tetap ada"),
                (
                    "check that its disk has room and this user may use it, then try again",
                    "periksa ruang disknya dan izin pengguna di mesin pusat, lalu coba lagi",
                ),
            ),
            StoreError::Head(_) => (
                ("this step is saved", "langkah ini tersimpan"),
                ("check the disk, then start the program again", "periksa disk pusat, lalu mulai ulang programnya"),
            ),
            StoreError::NoNode => {
                (same, ("sync-server nodes lists the nodes", "halaman Perangkat memuat semua komputer"))
            }
            StoreError::NoDocument(_) => (
                same,
                (
                    "sync-server list shows the ids that are here; sync-server offices says which office is behind",
                    "cari berkasnya di halaman Cari; halaman Kabupaten menunjukkan kantor mana yang tertinggal",
                ),
            ),
            StoreError::TargetExists(_) => {
                (("nothing was written", "tidak ada yang ditulis"), ("choose another file name", "pilih nama lain"))
            }
            StoreError::Damaged(_) => {
                (same, ("sync-server verify names what is damaged", "sync-server verify menyebut apa yang rusak"))
            }
            StoreError::Gate(_) => (
                ("what arrived is stored and stays pending", "yang sampai sudah tersimpan dan menunggu"),
                (
                    "check that this user may start processes and memory is left; it is tried again by itself",
                    "periksa izin menjalankan proses dan sisa memori mesin pusat; dicoba lagi sendiri",
                ),
            ),
            _ => (
                ("what was saved before is safe", "yang tersimpan sebelumnya aman"),
                ("check the disk, then try again", "periksa disk pusat, lalu coba lagi"),
            ),
        };
        let (blame, text, id) = match &error {
            // The hub takes what offices send: there is nobody to exchange with first.
            StoreError::NoDocument(id) => (
                Blame::NotFound,
                format!("there is no transaction {id} at this hub: the id is wrong, or its office has not sent it yet"),
                format!("berkas {id} tidak ada di pusat ini: nomornya salah, atau kantornya belum mengirimnya"),
            ),
            StoreError::NoNode => {
                (Blame::NotFound, error.to_string(), "komputer itu tidak terdaftar di pusat ini".to_owned())
            }
            StoreError::TargetExists(_) => {
                (Blame::Input, error.to_string(), "berkas dengan nama itu sudah ada".to_owned())
            }
            StoreError::Files(folder, cause) => (
                Blame::Machine,
                error.to_string(),
                format!("lampiran tidak dapat disalin di {} (kata sistem: {cause})", folder.display()),
            ),
            _ => (
                Blame::Machine,
                error.to_string(),
                format!("penyimpanan di mesin pusat menolak (kata program: {error})"),
            ),
        };
        let told = Told { error: id, data: data.1.to_owned(), next: next.1.to_owned() };
        let (data, next) = (data.0.to_owned(), next.0.to_owned());
        Self { blame, error: text, data, next, indonesian: Some(Box::new(told)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_each_failure_in_its_own_language() {
        let path = std::path::Path::new("/srv/hub/replica.db");
        for failure in [
            Failure::from(StoreError::NoNode),
            StoreError::Damaged("a row".to_owned()).into(),
            OpenError::Missing(path.to_owned()).into(),
            Failure::file(path, &std::io::Error::from(std::io::ErrorKind::PermissionDenied)),
            Failure::internal("it stopped"),
            Failure::input("the code is wrong", "type it again").id("kodenya salah", "ketik lagi"),
        ] {
            let text = failure.text();
            assert!(text.id.starts_with("Tidak berhasil: ") && text.id.contains("Langkah berikut: "), "{text:?}");
            assert!(text.en.starts_with("It did not work: ") && !text.en.contains("Langkah"), "{text:?}");
            assert!(!text.id.contains(&failure.data) && !text.id.contains(&failure.next), "{text:?}");
        }
        let asked = Failure::input("the code is wrong", "type it again").id("kodenya salah", "ketik lagi");
        assert_eq!(
            asked.text().id,
            "Tidak berhasil: kodenya salah (tidak ada yang berubah). Langkah berikut: ketik lagi."
        );
        let told = serde_json::to_value(&asked).unwrap();
        assert_eq!(told.as_object().unwrap().len(), 4, "programs are told the same as ever: {told}");
    }
}

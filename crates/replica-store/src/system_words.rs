//! What it means that an operating system refused, in words that people know.

use std::io::{Error, ErrorKind};

use office_model::Bilingual;

/// What an operating system's refusal means and what helps, without a full stop. It says what the system says in English
/// only where nothing better is known: whoever shows it adds the system's own words for whoever is asked for help.
pub fn system_words(error: &Error) -> Bilingual {
    let (id, en) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("disk penuh, kosongkan dahulu ruangnya", "the disk is full, make room on it first")
        }
        ErrorKind::PermissionDenied => {
            ("tidak ada izin, periksa hak akses ke sana", "there is no permission, look at the access rights there")
        }
        ErrorKind::ReadOnlyFilesystem => {
            ("disk itu hanya dapat dibaca, tidak dapat ditulisi", "that disk can be read only, not written to")
        }
        ErrorKind::NotFound => ("tidak ada, periksa nama dan foldernya", "it is not there, check its name and folder"),
        ErrorKind::AlreadyExists => ("sudah ada, pilih nama lain", "it exists already, choose another name"),
        ErrorKind::IsADirectory => ("itu folder, bukan berkas", "that is a folder, not a file"),
        ErrorKind::NotADirectory => ("sebagian alamatnya bukan folder", "a part of its path is no folder"),
        ErrorKind::InvalidFilename => ("nama itu tidak dapat dipakai", "that name cannot be used"),
        ErrorKind::FileTooLarge => ("terlalu besar untuk disk itu", "it is too large for that disk"),
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => {
            ("sedang dipakai program lain", "another program is using it")
        }
        ErrorKind::AddrInUse => ("sudah dipakai program lain", "another program is using it already"),
        ErrorKind::AddrNotAvailable => ("bukan alamat komputer ini", "it is no address of this machine"),
        ErrorKind::ConnectionRefused => ("tidak ada yang menjawab di alamat itu", "nobody answers at that address"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::NotConnected => {
            ("sambungan diputus", "the connection was cut")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            ("jaringan tidak sampai ke sana, periksa kabel atau Wi-Fi", "no network leads there, check cable or Wi-Fi")
        }
        ErrorKind::TimedOut => ("terlalu lama tidak ada jawaban", "there was no answer for too long"),
        ErrorKind::UnexpectedEof => ("isinya berakhir sebelum waktunya", "it ends too early"),
        ErrorKind::InvalidData => ("isinya bukan yang diharapkan", "what is in it is not what was expected"),
        ErrorKind::OutOfMemory => ("memori komputer ini penuh", "this machine is out of memory"),
        _ if is_disk_fault(error) => {
            ("disk atau flashdisk rusak atau tercabut", "the disk or stick is damaged or was pulled out")
        }
        _ => ("sistem operasi menolak", "the operating system refused"),
    };
    Bilingual::new(id, en)
}

/// Input or output failed in the device itself: no kind of its own tells of it.
fn is_disk_fault(error: &Error) -> bool {
    const EIO: i32 = 5;
    const ENODEV: i32 = 19;
    cfg!(unix) && matches!(error.raw_os_error(), Some(EIO | ENODEV))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_to_disks_and_links_is_said_without_the_systems_own_words() {
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::NotFound, ErrorKind::AddrInUse] {
            let words = system_words(&Error::from(kind));
            assert!(!words.id.contains("sistem operasi") && !words.en.contains("operating system"), "{words:?}");
            assert_ne!(words.id, words.en);
        }
        if cfg!(unix) {
            assert!(system_words(&Error::from_raw_os_error(28)).id.starts_with("disk penuh"));
            assert!(system_words(&Error::from_raw_os_error(5)).id.starts_with("disk atau flashdisk rusak"));
        }
        assert_eq!(system_words(&Error::other("?")).id, "sistem operasi menolak");
    }
}

//! The faults of an exchange, with what a person is told: whose fault, what happened to the data, what to do next.

use sync_protocol::{Fault, FaultCode};

/// A batch named a change that the receiver does not hold: the sender spells everything out next time.
pub const UNRESOLVED: FaultCode = FaultCode::Unknown(12);
/// The log and the hub's copy of it part ways: this folder was restored or copied. A new epoch begins.
pub const FORK: FaultCode = FaultCode::Unknown(13);
/// The cursor names no place in the hub's feed: the node shows its ladder next time.
pub const CURSOR: FaultCode = FaultCode::Unknown(14);

/// The fault with this code, in both languages.
pub fn fault(code: FaultCode) -> Fault {
    let (text_id, text_en) = texts(code);
    let retry_after_seconds = match code {
        FaultCode::Busy => Some(20),
        FaultCode::Storage | FaultCode::Maintenance => Some(300),
        FaultCode::Internal => Some(60),
        _ => None,
    };
    Fault { code, text_id: text_id.to_owned(), text_en: text_en.to_owned(), retry_after_seconds }
}

const fn texts(code: FaultCode) -> (&'static str, &'static str) {
    match code {
        FaultCode::Malformed => (
            "Pesan dari komputer ini tidak dapat dibaca pusat. Data tetap tersimpan di sini; dicoba lagi otomatis. Bila terulang, perbarui program.",
            "The hub could not read this machine's message. Nothing is lost here; it is tried again by itself. If it repeats, update the program.",
        ),
        FaultCode::Version => (
            "Versi program di sini dan di pusat tidak cocok. Data tetap tersimpan; perbarui program.",
            "The programs here and at the hub speak no common version. Nothing is lost; update the program.",
        ),
        FaultCode::UnknownNode => (
            "Pusat tidak mengenal komputer ini. Data tetap tersimpan; minta kode pendaftaran kepada operator pusat.",
            "The hub does not know this machine. Nothing is lost; ask the hub's operator for an enrolment code.",
        ),
        FaultCode::Revoked => (
            "Komputer ini telah dicabut izinnya oleh operator pusat. Yang sudah diterima pusat tetap ada di pusat; hubungi operator.",
            "This machine was revoked by the hub's operator. What the hub received stays there; call the operator.",
        ),
        FaultCode::Signature => (
            "Tanda tangan komputer ini tidak cocok dengan yang terdaftar. Data tetap tersimpan; hubungi operator pusat.",
            "This machine's signature does not fit the enrolled key. Nothing is lost; call the hub's operator.",
        ),
        FaultCode::Replayed => (
            "Pesan ini sudah pernah diterima pusat. Data tetap tersimpan; dicoba lagi otomatis.",
            "The hub has seen this very message before. Nothing is lost; it is tried again by itself.",
        ),
        FaultCode::Log => (
            "Urutan catatan tidak bersambung dengan yang ada di pusat. Data tetap tersimpan; dicoba lagi otomatis.",
            "The records do not continue what the hub holds. Nothing is lost; it is tried again by itself.",
        ),
        FaultCode::Busy => (
            "Pusat sedang sibuk. Data tetap tersimpan; dicoba lagi otomatis.",
            "The hub is busy. Nothing is lost; it is tried again by itself.",
        ),
        FaultCode::Storage => (
            "Penyimpanan di pusat bermasalah. Data tetap tersimpan di sini; dicoba lagi otomatis.",
            "The hub's storage has a problem. Nothing is lost here; it is tried again by itself.",
        ),
        FaultCode::Maintenance => (
            "Pusat sedang dipelihara. Data tetap tersimpan; dicoba lagi otomatis.",
            "The hub is being maintained. Nothing is lost; it is tried again by itself.",
        ),
        FaultCode::Internal => (
            "Ada kesalahan program di pusat. Data tetap tersimpan di sini; dicoba lagi otomatis.",
            "A fault of the hub's program. Nothing is lost here; it is tried again by itself.",
        ),
        UNRESOLVED => (
            "Pusat meminta kiriman lengkap. Dicoba lagi otomatis.",
            "The hub asks for everything in full. It is tried again by itself.",
        ),
        FORK => (
            "Data di komputer ini berasal dari cadangan atau salinan. Masa catat baru dimulai; tidak ada data yang hilang.",
            "This machine's data comes from a backup or a copy. A new epoch begins; nothing is lost.",
        ),
        CURSOR => (
            "Pusat dipulihkan dari cadangan. Titik temu dicari otomatis; tidak ada data yang hilang.",
            "The hub was restored from a backup. The common point is looked for by itself; nothing is lost.",
        ),
        FaultCode::Unknown(_) => (
            "Pusat menolak dengan alasan yang belum dikenal program ini. Data tetap tersimpan; perbarui program.",
            "The hub refused for a reason this program does not know. Nothing is lost; update the program.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_speaks_both_languages_and_fits_its_frame() {
        for number in 0..20 {
            let fault = fault(FaultCode::from_number(number));
            assert!(!fault.text_id.is_empty() && !fault.text_en.is_empty() && fault.text_id != fault.text_en);
            assert!(fault.text_id.len().max(fault.text_en.len()) <= sync_protocol::FAULT_TEXT_BYTES_MAX);
        }
    }
}

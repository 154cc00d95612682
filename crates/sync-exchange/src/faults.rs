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
    let retry_after_seconds = match code {
        FaultCode::Busy => Some(20),
        FaultCode::Storage | FaultCode::Maintenance => Some(300),
        FaultCode::Internal => Some(60),
        _ => None,
    };
    let mut fault = Fault::new(code, retry_after_seconds);
    if let Some((text_id, text_en)) = own_texts(code) {
        (fault.text_id, fault.text_en) = (text_id.to_owned(), text_en.to_owned());
    }
    fault
}

/// Texts of the codes that only the exchange knows.
const fn own_texts(code: FaultCode) -> Option<(&'static str, &'static str)> {
    Some(match code {
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
        _ => return None,
    })
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

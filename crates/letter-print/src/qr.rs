//! The QR code of a seal.

use qrcode::{Color, EcLevel, QrCode};

use crate::PrintError;

/// The modules of a code, row by row, without the quiet zone.
pub(crate) struct Qr {
    pub(crate) width: usize,
    pub(crate) dark: Vec<bool>,
}

/// The code of a text at level M, which bears a stain over a seventh of it.
pub(crate) fn encode(text: &str) -> Result<Qr, PrintError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| PrintError::SealTooLong)?;
    let width = code.width();
    Ok(Qr { width, dark: code.into_colors().into_iter().map(|color| color == Color::Dark).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seal of base 32 in an address with small letters: both kinds are packed as tightly as QR codes can.
    #[test]
    fn a_usual_seal_has_modules_that_a_phone_reads_from_paper() {
        let seal = "RABVRJ7Q2".chars().cycle().take(434).collect::<String>();
        let width = encode(&format!("https://surat.banyuwangikab.go.id/l/{seal}")).unwrap().width;
        assert!((21..=85).contains(&width), "{width} modules on 35 mm");
        let longest = "RABVRJ7Q2".chars().cycle().take(1639).collect::<String>();
        assert!(encode(&format!("https://{}/l/{longest}", "x".repeat(92))).is_ok());
    }
}

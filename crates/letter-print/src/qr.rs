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

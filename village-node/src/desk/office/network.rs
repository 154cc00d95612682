//! How the other PCs of the office get to this desk: addresses, the root certificate, its fingerprint.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::desk::frame::language::Language;
use crate::desk::frame::page::Halt;
use crate::serve::Shared;
use crate::serve::lan::Lan;
use crate::{Blame, Failure};

/// What the page of the office says of it.
pub(in crate::desk) struct Network {
    /// What to type; empty where the desk is not open to others.
    pub(in crate::desk) addresses: Vec<String>,
    /// In groups of four digits: people compare it by eye.
    pub(in crate::desk) fingerprint: String,
    /// Why it could not be opened; empty when it could, or was not to be.
    pub(in crate::desk) failed: String,
    pub(in crate::desk) is_open: bool,
}

impl Network {
    pub(in crate::desk) fn of(lan: &Lan, language: Language) -> Self {
        let closed = Self { addresses: Vec::new(), fingerprint: String::new(), failed: String::new(), is_open: false };
        match lan {
            Lan::Off => closed,
            Lan::Failed(failure) => Self { failed: language.say(&failure.text).to_owned(), ..closed },
            Lan::On(opened) => {
                Self { addresses: opened.urls(), fingerprint: grouped(&opened.fingerprint()), is_open: true, ..closed }
            }
        }
    }
}

fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The root certificate. For everybody: a PC needs it before anybody can sign in there without a warning, and every TLS
/// handshake shows it.
pub(in crate::desk) async fn certificate(State(shared): State<Arc<Shared>>) -> Result<Response, Halt> {
    let Lan::On(opened) = &*shared.lan.borrow() else {
        return Err(Failure::new(
            Blame::NotFound,
            "lan_off",
            "Meja ini tidak terbuka bagi komputer lain, jadi tidak ada sertifikat. Tidak ada yang berubah.",
            "This desk is not open to other PCs, so there is no certificate. Nothing was changed.",
        )
        .into());
    };
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"smart-kampung.crt\""),
    ];
    Ok((headers, opened.root().to_vec()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_shown_in_groups() {
        assert_eq!(grouped("0123456789ab"), "0123 4567 89ab");
        assert_eq!(grouped(""), "");
    }
}

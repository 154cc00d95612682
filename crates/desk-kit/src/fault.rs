//! The page that says why something was not done.

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use office_model::Bilingual;

use crate::{Halt, html_response};

/// What went wrong, for people in both languages: nobody may be signed in yet.
#[derive(Debug, Clone, Template)]
#[template(path = "fault.html")]
pub struct FaultPage {
    /// The title.
    pub title: Bilingual,
    /// Whose fault it is, what happened to the data, what to do next.
    pub text: Bilingual,
    /// A word for programs and for whoever is asked for help; may be empty.
    pub code: String,
    /// The name of the first page, where the way leads on.
    pub home: &'static str,
    /// Version of the style sheet.
    pub version: &'static str,
    /// Where somebody came from, with what they typed there; empty where that is not known.
    pub back: String,
}

impl FaultPage {
    /// The page as the answer that ends a request.
    pub fn halt(&self, status: StatusCode) -> Halt {
        let mut response = self.render().map_or_else(|_| Response::new(Body::empty()), html_response);
        *response.status_mut() = status;
        response.extensions_mut().insert(self.clone());
        Halt::with(response)
    }
}

/// A form whose token is not the session's.
pub fn old_page() -> Bilingual {
    Bilingual::new(
        "Halaman ini sudah lama terbuka. Tidak ada yang berubah; muat ulang halaman lalu coba lagi.",
        "This page was open for too long. Nothing was changed; load it again and retry.",
    )
}

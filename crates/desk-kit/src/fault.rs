//! The page that says why something was not done.

use askama::Template;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, REFERER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use office_model::Bilingual;

use crate::{Halt, html_response, own_page};

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
    /// The name of the first page, where the way leads on; empty where it leads nowhere.
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

    /// The page as what people see of an answer that says less. Its status and what it tells programs stay.
    #[must_use]
    pub fn instead_of(&self, response: Response) -> Response {
        in_place_of(response, self.halt(StatusCode::OK).into_response())
    }
}

/// A page as what people see of an answer that says less, as [`FaultPage::instead_of`].
pub fn html_instead_of(response: Response, text: String) -> Response {
    in_place_of(response, html_response(text))
}

fn in_place_of(response: Response, mut made: Response) -> Response {
    let (parts, _) = response.into_parts();
    *made.status_mut() = parts.status;
    for (name, value) in parts.headers.iter().filter(|(name, _)| ![CONTENT_LENGTH, CONTENT_TYPE].contains(name)) {
        made.headers_mut().insert(name, value.clone());
    }
    made
}

/// The page of ours from which somebody came; empty where it is none. `host`: under which we were asked.
pub fn came_from(headers: &HeaderMap, host: &str) -> String {
    let from = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ours = from.strip_prefix("http://").or_else(|| from.strip_prefix("https://"));
    let path = ours.and_then(|rest| rest.strip_prefix(host)).filter(|path| path.starts_with('/'));
    path.map_or_else(String::new, |path| own_page(path).to_owned())
}

/// A form whose token is not the session's.
pub fn old_page() -> Bilingual {
    Bilingual::new(
        "Halaman ini sudah lama terbuka. Tidak ada yang berubah; muat ulang halaman lalu coba lagi.",
        "This page was open for too long. Nothing was changed; load it again and retry.",
    )
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_way_back_is_a_page_of_ours() {
        let from = |referer: &'static str| {
            let headers = HeaderMap::from_iter([(REFERER, HeaderValue::from_static(referer))]);
            came_from(&headers, "127.0.0.1:8217")
        };
        assert_eq!(from("https://127.0.0.1:8217/berkas/x?kata=y"), "/berkas/x?kata=y");
        for bad in ["https://127.0.0.1:82170/", "https://evil.example/127.0.0.1:8217/", "javascript:alert(1)", ""] {
            assert_eq!(from(bad), "", "{bad}");
        }
        assert_eq!(came_from(&HeaderMap::new(), "127.0.0.1:8217"), "");
    }
}

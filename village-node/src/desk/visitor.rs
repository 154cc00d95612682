//! Who asks for a page, and whether a form comes from one of our own pages.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use desk_kit::{BY_ITSELF, Cookie};
pub(crate) use desk_kit::{Form, destination, own_page};
use office_model::{ClerkId, Role};

use super::page::{Halt, go};
use super::sessions::Session;
use super::texts;
use crate::Failure;
use crate::serve::Shared;

const COOKIE: Cookie = Cookie { name: "meja", is_secure: false };

/// Somebody who is signed in and not locked out.
pub(crate) struct Visitor {
    pub(crate) session: Session,
    /// What the browser holds.
    pub(crate) token: String,
}

impl Visitor {
    pub(crate) fn clerk(&self) -> &ClerkId {
        &self.session.clerk
    }

    pub(crate) fn role(&self) -> Role {
        self.session.role
    }

    /// Checks that a form comes from one of our pages.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(crate) fn check(&self, form: &Form) -> Result<(), Halt> {
        if form.get("form_token") == self.session.form_token {
            return Ok(());
        }
        Err(Failure::input(
            "form_token",
            "Halaman ini sudah lama terbuka. Tidak ada yang berubah; muat ulang halaman lalu coba lagi.",
            "This page was open for too long. Nothing was changed; load it again and retry.",
        )
        .into())
    }
}

/// Refuses who may not.
///
/// # Errors
///
/// When `may` is false.
pub(crate) fn allow(may: bool) -> Result<(), Halt> {
    if may {
        return Ok(());
    }
    Err(Failure::new(crate::Blame::State, "role", texts::ID.not_allowed, texts::EN.not_allowed).into())
}

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = Halt;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Halt> {
        let touches = !parts.headers.contains_key(BY_ITSELF);
        let found = token_of(&parts.headers)
            .and_then(|token| Some((shared.sessions.find(&token, Instant::now(), touches)?, token)));
        let to = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        match found {
            Some((mut session, token)) if !session.locked => {
                to.clone_into(&mut session.at);
                Ok(Self { session, token })
            }
            Some(_) => Err(Halt::with(go(&format!("/kunci?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
            None => Err(Halt::with(go(&format!("/masuk?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
        }
    }
}

/// What the browser holds.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    COOKIE.token_of(headers)
}

/// Has the browser hold a token, or none any more.
pub(crate) fn hold(response: &mut Response, token: Option<&str>) {
    COOKIE.hold(response, token);
}

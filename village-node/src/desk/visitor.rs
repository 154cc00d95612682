//! Who asks for a page, and whether a form comes from one of our own pages.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use office_model::{ClerkId, Role};

use super::page::{Halt, go};
use super::sessions::Session;
use super::texts;
use crate::Failure;
use crate::serve::Shared;
use crate::serve::entrance::{Entrance, Via};

/// Pages that ask for themselves again and again say so: nobody needs to sit there for that.
const BY_ITSELF: &str = "x-desk-by-itself";

/// Somebody who is signed in and not locked out.
pub(crate) struct Visitor {
    pub(crate) session: Session,
    /// Where from.
    pub(crate) entrance: Entrance,
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
        let entrance = parts.extensions.get::<Entrance>().cloned().ok_or_else(no_entrance)?;
        let via = entrance.via();
        let found = token_of(&parts.headers, via)
            .and_then(|token| Some((shared.sessions.find(&token, via, Instant::now(), touches)?, token)));
        let to = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        match found {
            Some((mut session, token)) if !session.locked => {
                to.clone_into(&mut session.at);
                Ok(Self { session, entrance, token })
            }
            Some(_) => Err(Halt::with(go(&format!("/kunci?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
            None => Err(Halt::with(go(&format!("/masuk?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
        }
    }
}

/// Where to go after signing in: a page of ours, nothing else.
pub(crate) fn destination(code: &str) -> String {
    let path = BASE64URL_NOPAD.decode(code.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    own_page(path.as_deref().unwrap_or_default()).to_owned()
}

/// A page of ours as it was asked for; the first page for anything that could lead elsewhere. Browsers take `\` for `/`
/// and leave out tabs and line ends, so neither may stand in it.
pub(crate) fn own_page(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//");
    if ours && !path.contains(|sign: char| sign == '\\' || sign.is_control()) { path } else { "/" }
}

fn no_entrance() -> Failure {
    Failure::machine(
        "internal",
        "Kesalahan program: asal permintaan tidak diketahui.",
        "Internal: a request from nowhere.",
    )
}

/// What the cookie is called, and what a browser is told of it. Over TLS by a name that browsers take from this very
/// host over TLS alone: nobody else on the network can plant it, and plain HTTP never carries it.
const fn cookie(via: Via) -> (&'static str, &'static str) {
    match via {
        Via::Loopback => ("meja", "Path=/; HttpOnly; SameSite=Strict"),
        Via::Lan => ("__Host-meja", "Path=/; Secure; HttpOnly; SameSite=Strict"),
    }
}

/// What the browser holds.
pub(crate) fn token_of(headers: &HeaderMap, via: Via) -> Option<String> {
    let (own, _) = cookie(via);
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == own).map(|(_, token)| token.to_owned())
}

/// Has the browser hold a token, or none any more.
pub(crate) fn hold(response: &mut Response, via: Via, token: Option<&str>) {
    let (name, how) = cookie(via);
    let text = match token {
        Some(token) => format!("{name}={token}; {how}"),
        None => format!("{name}=; {how}; Max-Age=0"),
    };
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

/// The fields of a form that was sent.
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    /// The first field of that name; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        let to = |path: &str| destination(&BASE64URL_NOPAD.encode(path.as_bytes()));
        assert_eq!(to("/berkas?q=a"), "/berkas?q=a");
        for bad in ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nb", "/\t/evil.example"] {
            assert_eq!((to(bad).as_str(), own_page(bad)), ("/", "/"), "{bad}");
        }
        assert_eq!(destination("!!"), "/");
    }
    #[test]
    fn each_listener_has_a_cookie_of_its_own() {
        let (mut plain, mut tls) = (go("/"), go("/"));
        hold(&mut plain, Via::Loopback, Some("aa"));
        hold(&mut tls, Via::Lan, Some("bb"));
        let said = |response: &Response| response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert_eq!(said(&plain), "meja=aa; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(said(&tls), "__Host-meja=bb; Path=/; Secure; HttpOnly; SameSite=Strict");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("meja=aa; __Host-meja=bb"));
        assert_eq!(token_of(&headers, Via::Loopback).as_deref(), Some("aa"));
        assert_eq!(token_of(&headers, Via::Lan).as_deref(), Some("bb"));
    }
}

//! Who asks for a page, and whether a form comes from one of our own pages.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use desk_kit::{BY_ITSELF, Cookie, Form, Halt, Language, Named, Session, go};
use replica_store::Account;
use sha2::{Digest as _, Sha256};

use super::page::Fault;
use crate::operators::HubRole;
use crate::serve::Hub;

/// Browsers take a cookie of this name from this very host over TLS alone.
pub(super) const COOKIE: Cookie = Cookie { name: "__Host-pusat", is_secure: true };

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Whom a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) shown: String,
    pub(crate) role: HubRole,
    pub(crate) language: Language,
    /// Of the account as it was at signing in: another password or role ends the session.
    seal: [u8; 32],
}

impl Named for Who {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Who {
    /// Nothing for an account that is shut or has a role of some other desk.
    pub(super) fn of(account: &Account) -> Option<Self> {
        let role = account.role.parse().ok().filter(|_| account.disabled_millis.is_none())?;
        Some(Self {
            name: account.name.clone(),
            shown: account.shown.clone(),
            role,
            language: Language::of_code(&account.language),
            seal: seal(account),
        })
    }
}

fn seal(account: &Account) -> [u8; 32] {
    Sha256::new().chain_update(&account.secret).chain_update([0]).chain_update(&account.role).finalize().into()
}

/// Somebody who is signed in and not locked out.
pub(crate) struct Visitor {
    pub(crate) session: Session<Who>,
    /// What the browser holds.
    pub(crate) token: String,
}

impl Visitor {
    /// Checks that a form comes from one of our pages.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(crate) fn check(&self, form: &Form) -> Result<(), Halt> {
        if form.get("form_token") == self.session.form_token { Ok(()) } else { Err(Fault::old_page().into()) }
    }
}

impl FromRequestParts<Arc<Hub>> for Visitor {
    type Rejection = Halt;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Halt> {
        let touches = !parts.headers.contains_key(BY_ITSELF);
        let to = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let lead = |page: &str| Halt::with(go(&format!("{page}?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))));
        let token = COOKIE.token_of(&parts.headers).ok_or_else(|| lead("/masuk"))?;
        let mut session = hub.desk.sessions.find(&token, Instant::now(), touches).ok_or_else(|| lead("/masuk"))?;
        if !is_good(hub, &session).await? {
            hub.desk.sessions.close(&token);
            return Err(lead("/masuk"));
        }
        if session.locked {
            return Err(lead("/kunci"));
        }
        session.at.clone_from(&to);
        Ok(Self { session, token })
    }
}

/// Whether the account of a session is still the one that signed in.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) async fn is_good(hub: &Hub, session: &Session<Who>) -> Result<bool, Halt> {
    let name = session.name.clone();
    let account = hub.readers.with(move |reader| reader.account(&name)).await.map_err(Fault::from)?;
    let account = account.map_err(Fault::from)?;
    Ok(account.is_some_and(|account| account.disabled_millis.is_none() && seal(&account) == session.seal))
}

/// Has the browser hold a token, or none any more.
pub(super) fn hold(response: &mut Response, token: Option<&str>) {
    COOKIE.hold(response, token);
}

/// Word that somebody sits there: asked for by the page when keys are pressed on it.
pub(super) async fn here(_: Visitor) -> axum::http::StatusCode {
    axum::http::StatusCode::NO_CONTENT
}

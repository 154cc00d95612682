//! Who asks for a page, and whether a form comes from one of our own pages.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use desk_kit::{BY_ITSELF, Cookie, old_page};
pub(crate) use desk_kit::{Form, destination, own_page};
use office_model::{Bilingual, ClerkId, Role};
use replica_store::Replica;
use serde_json::Value;

use crate::action::authority;
use crate::action::trace::By;
use crate::desk::frame::page::{Halt, go};
use crate::desk::frame::texts;
use crate::desk::frame::word::{Part, Refusal, Word};
use crate::desk::people::sessions::Session;
use crate::failure::NOT_FOR_ROLE;
use crate::node::Doing;
use crate::right::Right;
use crate::serve::Shared;
use crate::serve::entrance::{Entrance, Via};
use crate::{Action, Failure};

/// Over TLS by a name that browsers take from this very host over TLS alone: nobody else on the network can plant it, and
/// plain HTTP never carries it.
const fn cookie(via: Via) -> Cookie {
    match via {
        Via::Loopback => Cookie { name: "meja", is_secure: false },
        Via::Lan => Cookie { name: "__Host-meja", is_secure: true },
    }
}

/// Somebody who is signed in and not locked out.
pub(crate) struct Visitor {
    pub(crate) session: Session,
    /// Where from.
    pub(crate) entrance: Entrance,
    /// What the browser holds.
    pub(crate) token: String,
    /// What the page that is asked for says of what was done before it.
    pub(crate) word: Word,
}

impl Visitor {
    pub(crate) fn clerk(&self) -> &ClerkId {
        &self.session.clerk
    }

    pub(crate) fn role(&self) -> Role {
        self.session.role
    }

    /// By what right the visitor changes anything: until they are signed out or locked out, or their account is another one.
    pub(in crate::desk) fn right(&self, shared: &Shared) -> Right {
        let (sessions, token, via) = (Arc::clone(&shared.sessions), self.token.clone(), self.entrance.via());
        Right::of(move |reader| sessions.check(&token, via, reader))
    }

    /// Has `work` look at, do and note all that the visitor asks for, with one commit.
    ///
    /// # Errors
    ///
    /// When the visitor may not any more, and whatever `work` says; nothing was changed then.
    pub(in crate::desk) async fn act<T: Send + 'static>(
        &self,
        shared: &Shared,
        work: impl Fn(&mut Doing<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let right = self.right(shared);
        shared.node.blocking(move |node| node.act(&right, work)).await
    }

    /// Does what the visitor asks for and may, and notes it in the audit trail with the same commit.
    ///
    /// # Errors
    ///
    /// When it cannot be done, or is not for the visitor's role; nothing was changed then.
    pub(in crate::desk) async fn perform(&self, shared: &Shared, action: Action) -> Result<Value, Failure> {
        self.perform_if(shared, action, |_| Ok(())).await
    }

    /// The same, where `check` has nothing against it as the record stands then.
    ///
    /// # Errors
    ///
    /// As [`Visitor::perform`], and what `check` says.
    pub(in crate::desk) async fn perform_if(
        &self,
        shared: &Shared,
        action: Action,
        check: impl Fn(&Replica) -> Result<(), Failure> + Send + 'static,
    ) -> Result<Value, Failure> {
        let (clerk, role, right) = (self.clerk().to_string(), self.role(), self.right(shared));
        let checked = move |replica: &Replica, action: &Action| {
            if authority::may(replica, role, action)? { check(replica) } else { Err(not_allowed()) }
        };
        shared
            .node
            .blocking(move |node| {
                node.perform_checked(&action, (&clerk, By::Desk, &right), |replica| checked(replica, &action))
            })
            .await
    }

    /// Goes on to a page, which says so once.
    pub(in crate::desk) fn leads(&self, shared: &Shared, to: &str, word: Word) -> Response {
        shared.sessions.tell(&self.token, to, word);
        go(to)
    }

    /// Goes back to the page with the form that was not taken, which says why and still has what was typed.
    pub(in crate::desk) fn refuses(
        &self,
        shared: &Shared,
        to: &str,
        (part, why, form): (Part, Vec<Bilingual>, &Form),
    ) -> Response {
        self.leads(shared, to, Word::Refused(Refusal::new(part, why, form)))
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
        let text = old_page();
        Err(Failure::input("form_token", text.id, text.en).into())
    }
}

/// Refuses who may not.
///
/// # Errors
///
/// When `may` is false.
pub(crate) fn allow(may: bool) -> Result<(), Halt> {
    if may { Ok(()) } else { Err(not_allowed().into()) }
}

fn not_allowed() -> Failure {
    Failure::new(crate::Blame::State, NOT_FOR_ROLE, texts::ID.not_allowed, texts::EN.not_allowed)
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
                session.moving = shared.node.live().line.now();
                session.talking = shared.node.live().conversation.now();
                let word = if parts.method == Method::GET { shared.sessions.told(&token, to) } else { Word::default() };
                Ok(Self { session, entrance, token, word })
            }
            Some(_) => Err(Halt::with(go(&format!("/kunci?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
            None => Err(Halt::with(go(&format!("/masuk?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))))),
        }
    }
}

fn no_entrance() -> Failure {
    Failure::machine(
        "internal",
        "Kesalahan program: asal permintaan tidak diketahui.",
        "Internal: a request from nowhere.",
    )
}

/// What the browser holds.
pub(crate) fn token_of(headers: &HeaderMap, via: Via) -> Option<String> {
    cookie(via).token_of(headers)
}

/// Has the browser hold a token, or none any more.
pub(crate) fn hold(response: &mut Response, via: Via, token: Option<&str>) {
    cookie(via).hold(response, token);
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::{COOKIE, SET_COOKIE};

    use super::*;

    #[test]
    fn each_listener_has_a_cookie_of_its_own() {
        let (mut plain, mut tls) = (go("/"), go("/"));
        hold(&mut plain, Via::Loopback, Some("aa"));
        hold(&mut tls, Via::Lan, Some("bb"));
        let said = |response: &Response| response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert_eq!(said(&plain), "meja=aa; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(said(&tls), "__Host-meja=bb; Path=/; Secure; HttpOnly; SameSite=Strict");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("meja=aa; __Host-meja=bb"));
        assert_eq!(token_of(&headers, Via::Loopback).as_deref(), Some("aa"));
        assert_eq!(token_of(&headers, Via::Lan).as_deref(), Some("bb"));
    }
}

//! Who may ask: only our own pages and the programs of this machine and of its office, with a token of theirs, and no page
//! of another site, wherever its name points.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HOST, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::api::{BODY_BYTES_MAX, answer, refused};
use super::caller::{Caller, no_token};
use super::entrance::{Entrance, Via};
use super::lan::Lan;
use super::wrong_tokens::{DELAY, Wrong};
use crate::action::applications::token_hash;
use crate::desk::people::sign_in::note;
use crate::failure::NO_TOKEN;
use crate::{Act, Failure, moment};

/// What a page needs to look like one.
const LOOKS: [&str; 2] = ["/aset/desk.css", "/aset/desk.svg"];

/// The code of a request that came under another machine's name.
pub(super) const WRONG_HOST: &str = "host";

/// Lets a request through, or says why not: asked for under this machine's own name, by none but its own pages.
pub(super) async fn site(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string)).unwrap_or_default();
    if !entrance.is_ours(&host) {
        // The page that says so looks like the others; these files are in every copy of the program.
        if request.method() == Method::GET && LOOKS.contains(&request.uri().path()) {
            return next.run(request).await;
        }
        let (id, en) = right_addresses(&shared, &entrance, &host);
        return refusal(
            StatusCode::FORBIDDEN,
            WRONG_HOST,
            (
                &format!("dibuka dengan nama komputer lain; pakai alamat yang ditampilkan village-node, {id}"),
                &format!("asked for under another machine's name; use the address that village-node shows, {en}"),
            ),
        );
    }
    let origin = request.headers().get(ORIGIN);
    if origin.is_some_and(|origin| !origin.to_str().is_ok_and(|origin| entrance.is_own_origin(origin))) {
        return refusal(
            StatusCode::FORBIDDEN,
            "origin",
            ("diminta oleh halaman situs lain", "asked for by another site's page"),
        );
    }
    // A browser says where a form comes from; programs have a token instead.
    let is_form = request.method() == Method::POST && !request.uri().path().starts_with("/api/");
    if is_form && !request.headers().contains_key(ORIGIN) {
        return refusal(
            StatusCode::FORBIDDEN,
            "origin",
            (
                "tidak menyebut halaman asalnya; kirim dari halaman meja ini",
                "it does not say which page it comes from; send it from a page of this desk",
            ),
        );
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            ("isinya lebih besar daripada yang diperlukan", "the body is larger than any request needs"),
        );
    }
    next.run(request).await
}

/// Where the desk is found by whoever asked for `host`. A bare address was typed at some PC of the office, which may be
/// another one; a name may be a foreign site's, which is told nothing of the office's network.
fn right_addresses(shared: &Shared, entrance: &Entrance, host: &str) -> (String, String) {
    let own = entrance.address();
    let is_bare = host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
    match &*shared.lan.borrow() {
        Lan::On(opened) if entrance.via() == Via::Loopback && is_bare && !opened.urls().is_empty() => {
            let others = opened.urls().join(", ");
            (
                format!("{own} di komputer itu sendiri, {others} di komputer lain"),
                format!("{own} on that machine itself, {others} on another PC"),
            )
        }
        _ => (own.clone(), own),
    }
}

/// Lets a caller of the API through: the owner of the folder, or an application that is not revoked.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = desk_kit::bearer(request.headers()).map(str::to_owned) else {
        return refusal(
            StatusCode::UNAUTHORIZED,
            NO_TOKEN,
            ("kirim token: `Authorization: Bearer TOKEN`", "send a token: `Authorization: Bearer TOKEN`"),
        );
    };
    if entrance.via() == Via::Lan && is_same(&token, &shared.token) {
        return refusal(
            StatusCode::FORBIDDEN,
            "owner_token",
            (
                "token pemilik folder tidak berlaku dari komputer lain; buat token aplikasi",
                "the owner's token opens nothing from another machine; make an application's token",
            ),
        );
    }
    let caller = match caller(&shared, &token).await {
        Ok(caller) => caller,
        Err(failure) => return answer(Err(failure)),
    };
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
        return next.run(request).await;
    }
    match shared.wrong_tokens.count(Instant::now()) {
        Wrong::TooMany => {
            let mut response = refusal(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tokens",
                (
                    "terlalu banyak token salah; coba lagi setelah satu menit",
                    "too many wrong tokens; try again in a minute",
                ),
            );
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
            response
        }
        Wrong::Told { first } => {
            tokio::time::sleep(DELAY).await;
            if first {
                let place = entrance.place();
                let noted = shared.node.blocking(move |node| note(node, "api", Act::TokenWrong, &place)).await;
                noted.unwrap_or_else(|failure| tracing::warn!(code = failure.code, "a wrong token was not noted"));
            }
            answer(Err(no_token()))
        }
    }
}

/// Whose token it is.
async fn caller(shared: &Shared, token: &str) -> Result<Option<Caller>, Failure> {
    if is_same(token, &shared.token) {
        return Ok(Some(Caller::Owner { clerk: shared.clerk.clone() }));
    }
    let hash = token_hash(token);
    let found = shared.node.blocking(move |node| {
        let mut replica = node.replica();
        let found = replica.application_of(&hash)?;
        if let Some(application) = &found
            && let Err(error) = replica.note_use(application, moment::now_millis())
        {
            // A full disk must not keep programs from reading.
            tracing::warn!(%error, "the use of a token was not noted");
        }
        Ok(found)
    });
    Ok(found.await?.and_then(|found| Caller::application(&found, hash)))
}

/// Lets this program's own commands through, which read the token of this `serve` in `serve.json`.
pub(super) async fn door(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    request: Request,
    next: Next,
) -> Response {
    if entrance.via() == Via::Lan {
        return refusal(
            StatusCode::FORBIDDEN,
            "here_alone",
            ("ini hanya untuk perintah di komputer itu sendiri", "this is for the commands on the machine itself"),
        );
    }
    if desk_kit::bearer(request.headers()).is_some_and(|token| is_same(token, &shared.door)) {
        return next.run(request).await;
    }
    refusal(
        StatusCode::UNAUTHORIZED,
        NO_TOKEN,
        ("ini hanya untuk perintah program ini", "this is for the commands of this program"),
    )
}

/// By their hashes: how long the comparison takes tells nothing about the token.
fn is_same(told: &str, token: &str) -> bool {
    token_hash(told) == token_hash(token)
}

fn refusal(status: StatusCode, code: &str, (id, en): (&str, &str)) -> Response {
    let failure = Failure::input(
        code,
        format!("Permintaan ini tidak diizinkan: {id}. Tidak ada yang berubah."),
        format!("This request is not allowed: {en}. Nothing was changed."),
    );
    refused(status, &failure)
}

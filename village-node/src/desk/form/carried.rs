//! Forms that came from somebody who was signed out or locked out meanwhile, or from a page of before that: what was typed
//! goes along to the sign-in, and waits as a draft for who comes back. Nothing is saved unseen.

use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use change_log::DocumentId;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use office_model::Role;
use replica_store::Account;

use crate::action::load;
use crate::desk::form::offered::Offered;
use crate::desk::form::saved::Sent;
use crate::desk::form::window::Seen;
use crate::desk::form::{drafts, edit};
use crate::desk::frame::page::{Answer, Halt, go};
use crate::desk::frame::word::{Part, Refusal, Word};
use crate::desk::people::sign_in::{self, Way};
use crate::desk::people::visitor::{Form, Visitor, destination, token_of};
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Failure, Node, moment};

/// Who sent a form; else where the browser is to go.
pub(in crate::desk) type Sender = Result<Visitor, Halt>;

/// Who sent a form to the page `to`.
///
/// # Errors
///
/// The answer for who may not, or not yet: a page to sign in that keeps what was typed, or the form again with it.
pub(in crate::desk) async fn sender(
    shared: &Arc<Shared>,
    sender: Sender,
    (entrance, headers): (&Entrance, &HeaderMap),
    to: &str,
    form: &Form,
) -> Result<Visitor, Halt> {
    // Maybe not any more: it came on the way of the form's head, and the form may have taken its time.
    let sender = sender.and_then(|visitor| {
        let (via, now) = (entrance.via(), Instant::now());
        let session = shared.sessions.find(&visitor.token, via, now, false).filter(|session| !session.locked);
        if session.is_some() { Ok(visitor) } else { Err(Halt::with(go("/masuk"))) }
    });
    match sender {
        Ok(visitor) if visitor.check(form).is_ok() => Ok(visitor),
        Ok(visitor) => {
            let (name, role) = (visitor.clerk().to_string(), visitor.role());
            let kept = keep(shared, (name, role), to, form.clone()).await?;
            // A form that cannot be kept is refused as every old page is.
            let Some((to, word)) = kept else {
                return Err(visitor.check(form).err().unwrap_or_else(|| Halt::with(go("/"))));
            };
            Err(Halt::with(visitor.leads(shared, &to, word)))
        }
        Err(_) => Err(Halt::with(not_now(shared, (entrance, headers), to, form).await?)),
    }
}

/// Where the browser of somebody who is locked out or signed out goes with a form.
async fn not_now(shared: &Arc<Shared>, (entrance, headers): (&Entrance, &HeaderMap), to: &str, form: &Form) -> Answer {
    let session = sign_in::session_of(shared, headers, entrance.via());
    if let Some(session) = session.filter(|session| session.form_token == form.get("form_token")) {
        // Whose form it is is known: nothing of it goes to the page that is locked.
        let kept = keep(shared, (session.clerk.to_string(), session.role), to, form.clone()).await?;
        let (to, word) = kept.unwrap_or_else(|| (to.to_owned(), Word::Nothing));
        if let Some(token) = token_of(headers, entrance.via()) {
            shared.sessions.tell(&token, &to, word);
        }
        return Ok(go(&format!("/kunci?ke={}", BASE64URL_NOPAD.encode(to.as_bytes()))));
    }
    let carried = serde_json::to_string(&form.0).unwrap_or_default();
    sign_in::ask(shared, Way { to: BASE64URL_NOPAD.encode(to.as_bytes()), carried, ..Way::default() }).await
}

/// Where somebody who has just signed in is to go: with what they had typed, as a draft of theirs, where they had.
///
/// # Errors
///
/// When the disk refuses.
pub(in crate::desk) async fn arrive(
    shared: &Arc<Shared>,
    account: Account,
    way: &Way,
) -> Result<(String, Word), Failure> {
    let to = destination(&way.to);
    let (Ok(role), Ok(pairs)) = (account.role.parse(), serde_json::from_str(&way.carried)) else {
        return Ok((to, Word::Nothing));
    };
    Ok(keep(shared, (account.name, role), &to, Form(pairs)).await?.unwrap_or((to, Word::Nothing)))
}

/// Keeps a form for the page `to` as a draft, and says where it is opened and what is said there; nothing where it is not
/// one to be kept.
async fn keep(
    shared: &Arc<Shared>,
    (clerk, role): (String, Role),
    to: &str,
    form: Form,
) -> Result<Option<(String, Word)>, Failure> {
    if !role.may_record() {
        return Ok(None);
    }
    let path = to.split_once('?').map_or(to, |(path, _)| path).to_owned();
    shared
        .node
        .blocking(move |node| match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "baru", service] => keep_new(node, &clerk, service, &form),
            ["", "berkas", record, "ubah"] => keep_edit(node, &clerk, record, &form),
            _ => Ok(None),
        })
        .await
}

fn keep_new(node: &Node, clerk: &str, service: &str, form: &Form) -> Result<Option<(String, Word)>, Failure> {
    let Some(offered) = Offered::find(service, form.get("katalog")) else { return Ok(None) };
    let (service, kept) = (offered.service, offered.keep(form));
    let mut replica = node.replica();
    let draft = drafts::parse_id(form.get("draf"));
    if let Some(record) = draft.map_or(Ok(None), |draft| Sent::new(draft, &kept).record(&replica))? {
        return Ok(Some((format!("/berkas/{record}"), Word::Saved)));
    }
    let (seen, now) = (Seen::of(form), moment::now_millis());
    let id = drafts::keep_unless_changed(&mut replica, (draft, clerk), service.id, (&kept, &seen), now)?;
    Ok(Some((format!("/baru/{}?draf={}", service.id, HEXLOWER.encode(&id)), Word::Carried)))
}

fn keep_edit(node: &Node, clerk: &str, record: &str, form: &Form) -> Result<Option<(String, Word)>, Failure> {
    let Ok(record) = record.parse::<DocumentId>() else { return Ok(None) };
    let mut replica = node.replica();
    let document = load(&replica, record)?;
    let (service, kept) = edit::kept_of(&document, record, form)?;
    let (id, to) = (drafts::id_of_edit(clerk, record), format!("/berkas/{record}/ubah"));
    // There is one draft of these changes, and it is another window's: what was typed here waits in memory.
    if Seen::of(form).changed_elsewhere(&replica, (id, clerk), &kept)?.is_some() {
        return Ok(Some((to, Word::Refused(Refusal::new(Part::Form, vec![edit::carried_apart()], form)))));
    }
    drafts::keep(&mut replica, (id, clerk), service, &kept, moment::now_millis())?;
    // That page says itself what it took up again.
    Ok(Some((to, Word::Nothing)))
}

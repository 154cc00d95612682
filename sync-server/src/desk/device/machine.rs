//! One machine: what is known of it, and what can be done with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use desk_kit::{Form, Language, go};

use super::list::{ADDRESS, office_name, short, state_of, version};
use super::texts::{Texts, Worded as _};
use super::{change, enrol, known, must_operate, parse, shown_name};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, shown};
use crate::devices::{DeviceChange, DeviceNote, NAME_MAX, REASON_MAX, Wipe};
use crate::serve::Hub;
use crate::{Failure, clock};

#[derive(Template)]
#[template(path = "device/machine.html")]
struct MachinePage {
    page: Page,
    d: &'static Texts,
    may_change: bool,
    id: String,
    name: String,
    /// As it was typed; empty for none.
    called: String,
    name_max: usize,
    office: String,
    office_code: String,
    is_shut_out: bool,
    state: String,
    revoked: String,
    reason: String,
    revoked_by: String,
    enrolled: String,
    contact: String,
    proven: String,
    version: String,
    exchanges: u64,
    wipe: WipeShown,
}

/// How far a wipe is.
struct WipeShown {
    /// What is said of it.
    text: &'static str,
    /// When, and by whom.
    when: String,
    /// Changes that went with it.
    lost: u64,
    is_ordered: bool,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "device/confirm.html")]
struct ConfirmPage {
    page: Page,
    d: &'static Texts,
    id: String,
    name: String,
    office: String,
    contact: String,
    /// What it had not sent when it last called; nothing where it is not known.
    unsent: Option<u64>,
    reason_max: usize,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(node): Path<String>) -> Answer {
    let node = parse(&node)?;
    let (known, noted) = known(&hub, node).await?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let (language, now) = (visitor.session.language, clock::now_millis());
    let d = language.texts();
    let name = shown_name(node, &noted);
    html(&MachinePage {
        page: Page::of(&visitor.session, "devices", &name),
        d,
        may_change: visitor.session.role.may_change(),
        id: node.to_string(),
        name,
        called: noted.name.clone(),
        name_max: NAME_MAX,
        office: office_name(&regency, known.office),
        office_code: known.office.to_string(),
        is_shut_out: known.revoked_millis.is_some(),
        state: known.revoked_millis.map(|_| state_of(&noted, language)).unwrap_or_default(),
        revoked: short(known.revoked_millis, now),
        reason: noted.reason.clone(),
        revoked_by: Some(noted.revoked_by.as_str())
            .filter(|by| !by.is_empty())
            .map(|by| shown::who(by, language))
            .unwrap_or_default(),
        enrolled: short(Some(known.enrolled_millis), now),
        contact: short(known.last_contact_millis, now),
        proven: short(known.proven.map(|(at, _)| at), now),
        version: version(&known),
        exchanges: known.exchanges,
        wipe: wipe_shown(&noted, (d, language), now),
    })
}

fn wipe_shown(noted: &DeviceNote, (d, language): (&'static Texts, Language), now: i64) -> WipeShown {
    let by = |at: i64, by: &str| format!("{}, {}", short(Some(at), now), shown::who(by, language));
    match (&noted.wipe, &noted.wiped) {
        (_, Some(wiped)) => WipeShown {
            text: d.wiped,
            when: short(Some(wiped.at_millis), now),
            lost: wiped.unsent,
            is_ordered: true,
            is_done: true,
        },
        (Some(order), None) => WipeShown {
            text: if order.takes_in { d.wipe_takes_in } else { d.wipe_waits },
            when: by(order.ordered_millis, &order.by),
            lost: 0,
            is_ordered: true,
            is_done: false,
        },
        (None, None) => WipeShown { text: d.no_wipe, when: String::new(), lost: 0, is_ordered: false, is_done: false },
    }
}

pub(super) async fn rename(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(node): Path<String>,
    form: Form,
) -> Answer {
    let node = parse(&node)?;
    visitor.check(&form)?;
    must_operate(&visitor)?;
    let renamed = DeviceChange::Rename { node, name: form.get("nama").to_owned() };
    change(&hub, &visitor, renamed).await.map_err(Fault::from)?;
    Ok(go(&format!("/perangkat/{node}")))
}

/// What happens, before it does.
pub(super) async fn confirm(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(node): Path<String>) -> Answer {
    must_operate(&visitor)?;
    let node = parse(&node)?;
    let (known, noted) = known(&hub, node).await?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let facts = regency.office(known.office).map(|(facts, _)| facts);
    let unsent = facts.and_then(|facts| facts.nodes.iter().find(|one| one.node.id == node)?.unsent);
    let d = visitor.session.language.texts();
    html(&ConfirmPage {
        page: Page::of(&visitor.session, "devices", d.confirm),
        d,
        id: node.to_string(),
        name: shown_name(node, &noted),
        office: office_name(&regency, known.office),
        contact: short(known.last_contact_millis, clock::now_millis()),
        unsent,
        reason_max: REASON_MAX,
    })
}

pub(super) async fn shut_out(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(node): Path<String>,
    form: Form,
) -> Answer {
    let node = parse(&node)?;
    visitor.check(&form)?;
    must_operate(&visitor)?;
    let (reason, wipe) = (form.get("alasan").to_owned(), wipe_of(form.get("isi")));
    let (known, noted) = known(&hub, node).await?;
    if known.revoked_millis.is_some() {
        // From a page of before, or of another operator: an order that stands is changed on the machine's own page alone.
        return Err(Fault::from(already_out(&noted.revoked_by, known.revoked_millis)).into());
    }
    if form.get("isi").is_empty() {
        return Err(Fault::from(
            Failure::input("what becomes of its data is not chosen; nothing was changed", "go back and choose")
                .id("nasib datanya belum dipilih; tidak ada yang berubah", "kembali dan pilih"),
        )
        .into());
    }
    if reason.trim().is_empty() {
        return Err(Fault::from(
            Failure::input("why it is shut out is missing", "write the reason; the audit trail keeps it")
                .id("alasannya belum ditulis", "tulis alasannya; jejak kegiatan menyimpannya"),
        )
        .into());
    }
    if form.get("ganti").is_empty() {
        let done = change(&hub, &visitor, DeviceChange::Revoke { node, reason, wipe }).await;
        done.map_err(Fault::from)?;
        return Ok(go(&format!("/perangkat/{node}")));
    }
    let replaced = DeviceChange::Replace { node, reason, wipe, hours: hub.settings.code_hours };
    let offered = change(&hub, &visitor, replaced).await.map_err(Fault::from)?;
    let address = hub.readers.with(|reader| reader.setting(ADDRESS)).await.map_err(Fault::from)?;
    let address = address.map_err(Fault::from)?.and_then(|bytes| String::from_utf8(bytes).ok());
    let address = address.unwrap_or_else(|| "https://PUSAT:8217".to_owned());
    enrol::lead(&visitor, &hub, offered, address)
}

pub(super) async fn wipe(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(node): Path<String>,
    form: Form,
) -> Answer {
    let node = parse(&node)?;
    visitor.check(&form)?;
    must_operate(&visitor)?;
    let ordered = DeviceChange::Wipe { node, wipe: wipe_of(form.get("isi")) };
    change(&hub, &visitor, ordered).await.map_err(Fault::from)?;
    Ok(go(&format!("/perangkat/{node}")))
}

fn already_out(by: &str, at_millis: Option<i64>) -> Failure {
    let at = short(at_millis, clock::now_millis());
    Failure::input(
        format!("this machine was shut out already ({at}, {by}); nothing was changed"),
        "what becomes of its data is ordered on its own page",
    )
    .id(
        format!("komputer ini sudah dikeluarkan ({at}, {by}); tidak ada yang berubah"),
        "nasib datanya diatur di halaman komputer itu",
    )
}

/// What was chosen for the data; nothing that is not chosen is ever removed.
fn wipe_of(word: &str) -> Wipe {
    match word {
        "hapus" => Wipe::AtOnce,
        "terima" => Wipe::TakeIn,
        _ => Wipe::Keep,
    }
}

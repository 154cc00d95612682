//! What stands on the office's paper: address, and who signs; and how its other PCs get here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use letter_print::{Signer, Signers};

use super::language::Worded as _;
use super::network::Network;
use super::page::{Answer, Page, go, html, may_manage};
use super::queue;
use super::record::Said;
use super::sign_in::note;
use super::visitor::{Form, Visitor, allow};
use crate::action::letter::{self, Letterhead};
use crate::serve::Shared;

/// Longest line of a letterhead, in characters.
const LINE_MAX: usize = 120;

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    page: Page,
    head: Letterhead,
    queue_letter: char,
    network: Network,
}

pub(super) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>, Query(said): Query<Said>) -> Answer {
    allow(may_manage(visitor.role()))?;
    let network = Network::of(&shared.lan, visitor.session.language);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let t = visitor.session.language.texts();
        let mut page = Page::of(&visitor.session, &reader, "office", t.office)?;
        if said.kata == "tersimpan" {
            t.saved.clone_into(&mut page.flash);
        }
        Ok(OfficePage { page, head: letter::letterhead(&reader)?, queue_letter: queue::letter(&reader)?, network })
    });
    html(&made.await?)
}

pub(super) async fn save(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    allow(may_manage(visitor.role()))?;
    let line = |name: &str| form.get(name).trim().chars().take(LINE_MAX).collect::<String>();
    let signer = |who: &str| Signer {
        name: line(&format!("{who}_name")),
        nip: line(&format!("{who}_nip")),
        title: line(&format!("{who}_title")),
    };
    let head = Letterhead {
        address: line("address"),
        postal_code: line("postal_code"),
        phone: line("phone"),
        signers: Signers { kepala: signer("head"), an_sekretaris: signer("secretary"), ub: signer("other") },
    };
    let queue_letter = form.get("queue_letter").to_owned();
    let by = visitor.clerk().to_string();
    shared
        .node
        .blocking(move |node| {
            letter::set_letterhead(&mut node.replica(), &head)?;
            queue::set_letter(&mut node.replica(), &queue_letter)?;
            note(node, &by, "letterhead", "")
        })
        .await?;
    Ok(go("/kantor?kata=tersimpan"))
}

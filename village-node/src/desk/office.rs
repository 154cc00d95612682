//! What stands on the office's paper: address, and who signs; through whose hands records go; and how its other PCs get
//! here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use desk_kit::Choice;
use office_handbook::{Letterhead, Profile};
use office_model::{Approver, Checker};

use super::language::Worded as _;
use super::network::Network;
use super::page::{Answer, Page, go, html, may_manage};
use super::record::Said;
use super::sign_in::note;
use super::visitor::{Form, Visitor, allow};
use super::{moments, queue};
use crate::Failure;
use crate::action::{self, handbook};
use crate::serve::Shared;

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    page: Page,
    head: Letterhead,
    /// When and by whom it was last set, for all machines; empty where it never was.
    published: String,
    queue_letter: char,
    checkers: Vec<Choice>,
    approvers: Vec<Choice>,
    /// Whether this office makes records, which go through hands here.
    makes_records: bool,
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
        let (Profile { letterhead, chain }, language) = (handbook::profile(&reader)?, visitor.session.language);
        let published = handbook::profile_published(&reader)?;
        Ok(OfficePage {
            page,
            published: published.map_or_else(String::new, |(by, at)| format!("{}, {by}", moments::long(at))),
            head: letterhead,
            queue_letter: queue::letter(&reader)?,
            checkers: Checker::ALL
                .map(|one| Choice::of(one.as_str(), language.say(&one.label()), one == chain.checker))
                .into(),
            approvers: Approver::ALL
                .map(|one| Choice::of(one.as_str(), language.say(&one.label()), one == chain.approver))
                .into(),
            makes_records: reader.office().is_some_and(|office| office.is_village()),
            network,
        })
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
    let queue_letter = form.get("queue_letter").to_owned();
    let by = visitor.clerk().clone();
    shared
        .node
        .blocking(move |node| {
            node.commit(|replica, now_millis| {
                let before = handbook::profile(replica)?;
                let profile = Profile::of_form(|name| form.get(name), &before)
                    .map_err(|error| Failure::input("chain", "Pilihan alur tidak dikenal.", error.to_string()))?;
                handbook::set_profile(replica, &profile, &action::clock(replica, &by, now_millis))?;
                queue::set_letter(replica, &queue_letter)
            })?;
            note(node, by.as_str(), "letterhead", "")
        })
        .await?;
    Ok(go("/kantor?kata=tersimpan"))
}

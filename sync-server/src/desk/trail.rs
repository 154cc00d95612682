//! The audit trail: who did what and when at the hub.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use desk_kit::moments;

use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::Visitor;
use super::{shown, subject};
use crate::clock;
use crate::serve::Hub;

/// Acts of the page.
const ACTS: usize = 300;

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailPage {
    page: Page,
    /// When, who, what, about what.
    acts: Vec<(String, String, String, String)>,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>) -> Answer {
    let (language, now) = (visitor.session.language, clock::now_millis());
    let acts = hub.readers.with(|reader| reader.audit(ACTS)).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let acts = acts.into_iter().map(|item| {
        let who = shown::who(&item.clerk, language).to_owned();
        let subject = subject::said(&item.act, &item.subject, language);
        (moments::short(item.at_millis, now), who, shown::act(&item.act, language).to_owned(), subject)
    });
    html(&TrailPage { page: Page::of(&visitor.session, "trail", language.texts().trail), acts: acts.collect() })
}

//! The choice of a service: favourites, those used often, all by sector.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use change_log::DocumentId;
use office_model::{Catalogue, Service};
use replica_store::{Reader, Replica};

use crate::desk::form::offered::Offered;
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::serve::Shared;
use crate::{Failure, Node};

/// Services shown first.
const OFTEN: usize = 6;

#[derive(Template)]
#[template(path = "services.html")]
struct ServicesPage {
    page: Page,
    favourites: Vec<Choice>,
    often: Vec<Choice>,
    sectors: Vec<(String, Vec<Choice>)>,
    /// The record whose citizen the form is to be filled in with.
    from: String,
}

/// A service to choose.
struct Choice {
    id: String,
    label: String,
    /// Its name in the other language and what else people call it: found by what is typed, too.
    others: String,
    favourite: bool,
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let from = words.get("dari").cloned().unwrap_or_default();
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let language = visitor.session.language;
        let page = Page::of(&visitor.session, &reader, "new", language.texts().choose_service)?;
        let favourite = reader.favourites(visitor.clerk().as_str())?;
        let is_favourite = |one: &Service| favourite.iter().any(|id| id == one.id.as_str());
        let choice = |one: &Service| Choice {
            favourite: is_favourite(one),
            id: one.id.to_string(),
            label: language.say(&one.label).to_owned(),
            others: format!("{} {} surat", language.other().say(&one.label), one.also.join(" ")),
        };
        let catalogue = Catalogue::current();
        let mut counts: Vec<(String, u64)> = used(&reader, visitor.clerk().as_str())?.into_iter().collect();
        counts.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), id.clone()));
        let often = counts.iter().filter_map(|(id, _)| id.parse().ok().and_then(|id| catalogue.service(&id)));
        // What is first already is not shown there again.
        let often = often.filter(|one| !is_favourite(one)).take(OFTEN).map(choice).collect();
        let favourites = catalogue.services().filter(|one| is_favourite(one)).map(choice).collect();
        let sectors = catalogue.sectors().iter().map(|sector| {
            let of_sector = catalogue.services().filter(|one| one.id.sector_letter() == sector.letter);
            (language.say(&sector.label).to_owned(), of_sector.map(choice).collect())
        });
        Ok(ServicesPage { page, favourites, often, sectors: sectors.collect(), from })
    });
    html(&made.await?)
}

/// Makes a service a favourite of the clerk, or none any more.
pub(in crate::desk) async fn favourite(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let Offered { service, .. } = Offered::of(&id, "")?;
    let is_favourite = form.get("jadi") == "1";
    let clerk = visitor.clerk().to_string();
    let set = move |node: &Node| Ok(node.replica().set_favourite(&clerk, service.id.as_str(), is_favourite)?);
    shared.node.blocking(set).await?;
    let from = form.get("dari").parse::<DocumentId>();
    Ok(go(&from.map_or_else(|_| "/baru".to_owned(), |from| format!("/baru?dari={from}"))))
}

/// How often a clerk used which service.
fn used(reader: &Reader, clerk: &str) -> Result<BTreeMap<String, u64>, Failure> {
    let bytes = reader.setting(&format!("desk/used/{clerk}"))?.unwrap_or_default();
    // What cannot be read only puts no service first.
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

pub(super) fn note_used(replica: &mut Replica, clerk: &str, service: &str) -> Result<(), Failure> {
    let mut counts = used(replica, clerk)?;
    *counts.entry(service.to_owned()).or_default() += 1;
    let bytes = serde_json::to_vec(&counts).unwrap_or_default();
    Ok(replica.set_setting(&format!("desk/used/{clerk}"), &bytes)?)
}

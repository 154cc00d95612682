//! The audit trail: who did what and when at the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use change_log::NodeId;
use desk_kit::{moments, values};
use replica_store::{AuditItem, Reader};

use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::Visitor;
use super::{shown, subject};
use crate::serve::Hub;
use crate::{Failure, clock, devices};

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
    let read = hub.readers.with(|reader| -> Result<_, Failure> {
        let acts = reader.audit(ACTS)?;
        let machines = machines(reader, &acts)?;
        Ok((acts, machines))
    });
    let (acts, machines) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let acts = acts.into_iter().map(|item| {
        let who = shown::who(&item.clerk, language);
        let machine = item.subject.parse().ok().and_then(|node: NodeId| machines.get(&node));
        let subject = machine.cloned().unwrap_or_else(|| subject::said(&item.act, &item.subject, language));
        (moments::short(item.at_millis, now), who, shown::act(&item.act, language).to_owned(), subject)
    });
    html(&TrailPage { page: Page::of(&visitor.session, "trail", language.texts().trail), acts: acts.collect() })
}

/// What people call the machines that acts are about: name, office, id.
fn machines(reader: &Reader, acts: &[AuditItem]) -> Result<BTreeMap<NodeId, String>, Failure> {
    let mut known = BTreeMap::new();
    for node in acts.iter().filter_map(|item| item.subject.parse::<NodeId>().ok()) {
        if known.contains_key(&node) {
            continue;
        }
        if let Some(registered) = reader.registered_node(node)? {
            let noted = devices::note_of(reader, node)?;
            let name = devices::name(&noted).map(|name| format!("{name}, ")).unwrap_or_default();
            known.insert(node, format!("{name}{}, {node}", values::office(registered.office)));
        }
    }
    Ok(known)
}

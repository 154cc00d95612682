//! The audit trail: who did what and when at the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use change_log::NodeId;
use desk_kit::{moments, values};
use replica_store::{AuditFilter, AuditFrom, AuditItem, Reader};

use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::Visitor;
use super::{shown, subject};
use crate::serve::Hub;
use crate::{Failure, clock, devices};

/// Acts of a page.
const ACTS: usize = 100;

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailPage {
    page: Page,
    /// When, who, what, about what.
    acts: Vec<(String, String, String, String)>,
    /// By whom and of what kind, as it was asked for.
    who: String,
    kind: String,
    /// Each kind of act: its word, what people call it, whether it is asked for.
    kinds: Vec<(&'static str, &'static str, bool)>,
    /// Below which act the older ones begin.
    older: Option<i64>,
    /// Whether there are newer ones.
    is_past: bool,
}

type Words = BTreeMap<String, String>;

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Query(words): Query<Words>) -> Answer {
    let (language, now) = (visitor.session.language, clock::now_millis());
    let word = |name: &str| words.get(name).map_or("", |word| word.trim()).to_owned();
    let (who, kind, before) = (word("siapa"), word("kegiatan"), word("sebelum").parse::<i64>().ok());
    let some = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
    let filter = AuditFilter { clerk: some(&who), act: some(&kind), during: None };
    let from = before.map_or(AuditFrom::Newest, AuditFrom::Before);
    let read = hub.readers.with(move |reader| -> Result<_, Failure> {
        let acts = reader.audit_part(&filter, from, ACTS + 1)?;
        let machines = machines(reader, &acts)?;
        Ok((acts, machines))
    });
    let (mut acts, machines) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let older = (acts.len() > ACTS).then(|| acts.get(ACTS - 1).map(|(number, _)| *number)).flatten();
    acts.truncate(ACTS);
    let acts = acts.into_iter().map(|(_, item)| {
        let who = shown::who(&item.clerk, language);
        let (node, more) = item.subject.split_once(' ').unwrap_or((&item.subject, ""));
        let machine = node.parse().ok().and_then(|node: NodeId| machines.get(&node));
        let machine = machine.map(|name| if more.is_empty() { name.clone() } else { format!("{name}: {more}") });
        let subject = machine.unwrap_or_else(|| subject::said(&item.act, &item.subject, language));
        (moments::short(item.at_millis, now), who, shown::act(&item.act, language).to_owned(), subject)
    });
    let mut kinds: Vec<_> = shown::ACTS.iter().map(|word| (*word, shown::act(word, language), *word == kind)).collect();
    kinds.sort_unstable_by_key(|(_, label, _)| *label);
    html(&TrailPage {
        acts: acts.collect(),
        kinds,
        older,
        is_past: before.is_some(),
        who,
        kind,
        page: Page::of(&visitor.session, "trail", language.texts().trail),
    })
}

/// What people call the machines that acts are about: name, office, id.
fn machines(reader: &Reader, acts: &[(i64, AuditItem)]) -> Result<BTreeMap<NodeId, String>, Failure> {
    let mut known = BTreeMap::new();
    let nodes = acts.iter().filter_map(|(_, item)| item.subject.split(' ').next()?.parse::<NodeId>().ok());
    for node in nodes {
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

//! All machines of all offices, those that need most attention first; and a form for a new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use change_log::NodeId;
use desk_kit::{Language, moments};
use office_model::OfficeCode;
use replica_store::{EnrolmentCode, Node, Reader, StoreError};

use super::shown_name;
use super::texts::{EN, ID, Texts, Worded as _};
use crate::clock;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, shown, unknown};
use crate::devices::{DeviceNote, last_heard, note_of};
use crate::regency::Regency;
use crate::regency::standing::of_node;
use crate::serve::{Hub, Stranger, Whence};

/// The setting that keeps which address was last given to offices.
pub(super) const ADDRESS: &str = "enrol/address";

#[derive(Template)]
#[template(path = "device/list.html")]
struct ListPage {
    page: Page,
    d: &'static Texts,
    may_change: bool,
    /// What the address asks for and nobody knows.
    unknown: String,
    address: String,
    offices: Vec<Choice>,
    machines: Vec<Line>,
    codes: Vec<Code>,
    reused: Vec<Code>,
    strangers: Vec<Unknown>,
}

/// An office to choose.
struct Choice {
    code: String,
    name: String,
    chosen: bool,
}

/// A machine.
struct Line {
    id: String,
    name: String,
    office: String,
    office_code: String,
    /// Class of its sign,
    word: &'static str,
    sign: &'static str,
    label: String,
    since: String,
    contact: String,
    version: String,
    enrolled: String,
}

/// A machine that calls and is not enrolled here.
struct Unknown {
    /// As it calls itself.
    id: String,
    first: String,
    last: String,
    calls: String,
    whence: &'static str,
}

/// A code that was offered.
struct Code {
    office: String,
    place: String,
    /// Milliseconds since 1970 UTC.
    offered: i64,
    made: String,
    until: String,
    tries: u64,
    node: String,
}

pub(super) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    uri: Uri,
    headers: HeaderMap,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let typed = words.get("kantor").map_or("", |code| code.trim());
    let wanted: Option<OfficeCode> = typed.parse().ok().filter(|code| regency.office(*code).is_some());
    let is_unknown = wanted.is_none() && !typed.is_empty();
    let (language, now) = (visitor.session.language, clock::now_millis());
    let read = hub.readers.with(Read::of).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let d = language.texts();
    let mut machines = admitted(&regency, &read, language, now);
    machines.extend(shut_out(&regency, &read, language, now));
    machines.retain(|line| wanted.is_none_or(|code| line.office_code == code.as_str()));
    // HTTP/2 says it in the address.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = host.or_else(|| uri.authority().map(ToString::to_string)).unwrap_or_default();
    let of_code = |code: &EnrolmentCode| Code {
        office: office_name(&regency, code.office),
        place: code.office.to_string(),
        offered: code.offered_millis,
        made: moments::short(code.offered_millis, now),
        until: moments::short(code.expires_millis, now),
        tries: code.tries_after_use,
        node: code.used.map(|(_, node)| node.to_string()).unwrap_or_default(),
    };
    let open = read.codes.iter().filter(|code| code.used.is_none() && code.expires_millis > now);
    html(&ListPage {
        unknown: if is_unknown {
            let said = unknown::said(typed, (ID.office, EN.office), (ID.all_machines, EN.all_machines));
            language.say(&said).to_owned()
        } else {
            String::new()
        },
        may_change: visitor.session.role.may_change(),
        address: read.address.clone().unwrap_or_else(|| format!("https://{host}")),
        offices: choices(&regency, wanted),
        codes: open.map(of_code).collect(),
        reused: read.codes.iter().filter(|code| read.is_reused(code)).map(of_code).collect(),
        strangers: hub.strangers.since(i64::MIN).iter().map(|one| stranger(one, language, now)).collect(),
        machines,
        d,
        page: Page::of(&visitor.session, "devices", d.devices),
    })
}

fn stranger(one: &Stranger, language: Language, now: i64) -> Unknown {
    let d = language.texts();
    Unknown {
        id: one.node.to_string(),
        first: moments::short(one.first_millis, now),
        last: moments::short(one.last_millis, now),
        calls: shown::figure(one.calls, language),
        whence: match one.whence {
            Whence::Here => d.whence_here,
            Whence::Near => d.whence_near,
            Whence::Far => d.whence_far,
        },
    }
}

/// What is read beyond the regency's facts.
struct Read {
    notes: BTreeMap<NodeId, DeviceNote>,
    shut_out: Vec<Node>,
    codes: Vec<EnrolmentCode>,
    address: Option<String>,
}

impl Read {
    fn of(reader: &Reader) -> Result<Self, StoreError> {
        let (mut notes, mut shut_out) = (BTreeMap::new(), Vec::new());
        for node in reader.registered_nodes()? {
            let (id, of_it) = (node.id, note_of(reader, node.id)?);
            if node.revoked_millis.is_some() {
                let last_contact_millis = last_heard(reader, &node, &of_it)?;
                shut_out.push(Node { last_contact_millis, ..node });
            }
            notes.insert(id, of_it);
        }
        shut_out.sort_by_key(|node| std::cmp::Reverse(node.revoked_millis));
        let address = reader.setting(ADDRESS)?.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Self { notes, shut_out, codes: reader.codes()?, address })
    }

    /// Whether a code was tried again by somebody, and the machine that used it is still let in.
    fn is_reused(&self, code: &EnrolmentCode) -> bool {
        let shut_out = |id: NodeId| self.shut_out.iter().any(|node| node.id == id);
        code.tries_after_use > 0 && code.used.is_some_and(|(_, node)| !shut_out(node))
    }

    fn name(&self, node: NodeId) -> String {
        self.notes.get(&node).map_or_else(|| node.to_string(), |noted| shown_name(node, noted))
    }
}

pub(super) fn office_name(regency: &Regency, code: OfficeCode) -> String {
    regency.office(code).map_or_else(|| code.to_string(), |(facts, _)| facts.office.full_name())
}

fn choices(regency: &Regency, wanted: Option<OfficeCode>) -> Vec<Choice> {
    let mut offices: Vec<Choice> = regency
        .offices
        .iter()
        .map(|(facts, _)| Choice {
            code: facts.office.code.to_string(),
            name: facts.office.full_name(),
            chosen: wanted == Some(facts.office.code),
        })
        .collect();
    offices.sort_by(|one, other| one.code.cmp(&other.code));
    offices
}

/// Machines that are served, those of the worst off offices first.
fn admitted(regency: &Regency, read: &Read, language: Language, now: i64) -> Vec<Line> {
    let t = crate::desk::texts::Worded::texts(language);
    let nodes = regency.offices.iter().flat_map(|(facts, _)| facts.nodes.iter().map(move |node| (facts, node)));
    let made = nodes.map(|(facts, node)| {
        let (state, since) = of_node(node, regency.window);
        let line = line(&node.node, read, facts.office.full_name(), now);
        Line {
            word: state.as_str(),
            sign: state.sign(),
            label: shown::state(t, state).to_owned(),
            since: moments::short(since, now),
            ..line
        }
    });
    made.collect()
}

/// Machines that were shut out, the last one first.
fn shut_out(regency: &Regency, read: &Read, language: Language, now: i64) -> Vec<Line> {
    let made = read.shut_out.iter().map(|node| {
        let noted = read.notes.get(&node.id).cloned().unwrap_or_default();
        let line = line(node, read, office_name(regency, node.office), now);
        let label = state_of(&noted, language);
        Line { word: "absent", sign: "×", label, since: short(node.revoked_millis, now), ..line }
    });
    made.collect()
}

/// How a machine that was shut out stands.
pub(super) fn state_of(noted: &DeviceNote, language: Language) -> String {
    let words = match (&noted.wipe, &noted.wiped) {
        (_, Some(_)) => ("dikeluarkan, isinya sudah dihapus", "shut out, wiped"),
        (Some(_), None) => ("dikeluarkan, menunggu dihapus", "shut out, to be wiped"),
        (None, None) => ("dikeluarkan", "shut out"),
    };
    language.pick(words.0, words.1).to_owned()
}

fn line(node: &Node, read: &Read, office: String, now: i64) -> Line {
    Line {
        id: node.id.to_string(),
        name: read.name(node.id),
        office,
        office_code: node.office.to_string(),
        word: "",
        sign: "",
        label: String::new(),
        since: String::new(),
        contact: short(node.last_contact_millis, now),
        version: version(node),
        enrolled: short(Some(node.enrolled_millis), now),
    }
}

pub(super) fn version(node: &Node) -> String {
    node.version.as_deref().map_or("", |version| version.rsplit(' ').next().unwrap_or(version)).to_owned()
}

pub(super) fn short(millis: Option<i64>, now: i64) -> String {
    millis.map(|at| moments::short(at, now)).unwrap_or_default()
}

//! Counter work: choose a service, fill in its form with what is known of the citizen, save. And drafts.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Catalogue, FieldPath, Nik, Problem, Service, ServiceId, calendar};
use replica_store::{Draft, ListFilter, Page as Window, Reader};
use serde_json::{Map, Value, json};

use super::form::{Asked, Entry, Typed, ask};
use super::language::{Language, Worded as _};
use super::page::{Answer, Halt, Page, go, html};
use super::sign_in::note;
use super::visitor::{Form, Visitor, allow};
use super::{moments, queue, shown};
use crate::action::{NewRecord, known_service};
use crate::serve::Shared;
use crate::{Action, Failure, Node, moment};

/// Citizens offered for what was typed.
const CITIZENS: usize = 8;
/// Records looked through for them.
const LOOKED_THROUGH: usize = 60;
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
    /// Its name in the other language: found by what is typed, too.
    other: String,
    favourite: bool,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    page: Page,
    service_id: String,
    /// Version of the catalogue that the form is of.
    catalogue: u32,
    service: String,
    promised_note: String,
    papers: Vec<String>,
    draft: String,
    citizen: Vec<Asked>,
    about: Vec<Asked>,
    problems: Vec<(String, String, String)>,
    filled: bool,
}

/// A service as a catalogue has it. A form stays with the version that it was begun under: a new one that arrives
/// meanwhile changes nothing in it.
#[derive(Clone, Copy)]
struct Offered {
    catalogue: &'static Catalogue,
    service: &'static Service,
}

impl Offered {
    /// `version`: as a form says it; without one that is known, the newest.
    fn of(id: &str, version: &str) -> Result<Self, Halt> {
        let known = version.parse().ok().and_then(Catalogue::of_version);
        let catalogue = known.unwrap_or_else(Catalogue::current);
        let found = id.parse::<ServiceId>().ok().and_then(|id| catalogue.service(&id));
        let service = found.ok_or_else(|| {
            Failure::new(
                crate::Blame::NotFound,
                "unknown_service",
                "Tidak ada layanan itu.",
                "There is no such service.",
            )
        })?;
        Ok(Self { catalogue, service })
    }
}

/// Fields that every service has: those of the citizen.
fn is_of_citizen(key: &str) -> bool {
    Catalogue::current().services().all(|service| service.field(key).is_some())
}

/// The problems of a form as a list: name of the input, label, text.
pub(crate) fn listed(
    catalogue: &Catalogue,
    service: &Service,
    problems: &[Problem],
    language: Language,
) -> Vec<(String, String, String)> {
    let one = |problem: &Problem| {
        let path = problem.path.to_string();
        let label = shown::path_label(catalogue, service, &path, language);
        (path, label, language.say(&problem.text).to_owned())
    };
    problems.iter().map(one).collect()
}

pub(super) async fn services(
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
            other: language.other().say(&one.label).to_owned(),
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
pub(super) async fn favourite(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
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

fn note_used(node: &Node, clerk: &str, service: &str) -> Result<(), Failure> {
    let mut replica = node.replica();
    let mut counts = used(&replica, clerk)?;
    *counts.entry(service.to_owned()).or_default() += 1;
    let bytes = serde_json::to_vec(&counts).unwrap_or_default();
    Ok(replica.set_setting(&format!("desk/used/{clerk}"), &bytes)?)
}

pub(super) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let word = |name: &str| words.get(name).cloned().unwrap_or_default();
    let (draft, from) = (word("draf"), word("dari"));
    let clerk = visitor.clerk().to_string();
    let newest = Offered::of(&id, "");
    let known_service = newest.as_ref().ok().map(|offered| offered.service);
    let begun = shared.node.blocking(move |node| {
        let reader = node.replica();
        if let Some(id) = draft_id(&draft) {
            let kept = reader.draft(id)?.filter(|kept| kept.clerk == clerk);
            let typed = kept.and_then(|kept| Some((Typed::of_json(&kept.form)?, Typed::catalogue_of(&kept.form))));
            return Ok(typed.map(|(typed, version)| (typed, draft, false, version)));
        }
        let new = HEXLOWER.encode(&moment::random::<16>()?);
        let known = match from.parse::<DocumentId>().ok().map(|id| reader.document(id)).transpose()?.flatten() {
            Some(document) => known_service.map(|service| citizen_of(service, &document.to_json())).unwrap_or_default(),
            None => Typed::default(),
        };
        let filled = !known.is_blank();
        Ok(Some((known, new, filled, String::new())))
    });
    let Some((typed, draft, from_record, version)) = begun.await? else {
        return fill(&shared, visitor, newest?, Filled::gone()).await;
    };
    let offered = Offered::of(&id, &version)?;
    fill(&shared, visitor, offered, Filled { typed, draft, from_record, problems: Vec::new(), gone: false }).await
}

/// A form with what is in it.
struct Filled {
    typed: Typed,
    draft: String,
    /// From an earlier record.
    from_record: bool,
    problems: Vec<Problem>,
    /// The draft that was asked for is not there.
    gone: bool,
}

impl Filled {
    fn gone() -> Self {
        let draft = moment::random::<16>().map(|bytes| HEXLOWER.encode(&bytes)).unwrap_or_default();
        Self { typed: Typed::default(), draft, from_record: false, problems: Vec::new(), gone: true }
    }
}

async fn fill(shared: &Shared, visitor: Visitor, offered: Offered, given: Filled) -> Answer {
    let Offered { catalogue, service } = offered;
    let made = shared.node.blocking(move |node| {
        let language = visitor.session.language;
        let mut page = Page::of(&visitor.session, &node.replica(), "new", language.say(&service.label))?;
        if given.gone {
            language.texts().draft_gone.clone_into(&mut page.flash);
        }
        let said: BTreeMap<String, String> = given
            .problems
            .iter()
            .map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned()))
            .collect();
        let fields = ask(service, catalogue.person_fields(), &given.typed, (&said, &BTreeMap::new()), language);
        let (citizen, about) = fields.into_iter().partition(|field| is_of_citizen(&field.name));
        Ok(FormPage {
            page,
            service_id: service.id.to_string(),
            catalogue: catalogue.version(),
            service: language.say(&service.label).to_owned(),
            promised_note: service.promised_note.as_ref().map_or("", |note| language.say(note)).to_owned(),
            papers: shown::papers(catalogue, service, language),
            draft: given.draft,
            citizen,
            about,
            problems: listed(catalogue, service, &given.problems, language),
            filled: given.from_record,
        })
    });
    html(&made.await?)
}

/// What an earlier record knows of its citizen, as typed into this form.
fn citizen_of(service: &Service, record: &Value) -> Typed {
    let Some(fields) = record.get("fields").and_then(Value::as_object) else { return Typed::default() };
    let known = fields.iter().filter(|(key, _)| is_of_citizen(key));
    Typed::of_record(service, &known.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
}

fn draft_id(text: &str) -> Option<[u8; 16]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

pub(super) async fn save(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let offered @ Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let draft = form.get("draf").to_owned();
    // Sent twice (a double click, a page loaded again): it is the same record.
    if let Some(record) = shared.saved.of(&draft) {
        return Ok(go(&format!("/berkas/{record}?kata=tersimpan")));
    }
    let typed = Typed::of_pairs(service, &form.0);
    let record = NewRecord { service: service.id, fields: typed.to_record(), catalogue: Some(catalogue.version()) };
    let clerk = visitor.clerk().clone();
    let (saved, used_draft) = (Arc::clone(&shared), draft.clone());
    let done = shared.node.blocking(move |node| {
        let name = clerk.to_string();
        let answer = node.perform(&Action::Record { records: vec![record], clerk })?;
        if let Some(problems) = answer.pointer("/refused/0/problems") {
            let problems: Vec<Problem> = serde_json::from_value(problems.clone()).unwrap_or_default();
            if !problems.is_empty() {
                return Ok(Err(problems));
            }
            let text = answer.pointer("/refused/0/text").cloned().unwrap_or_default();
            let text: office_model::Bilingual =
                serde_json::from_value(text).unwrap_or_else(|_| office_model::Bilingual::new("", ""));
            return Err(Failure::input("refused", text.id, text.en));
        }
        let id = answer.pointer("/saved/0/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        saved.saved.note(&used_draft, &id);
        if let Some(draft) = draft_id(&used_draft) {
            node.replica().drop_draft(draft)?;
        }
        if let Ok(id) = id.parse() {
            queue::give(&mut node.replica(), id)?;
        }
        note_used(node, &name, service.id.as_str())?;
        note(node, &name, "record", &id)?;
        Ok(Ok(id))
    });
    match done.await? {
        Ok(id) => Ok(go(&format!("/berkas/{id}?kata=tersimpan"))),
        Err(problems) => {
            let given = Filled { typed, draft, from_record: false, problems, gone: false };
            fill(&shared, visitor, offered, given).await
        }
    }
}

/// What would be said of a form if it was saved now, and what its NIK tells.
pub(super) async fn check(
    visitor: Visitor,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    let Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let language = visitor.session.language;
    let typed = Typed::of_pairs(service, &form.0);
    let today = calendar::wib_date(moment::now_millis()).unwrap_or_default();
    let checked = catalogue.validate(&service.id, &typed.to_record(), today);
    let said = |path: &FieldPath, text: &office_model::Bilingual| (path.to_string(), json!(language.say(text)));
    let (mut problems, mut warnings) = (Map::new(), Map::new());
    match checked {
        Ok(valid) => warnings.extend(valid.warnings.iter().map(|one| said(&one.path, &one.text))),
        Err(all) => problems.extend(all.iter().map(|one| said(&one.path, &one.text))),
    }
    let nik = typed.get("nik").parse::<Nik>().ok();
    let born = nik.as_ref().and_then(|nik| nik.birth_date_guess(today)).map(calendar::short_date);
    let sex = nik.as_ref().and_then(Nik::sex).map(office_model::Sex::as_str);
    Ok(Json(json!({
        "problems": problems,
        "warnings": warnings,
        "suggestions": {"tgl_lahir": born, "jk": sex},
    }))
    .into_response())
}

pub(super) async fn keep(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let typed = Typed::of_pairs(service, &form.0);
    let draft = form.get("draf").to_owned();
    let by_script = headers.contains_key("x-desk-script");
    let clerk = visitor.clerk().to_string();
    let shared_too = Arc::clone(&shared);
    let kept = shared.node.blocking(move |node| {
        let Some(id) = draft_id(&draft).filter(|_| !typed.is_blank()) else { return Ok(String::new()) };
        // A late word of a page whose form was saved meanwhile.
        if shared_too.saved.of(&draft).is_some() {
            return Ok(String::new());
        }
        let now = moment::now_millis();
        let mut replica = node.replica();
        let other = replica.draft(id)?.is_some_and(|known| known.clerk != clerk);
        if !other {
            replica.put_draft(&Draft {
                id,
                clerk,
                service: service.id.to_string(),
                form: typed.to_draft(catalogue.version()),
                created_millis: now,
                changed_millis: now,
            })?;
        }
        Ok(moments::short(now, now))
    });
    let at = kept.await?;
    Ok(if by_script { Json(json!({ "kept": at })).into_response() } else { go("/") })
}

pub(super) async fn throw_away(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    visitor.check(&Form(form))?;
    let clerk = visitor.clerk().to_string();
    shared
        .node
        .blocking(move |node| {
            let Some(id) = draft_id(&id) else { return Ok(()) };
            let mut replica = node.replica();
            if replica.draft(id)?.is_some_and(|draft| draft.clerk == clerk) {
                replica.drop_draft(id)?;
            }
            Ok(())
        })
        .await?;
    Ok(go("/"))
}

/// Citizens of earlier records whose NIK or name begins as typed, each with the latest record that knows of them.
pub(super) async fn citizens(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Result<Response, Halt> {
    allow(visitor.role().may_record())?;
    let typed = words.get("q").cloned().unwrap_or_default();
    let found = shared.node.blocking(move |node| {
        let reader = node.replica();
        let mut found: BTreeMap<String, Value> = BTreeMap::new();
        let mut order = Vec::new();
        let rows =
            reader.search(&plain(&typed), &ListFilter::default(), Window { after: None, count: LOOKED_THROUGH })?;
        for row in rows {
            let Some(nik) = row.nik else { continue };
            if found.contains_key(&nik) || order.len() >= CITIZENS {
                continue;
            }
            let Some(document) = reader.document(row.document)? else { continue };
            let Some(service) = known_service(&document) else { continue };
            let known = citizen_of(service, &document.to_json());
            let fields: Value = serde_json::from_str(&known.to_json()).unwrap_or_default();
            let when = moments::long(row.changed_millis);
            found.insert(nik.clone(), json!({"nik": nik, "name": row.name, "when": when, "fields": fields}));
            order.push(nik);
        }
        Ok(order.iter().filter_map(|nik| found.remove(nik)).collect::<Vec<Value>>())
    });
    Ok(Json(found.await?).into_response())
}

/// A NIK may be typed with spaces and dots.
fn plain(typed: &str) -> String {
    let digits: String = typed.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    if !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit()) { digits } else { typed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_is_found_however_it_is_typed() {
        assert_eq!(plain("3510 0141.0790-0001"), "3510014107900001");
        assert_eq!(plain("siti aminah"), "siti aminah");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn the_citizens_fields_are_those_that_all_services_have() {
        for key in ["nik", "nama", "tgl_lahir", "rt", "telepon"] {
            assert!(is_of_citizen(key), "{key}");
        }
        assert!(!is_of_citizen("keperluan") && !is_of_citizen("siswa"));
    }
}

//! The page of a new form: filled in with what is known of the citizen, checked and kept while somebody types.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Catalogue, Nik, Problem, Service};
use serde_json::json;

use crate::action::health::HealthListed;
use crate::action::today;
use crate::desk::form::again::Again;
use crate::desk::form::carried::Sender;
use crate::desk::form::citizens::{Known, is_of_citizen, lately};
use crate::desk::form::draft_files::{DraftFile, has_files};
use crate::desk::form::offered::Offered;
use crate::desk::form::saved;
use crate::desk::form::sent_form::SentForm;
use crate::desk::form::window::version_of;
use crate::desk::form::{Anonymity, Asked, Entry, Typed, ask, checked, draft_files, drafts, warnings};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::frame::upload::Upload;
use crate::desk::frame::word::{Part, Word};
use crate::desk::moments;
use crate::desk::people::sign_in::{note_listed, note_read};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::attachments::{Paper, kinds};
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Act, Failure, moment};

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    page: Page,
    service_id: String,
    /// Version of the catalogue that the form is of.
    catalogue: u32,
    service: String,
    promised: String,
    papers: Vec<String>,
    draft: String,
    /// Which window this is, and which version of the draft it shows.
    window: String,
    version: String,
    /// What became of the form that was sent, beside what stands in it: words, and where they lead.
    aside: Option<(String, String)>,
    /// Attached so far, and why the last one was not.
    attached: Vec<DraftFile>,
    file_said: String,
    /// It was, and seems to be damaged.
    file_warning: &'static str,
    kinds: Vec<Paper>,
    citizen: Vec<Asked>,
    about: Vec<Asked>,
    problems: Vec<(String, String, String)>,
    filled: bool,
    anonymity: Option<Anonymity>,
}

/// The problems of a form as a list: name of the input, label, what follows on it.
pub(crate) fn listed(
    catalogue: &Catalogue,
    service: &Service,
    problems: &[Problem],
    language: Language,
) -> Vec<(String, String, String)> {
    let one = |problem: &Problem| {
        let path = problem.path.to_string();
        let label = shown::path_label((catalogue, service), (&path, None), language);
        // Some say themselves which field they are of.
        let text = language.say(&problem.text);
        let text = text.strip_prefix(&label).map_or_else(|| format!(": {text}"), str::to_owned);
        (path, label, text)
    };
    problems.iter().map(one).collect()
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let word = |name: &str| words.get(name).cloned().unwrap_or_default();
    let (draft, from, again) = (word("draf"), word("dari"), word("ulang"));
    if let Some(refusal) = visitor.word.refusal_of(Part::Form).cloned() {
        let offered = Offered::of(&id, refusal.typed.get("katalog"))?;
        let typed = offered.keep(&refusal.typed).typed;
        let flash = refusal.why.first().map(|why| visitor.session.language.say(why).to_owned()).unwrap_or_default();
        let draft = refusal.typed.get("draf").to_owned();
        return fill(&shared, visitor, offered, Filled { typed, draft, from_record: false, flash }).await;
    }
    let clerk = visitor.clerk().to_string();
    let newest = Offered::of(&id, "");
    let known_service = newest.as_ref().ok().map(|offered| offered.service);
    let service = known_service.map_or_else(|| id.clone(), |service| service.id.to_string());
    let begun = shared.node.blocking(move |node| {
        let reader = node.replica();
        if let Some(id) = drafts::parse_id(&draft) {
            let kept = drafts::find_new(&reader, id, &clerk, &service)?;
            return Ok(kept.map(|kept| (kept.typed, draft, false, kept.catalogue)));
        }
        let new = HEXLOWER.encode(&drafts::fresh_id()?);
        if let Some(again) = Again::of(&reader, &again, known_service)? {
            drop(reader);
            if again.has_specific {
                note_read(node, &clerk, Act::SpecificRead, &again.id.to_string());
            }
            return Ok(Some((again.typed, new, true, String::new())));
        }
        let known = from.parse::<DocumentId>().ok().map(|id| Known::of(&reader, id)).transpose()?.flatten();
        let known = known.zip(known_service).map(|(known, service)| known.fields.of_form(service)).unwrap_or_default();
        let filled = !known.is_blank();
        Ok(Some((known, new, filled, String::new())))
    });
    let t = visitor.session.language.texts();
    let Some((typed, draft, from_record, version)) = begun.await? else {
        return fill(&shared, visitor, newest?, Filled::gone(t.draft_gone)?).await;
    };
    let offered = Offered::of(&id, &version)?;
    // What is said of a file stands beside the files.
    let flash = if visitor.word == Word::AttachedDamaged { "" } else { visitor.word.flash(t) }.to_owned();
    fill(&shared, visitor, offered, Filled { typed, draft, from_record, flash }).await
}

/// A form with what is in it.
struct Filled {
    typed: Typed,
    draft: String,
    /// From an earlier record.
    from_record: bool,
    /// What is said at the top.
    flash: String,
}

impl Filled {
    /// The draft that was asked for is not there.
    fn gone(flash: &str) -> Result<Self, Failure> {
        let draft = HEXLOWER.encode(&drafts::fresh_id()?);
        Ok(Self { typed: Typed::default(), draft, from_record: false, flash: flash.to_owned() })
    }
}

async fn fill(shared: &Shared, visitor: Visitor, offered: Offered, given: Filled) -> Answer {
    let Offered { catalogue, service } = offered;
    let made = shared.node.blocking(move |node| {
        let language = visitor.session.language;
        let reader = node.replica();
        let mut page = Page::of(&visitor.session, &reader, "new", language.say(&service.label))?;
        page.flash = given.flash;
        let problems = if visitor.word == Word::FormRefused {
            let checked = catalogue.validate(&service.id, &given.typed.to_record(), today(&reader));
            checked.err().unwrap_or_default()
        } else {
            Vec::new()
        };
        let refused = visitor.word.refusal_of(Part::Files).and_then(|refusal| refusal.why.first());
        let said: BTreeMap<String, String> =
            problems.iter().map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned())).collect();
        let anonymity = Anonymity::of(catalogue, service, language);
        let odd = warnings((catalogue, service), (&given.typed, None), today(&reader), language);
        let fields = ask((catalogue, service), &given.typed, (&said, &odd), language);
        let version = match drafts::parse_id(&given.draft) {
            Some(draft) => version_of(&reader, draft)?,
            None => String::new(),
        };
        let t = language.texts();
        let aside = match &visitor.word {
            Word::SavedBefore(record) => Some((t.saved_already.to_owned(), format!("/berkas/{record}"))),
            Word::DraftApart(draft) => Some((t.draft_apart.to_owned(), format!("/baru/{}?draf={draft}", service.id))),
            _ => None,
        };
        let (citizen, about) = fields.into_iter().partition(|field| is_of_citizen(&field.name));
        Ok(FormPage {
            page,
            service_id: service.id.to_string(),
            catalogue: catalogue.version(),
            service: language.say(&service.label).to_owned(),
            promised: shown::promised(service, language),
            papers: shown::papers(catalogue, service, language),
            attached: draft_files::shown(&reader, &given.draft, offered, language)?,
            file_said: refused.map(|why| language.say(why).to_owned()).unwrap_or_default(),
            file_warning: if visitor.word == Word::AttachedDamaged { t.attached_damaged } else { "" },
            kinds: kinds(catalogue, service, language),
            window: HEXLOWER.encode(&drafts::fresh_id()?),
            version,
            aside,
            draft: given.draft,
            citizen,
            about,
            problems: listed(catalogue, service, &problems, language),
            filled: given.from_record,
            anonymity,
        })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn check(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let typed = Typed::of_pairs(service, &form.0);
    let may_record = visitor.role().may_record();
    let lister = Arc::clone(&shared);
    let said = shared.node.blocking(move |node| {
        let (reader, language) = (node.replica(), visitor.session.language);
        let mut said = checked((catalogue, service), (&typed, None), today(&reader), language);
        let is_anonymous = service.is_anonymous(&typed.to_record());
        let nik = typed.get("nik").parse::<Nik>().ok().filter(|_| may_record && !is_anonymous);
        if let (Some(nik), Some(said)) = (nik, said.as_object_mut()) {
            said.insert("citizen".to_owned(), json!(Known::by_nik(&reader, &nik)?.map(|known| known.to_json())));
            let lately = lately(&reader, &nik, service)?;
            drop(reader);
            // Whoever types somebody's NIK there learns of the record, as by a search.
            let shown = HealthListed::among(lately.iter().map(|(id, ..)| (service.id, *id)));
            note_listed(&lister, visitor.clerk().as_str(), &shown);
            let lately = lately.map(|(id, made, status)| {
                let status = shown::status(&status, Some(service), language);
                json!({"href": format!("/berkas/{id}"), "text": format!("{}, {status}", moments::long(made))})
            });
            said.insert("lately".to_owned(), json!(lately));
        }
        Ok(said)
    });
    Ok(Json(said.await?).into_response())
}

pub(in crate::desk) async fn keep(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    Path(id): Path<String>,
    headers: HeaderMap,
    upload: Upload,
) -> Answer {
    let by_script = headers.contains_key("x-desk-script");
    let sent = if by_script {
        // The script asks who it is, and sends what was typed again.
        let visitor = sender?;
        visitor.check(&upload.form)?;
        SentForm::by(visitor, &id, upload)?
    } else {
        SentForm::of(&shared, (sender, &entrance, &headers), &id, upload).await?
    };
    let SentForm { visitor, offered, kept, draft, seen, coming, .. } = sent;
    let clerk = visitor.clerk().to_string();
    let language = visitor.session.language;
    if let Some(coming) = coming {
        let done = shared
            .node
            .blocking(move |node| draft_files::keep(node, (draft, &clerk), offered, (&kept, &seen), &coming));
        return Ok(match done.await? {
            (_, None) => go("/"),
            (draft, Some(failure)) => draft_files::refused((&visitor, &shared), &id, draft, &failure),
        });
    }
    let done = shared.node.blocking(move |node| {
        let (mut replica, service) = (node.replica(), offered.service.id);
        if kept.typed.is_blank() && !has_files(&replica, draft)? {
            return Ok(json!({ "kept": "" }));
        }
        // Maybe a late word of the page: only somebody who goes on typing in it begins another draft.
        let now = moment::now_millis();
        if by_script && let Some(draft) = draft {
            if let Some(record) = saved::became(&replica, draft)? {
                let row = record.parse().ok().map(|id| replica.row(id)).transpose()?.flatten();
                let name = row.and_then(|row| row.name).unwrap_or_else(|| language.texts().open_record.to_owned());
                return Ok(json!({ "kept": "", "over": true, "record": format!("/berkas/{record}"), "name": name }));
            }
            if let Some(at) = seen.changed_elsewhere(&replica, (draft, &clerk), &kept)? {
                return Ok(json!({ "kept": "", "elsewhere": moments::short(at, now) }));
            }
        }
        let id = drafts::keep_unless_changed(&mut replica, (draft, &clerk), service, (&kept, &seen), now)?;
        let version = version_of(&replica, id)?;
        Ok(json!({ "kept": moments::short(now, now), "draft": HEXLOWER.encode(&id), "version": version }))
    });
    let done = done.await?;
    Ok(if by_script { Json(done).into_response() } else { go("/") })
}

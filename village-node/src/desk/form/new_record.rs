//! A new record: the form of its service, filled in with what is known of the citizen, and saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Bilingual, Catalogue, ClerkId, Nik, Problem, Service, ServiceId};
use replica_store::Reader;
use serde_json::{Value, json};

use crate::action::health::HealthListed;
use crate::action::standing::is_own;
use crate::action::{NewRecord, fields, has_specific, today};
use crate::desk::form::carried::Sender;
use crate::desk::form::citizens::{Known, is_of_citizen, lately};
use crate::desk::form::draft_files::DraftFile;
use crate::desk::form::saved::{self, Sent};
use crate::desk::form::sent_form::SentForm;
use crate::desk::form::services::note_used;
use crate::desk::form::window::{WINDOW, version_of};
use crate::desk::form::{Asked, Entry, Kept, Typed, ask, checked, draft_files, drafts};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Halt, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::frame::upload::Upload;
use crate::desk::frame::word::{Part, Word};
use crate::desk::moments;
use crate::desk::people::sign_in::{note_in, note_listed, note_read};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::attachments::{Paper, kinds};
use crate::desk::record::queue;
use crate::right::Right;
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Act, Action, Blame, Failure, Node, moment};

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
}

/// A service as a catalogue has it. A form stays with the version that it was begun under: a new one that arrives
/// meanwhile changes nothing in it.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Offered {
    pub(in crate::desk) catalogue: &'static Catalogue,
    pub(in crate::desk) service: &'static Service,
}

impl Offered {
    /// `version`: as a form says it; without one that is known, the newest.
    pub(in crate::desk) fn find(id: &str, version: &str) -> Option<Self> {
        let known = version.parse().ok().and_then(Catalogue::of_version);
        let catalogue = known.unwrap_or_else(Catalogue::current);
        let service = id.parse::<ServiceId>().ok().and_then(|id| catalogue.service(&id))?;
        Some(Self { catalogue, service })
    }

    /// What was typed into its form, and what that is a form of.
    pub(in crate::desk) fn keep(self, form: &Form) -> Kept {
        let typed = Typed::of_pairs(self.service, &form.0);
        let window = form.get(WINDOW).to_owned();
        Kept { typed, catalogue: self.catalogue.version().to_string(), edit: None, window }
    }

    /// The same; a failure where there is no such service.
    pub(super) fn of(id: &str, version: &str) -> Result<Self, Halt> {
        let found = Self::find(id, version).ok_or_else(|| {
            Failure::new(
                Blame::NotFound,
                "unknown_service",
                "Tidak ada layanan itu. Tidak ada yang berubah; pilih layanan dari daftar.",
                "There is no such service. Nothing was changed; choose one from the list.",
            )
        })?;
        Ok(found)
    }
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
        let label = shown::path_label((catalogue, service), (&path, None), language);
        (path, label, language.say(&problem.text).to_owned())
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

/// A record that is to be made again.
struct Again {
    id: DocumentId,
    /// All that it says, but what is counted from the day it was made.
    typed: Typed,
    has_specific: bool,
}

impl Again {
    /// A record of this office and service; nothing where there is no such record.
    fn of(reader: &Reader, id: &str, service: Option<&Service>) -> Result<Option<Self>, Failure> {
        let (Ok(id), Some(service)) = (id.parse::<DocumentId>(), service) else { return Ok(None) };
        let document = reader.document(id)?.filter(|document| {
            let row = document.row();
            is_own(reader, row.office) && row.service == service.id
        });
        Ok(document.map(|document| {
            let mut fields = fields(&document);
            let has_specific = has_specific(service, &fields);
            for field in service.fields.iter().filter(|field| field.default.is_some()) {
                fields.remove(&field.key);
            }
            Self { id, typed: Typed::of_record(service, &fields).of_form(service), has_specific }
        }))
    }
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
        let fields = ask(service, catalogue.person_fields(), &given.typed, (&said, &BTreeMap::new()), language);
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
        })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn save(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    upload: Upload,
) -> Answer {
    let sent = SentForm::of(&shared, (sender, &entrance, &headers), &id, upload).await?;
    let is_damaged = sent.brings_damaged(&shared).await?;
    let SentForm { visitor, offered, form, kept, draft, seen, coming } = sent;
    let (clerk, right) = (visitor.clerk().clone(), visitor.right(&shared));
    let done = shared.node.blocking(move |node| {
        let known = |draft| Sent::new(draft, &kept).record(&node.replica());
        if let Some(record) = draft.map_or(Ok(None), known)? {
            return Ok(Outcome::Saved(record));
        }
        let mut draft = draft;
        // Of one draft two windows make no two records: what is typed in the later one waits until somebody says so.
        if let Some(own) = draft {
            let mut replica = node.replica();
            // Sent twice at once, it was saved since it was looked for.
            if let Some(record) = Sent::new(own, &kept).record(&replica)? {
                return Ok(Outcome::Saved(record));
            }
            let by = (own, clerk.as_str());
            let word = match saved::became(&replica, own)? {
                Some(record) => Some(Word::SavedBefore(record)),
                None => seen.changed_elsewhere(&replica, by, &kept)?.map(|_| Word::DraftApart(HEXLOWER.encode(&own))),
            };
            if let Some(word) = word {
                let (service, now) = (offered.service.id, moment::now_millis());
                let apart = drafts::keep_apart(&mut replica, by, service, &kept, now)?;
                drop(replica);
                let Some(coming) = coming else { return Ok(Outcome::Apart(apart, word)) };
                let (kept, by) = ((&kept, &seen), (Some(apart), clerk.as_str()));
                return Ok(match draft_files::keep(node, by, offered, kept, &coming)? {
                    (apart, None) => Outcome::Apart(apart, word),
                    (apart, Some(failure)) => Outcome::FileRefused(apart, failure),
                });
            }
        }
        // Chosen, and the form sent at once.
        if let Some(coming) = coming {
            let (kept_as, failure) =
                draft_files::keep(node, (draft, clerk.as_str()), offered, (&kept, &seen), &coming)?;
            if let Some(failure) = failure {
                return Ok(Outcome::FileRefused(kept_as, failure));
            }
            draft = Some(kept_as);
        }
        let Offered { catalogue, service } = offered;
        let sent = draft.map(|draft| Sent::new(draft, &kept));
        let record = NewRecord::new(service.id, kept.typed.to_record(), Some(catalogue.version()));
        match save_once(node, record, (&clerk, &right), sent.as_ref())? {
            Saving::Done(id) => Ok(Outcome::Saved(id)),
            Saving::Already(record) => {
                let (by, now) = ((draft.unwrap_or_default(), clerk.as_str()), moment::now_millis());
                let apart = drafts::keep_apart(&mut node.replica(), by, service.id, &kept, now)?;
                Ok(Outcome::Apart(apart, Word::SavedBefore(record)))
            }
            Saving::Refused if kept.typed.is_blank() && !has_files(&node.replica(), draft)? => {
                // What stood in it was taken out again.
                draft.map_or(Ok(()), |draft| drafts::drop_own(&mut node.replica(), draft, clerk.as_str()))?;
                Ok(Outcome::Refused(None))
            }
            Saving::Refused => {
                let (by, now) = ((draft, clerk.as_str()), moment::now_millis());
                Ok(Outcome::Refused(Some(drafts::keep_new(&mut node.replica(), by, service.id, &kept, now)?)))
            }
        }
    });
    // Pages of their own: going back to one asks nobody to send a form again.
    let done = match done.await {
        // Not even a draft can be kept: what was typed waits in memory, and stands in the form again.
        Err(failure) if failure.blame == Blame::Machine => {
            return Ok(visitor.refuses(&shared, &format!("/baru/{id}"), (Part::Form, vec![failure.text], &form)));
        }
        done => done?,
    };
    Ok(match done {
        Outcome::Saved(record) => {
            let word = if is_damaged { Word::AttachedDamaged } else { Word::Saved };
            visitor.leads(&shared, &format!("/berkas/{record}"), word)
        }
        Outcome::FileRefused(draft, failure) => draft_files::refused((&visitor, &shared), &id, draft, &failure),
        Outcome::Apart(draft, word) => {
            visitor.leads(&shared, &format!("/baru/{id}?draf={}", HEXLOWER.encode(&draft)), word)
        }
        Outcome::Refused(None) => visitor.leads(&shared, &format!("/baru/{id}"), Word::FormRefused),
        Outcome::Refused(Some(draft)) => {
            let to = format!("/baru/{id}?draf={}", HEXLOWER.encode(&draft));
            visitor.leads(&shared, &to, Word::FormRefused)
        }
    })
}

/// Where a form that was sent leads.
enum Outcome {
    /// To the record of this id.
    Saved(String),
    /// To a draft of its own, which says that another window saved or changed the one that it was.
    Apart([u8; 16], Word),
    /// To its draft, beside which the file that came with it was not taken.
    FileRefused([u8; 16], Failure),
    /// To itself, with what is wrong in it: as its draft, where anything was typed.
    Refused(Option<[u8; 16]>),
}

fn has_files(reader: &Reader, draft: Option<[u8; 16]>) -> Result<bool, Failure> {
    let files = draft.map_or(Ok(Vec::new()), |draft| reader.draft_files(draft))?;
    Ok(!files.is_empty())
}

/// What came of a form.
enum Saving {
    /// It is the record of this id.
    Done(String),
    /// What another window had in the same draft is the record of this id.
    Already(String),
    /// Something in it is wrong.
    Refused,
}

/// The record that a form becomes. Sent twice (a double click, a page loaded again, after a power cut) it is the same one:
/// with the record go its draft, its number in the queue and what it became, in one commit.
fn save_once(
    node: &Node,
    mut record: NewRecord,
    (clerk, right): (&ClerkId, &Right),
    sent: Option<&Sent>,
) -> Result<Saving, Failure> {
    let known = |reader: &Reader| sent.map_or(Ok(None), |sent| sent.record(reader));
    if let Some(record) = known(&node.replica())? {
        return Ok(Saving::Done(record));
    }
    let became = |reader: &Reader| sent.map_or(Ok(None), |sent| sent.became(reader));
    let (name, service) = (clerk.to_string(), record.service);
    let files_of = |reader: &Reader| sent.map_or(Ok(Vec::new()), |sent| sent.files(reader, &name));
    let files = files_of(&node.replica())?;
    if let Some(sent) = sent {
        sent.place(&node.replica(), &files, false)?;
    }
    record.files.clone_from(&files);
    let action = Action::Record { records: vec![record], clerk: clerk.clone() };
    let answer = node.act(right, |doing| {
        let answer = doing.perform(&action)?;
        let replica = &mut *doing.replica;
        let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) else { return Ok(answer) };
        if became(replica)?.is_some() {
            return Err(sent_twice());
        }
        if files_of(replica)? != files {
            return Err(attached_meanwhile());
        }
        // Nothing named them in between: they may have been swept away.
        sent.map_or(Ok(()), |sent| sent.place(replica, &files, true))?;
        note_in(replica, &name, Act::Record, id)?;
        for file in &files {
            replica.note_blob(file.hash, file.size, doing.now_millis)?;
            note_in(replica, &name, Act::Attach, id)?;
        }
        if let Ok(id) = id.parse() {
            queue::give(replica, id)?;
        }
        if let Some(sent) = sent {
            sent.note(replica, (id, &name), doing.now_millis)?;
        }
        note_used(replica, &name, service.as_str())?;
        Ok(answer)
    });
    let answer = match answer {
        Err(failure) => {
            let reader = node.replica();
            return match (known(&reader)?, became(&reader)?) {
                // The same form, sent at the same moment, was saved meanwhile.
                (Some(record), _) => Ok(Saving::Done(record)),
                (None, Some(record)) => Ok(Saving::Already(record)),
                (None, None) => Err(failure),
            };
        }
        Ok(answer) => answer,
    };
    if let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) {
        return Ok(Saving::Done(id.to_owned()));
    }
    let problems = answer.pointer("/refused/0/problems").and_then(Value::as_array);
    if problems.is_some_and(|problems| !problems.is_empty()) {
        return Ok(Saving::Refused);
    }
    let text = answer.pointer("/refused/0/text").cloned().unwrap_or_default();
    let text: Bilingual = serde_json::from_value(text).unwrap_or_else(|_| Bilingual::new("", ""));
    Err(Failure::input("refused", text.id, text.en))
}

/// From another window with the same form.
fn attached_meanwhile() -> Failure {
    Failure::input(
        "attached_meanwhile",
        "Sebuah lampiran bertambah saat formulir ini disimpan. Belum ada yang tersimpan, dan yang Anda ketik masih ada; simpan lagi.",
        "A file was attached while this form was being saved. Nothing was saved, and what you typed is still there; save again.",
    )
}

/// Never seen: the record that the form became is shown instead.
fn sent_twice() -> Failure {
    Failure::input(
        "sent_twice",
        "Formulir ini sudah tersimpan. Tidak ada yang berubah.",
        "This form is saved already. Nothing was changed.",
    )
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
        let mut said = checked((catalogue, service), &typed, today(&reader), language);
        let nik = typed.get("nik").parse::<Nik>().ok().filter(|_| may_record);
        if let (Some(nik), Some(said)) = (nik, said.as_object_mut()) {
            said.insert("citizen".to_owned(), json!(Known::by_nik(&reader, &nik)?.map(|known| known.to_json())));
            let lately = lately(&reader, &nik, service)?;
            drop(reader);
            // Whoever types somebody's NIK there learns of the record, as by a search.
            let shown = HealthListed::among(lately.iter().map(|(id, ..)| (service.id, *id)));
            note_listed(&lister, visitor.clerk().as_str(), &shown);
            let lately = lately.map(|(id, made, status)| {
                let status = shown::status(&status, language);
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

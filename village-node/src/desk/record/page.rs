//! One record: where it stands, its fields, its steps, its letter.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use change_log::DocumentId;
use letter_print::Paper;
use office_model::{Awaited, Catalogue, Checker, Service, Status, approval_due};
use replica_store::Replica;
use serde_json::{Map, Value};
use service_document::TransactionDocument;

use crate::action::signed::{Signed, is_status_apart, signed};
use crate::action::since_seen::must_be_seen;
use crate::action::standing::is_own;
use crate::action::{catalogue_of, chain, fields, had_specific, has_specific, letter, load, today};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Halt, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::sign_in::note_read;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::attachments::{Attached, Paper as AskedPaper, attached, kinds};
use crate::desk::record::cautions::{ApprovalSaid, Cautions};
use crate::desk::record::divergences::{Difference, differences};
use crate::desk::record::history::{Told, history};
use crate::desk::record::queue;
use crate::desk::record::referrals::{self, ShownReferral};
use crate::desk::record::standing::Standing;
use crate::desk::record::steps::{Offer, RefusedStep, Step};
use crate::failure::{NOT_FOR_ROLE, SIGNED_OUT};
use crate::sealing::Sealer;
use crate::serve::Shared;
use crate::{Act, Action, Blame, Failure, Node};

#[derive(Template)]
#[template(path = "record.html")]
pub(in crate::desk) struct RecordPage {
    page: Page,
    id: DocumentId,
    service: String,
    service_id: String,
    /// Of the citizen; empty where nobody is named.
    name: String,
    /// What stands in its place, too.
    heading: String,
    number: String,
    status: String,
    status_word: String,
    state: Standing,
    /// The citizen's queue number, on its day.
    queue: String,
    promised: String,
    papers: Vec<String>,
    groups: Vec<Group>,
    attached: Vec<Attached>,
    kinds: Vec<AskedPaper>,
    steps: Vec<Step>,
    /// The changes that this page shows the outcome of.
    heads: String,
    /// What whoever goes on with it is to see first.
    cautions: Cautions,
    /// Whom it waits for, where this office has a part in that.
    awaited: String,
    is_final: bool,
    prints: Prints,
    /// Whether the printed letter bears a seal, or why not; empty where that needs no word.
    seal: String,
    /// Why it was sent back, refused or cancelled, and who says so; empty where it was not.
    because: (String, String),
    /// The step that was not taken, if one was not.
    refused: RefusedStep,
    may_edit: bool,
    /// It is this office's own, and the visitor records.
    is_own: bool,
    referrals: Vec<ShownReferral>,
    /// What is said where the catalogue has it referred by itself, and the roster has no such office.
    refers_to_nobody: &'static str,
    /// Where it can still be referred to: code and name.
    may_refer_to: Vec<(String, String)>,
    /// What the visitor may answer for this office: word, label, whether a reason is needed.
    answers: Vec<(&'static str, String, bool)>,
    /// Why a referral or an answer was not taken, and the words that were given with it.
    referral_said: String,
    asked: String,
    answer_reason: String,
    /// Why a file was not attached.
    file_said: String,
    /// The office it belongs to, where that is another one.
    office: String,
    differences: Vec<Difference>,
    history: Vec<Told>,
}

impl RecordPage {
    /// Whether some attached file may soon be elsewhere.
    fn any_moves(&self) -> bool {
        self.attached.iter().any(|file| file.is_to_move)
    }

    /// Whether one of the steps needs a reason.
    fn asks_reason(&self) -> bool {
        self.steps.iter().any(|step| step.needs_reason)
    }

    /// Whether it was refused or cancelled.
    fn is_withdrawn(&self) -> bool {
        self.status_word.parse().is_ok_and(Status::is_withdrawn)
    }

    /// The form token of who may settle differences here; empty for others.
    fn settle_token(&self) -> &str {
        if self.is_own { self.page.form_token() } else { "" }
    }
}

/// What can be printed.
enum Prints {
    Nothing,
    Draft,
    Letter,
}

impl Prints {
    fn of(service: &Service, document: &TransactionDocument, (signed, is_draft): (&Signed, bool)) -> Self {
        match (service.is_letter, is_draft) {
            (false, _) => Self::Nothing,
            // Neither of its two papers is printed again.
            _ if matches!(signed, Signed::Apart(_)) => Self::Nothing,
            _ if document.row().status.parse().is_ok_and(Status::is_withdrawn) => Self::Nothing,
            (true, true) => Self::Draft,
            (true, false) => Self::Letter,
        }
    }

    const fn any(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    const fn is_draft(&self) -> bool {
        matches!(self, Self::Draft)
    }
}

/// What is to be said of the letter's seal.
fn seal(
    (document, signed): (&TransactionDocument, &Signed),
    (sealer, page, state): (&Sealer, &Page, &Standing),
    language: Language,
) -> String {
    // What came to the hub before this machine was shut out stays genuine.
    let is_doubted = page.bar.is_shut_out() && matches!(state, Standing::Here);
    match letter::may_seal(signed, is_status_apart(document), sealer) {
        Ok(_) if is_doubted => language.texts().sealed_shut_out.to_owned(),
        Ok(_) => language.texts().sealed.to_owned(),
        Err(why) => language.say(&why.text()).to_owned(),
    }
}

/// Fields that belong together.
struct Group {
    title: String,
    /// Label and value.
    fields: Vec<(String, String)>,
}

pub(in crate::desk) fn document(id: &str) -> Result<DocumentId, Halt> {
    id.parse().map_err(|_| Failure::no_transaction(id.chars().take(40).collect::<String>()).into())
}

/// The catalogue and the service of a record.
pub(in crate::desk) fn service_of(
    document: &TransactionDocument,
) -> Result<(&'static Catalogue, &'static Service), Failure> {
    let catalogue = catalogue_of(document);
    let service = catalogue.service(&document.row().service);
    service.map(|service| (catalogue, service)).ok_or_else(|| {
        Failure::new(
            Blame::State,
            "unknown_service",
            "Layanan berkas ini tidak dikenal program ini; perbarui program. Data berkas utuh.",
            "This program does not know the record's service; update it. The record is whole.",
        )
    })
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let id = document(&id)?;
    let made = shared.node.blocking(move |node| {
        let made = make(node, &visitor, id)?;
        if made.1 {
            note_read(node, visitor.clerk().as_str(), Act::SpecificRead, &id.to_string());
        }
        Ok(made.0)
    });
    html(&made.await?)
}

/// The page, and whether specially protected data is on it.
fn make(node: &Node, visitor: &Visitor, id: DocumentId) -> Result<(RecordPage, bool), Failure> {
    let (sealer, guard) = (&node.sealer(), node.replica());
    let replica: &Replica = &guard;
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let document = load(replica, id)?;
    let (catalogue, service) = service_of(&document)?;
    let row = document.row();
    let record = fields(&document);
    let mut page = Page::of(&visitor.session, replica, "records", language.say(&service.label))?;
    visitor.word.flash(t).clone_into(&mut page.flash);
    let refused = |part: Part| {
        let why = visitor.word.refusal_of(part).and_then(|refusal| refusal.why.first());
        why.map(|why| language.say(why).to_owned()).unwrap_or_default()
    };
    let typed = |part: Part, name: &str| {
        visitor.word.refusal_of(part).map(|refusal| refusal.typed.get(name).to_owned()).unwrap_or_default()
    };
    let status = row.status.parse::<Status>().ok();
    let chain = chain::of(replica)?;
    // The history stands on the page, too.
    let has_specific = has_specific(service, &record) || had_specific(service, &document.history());
    let of_office = is_own(replica, row.office);
    // What was referred here is decided elsewhere.
    let leads_on = of_office || row.office.district() == replica.office();
    let signed = signed(&document)?;
    let cautions = Cautions::of(replica, (id, &document, &signed), (catalogue, service), language)?;
    let is_draft = letter::is_draft(&document, chain.checker);
    let offer = Offer {
        service,
        chain,
        role: visitor.role(),
        is_unseen: chain.checker != Checker::Nobody && !cautions.unseen.is_empty(),
        approval_due: approval_due(service, &record, today(replica)),
    };
    let steps = status.filter(|_| leads_on).map(|from| {
        let mut steps = offer.steps(from, language);
        steps.retain(|step| may_go_on(step, (&document, &signed), &cautions));
        steps
    });
    let state = Standing::of(replica, id, &page)?;
    let bears_seal = of_office && service.is_letter && !is_draft;
    let said_of_seal = || seal((&document, &signed), (sealer, &page, &state), language);
    let seal = if bears_seal { said_of_seal() } else { String::new() };
    let may_change = page.may_record() && of_office;
    let told = history(replica, &document, catalogue, service, language)?;
    Ok((
        RecordPage {
            id,
            service: language.say(&service.label).to_owned(),
            service_id: service.id.to_string(),
            name: row.name.clone().unwrap_or_default(),
            heading: shown::name(row.name.as_deref(), Some(service), language),
            number: row.number.clone().unwrap_or_default(),
            status: shown::status(&row.status, Some(service), language),
            status_word: row.status.clone(),
            state,
            queue: queue::of_today(replica, id, row.created_millis)?,
            promised: shown::promised(service, language),
            papers: shown::papers(catalogue, service, language),
            groups: groups(catalogue, service, &record, language),
            attached: attached((node, replica), &document, catalogue, language)?,
            kinds: kinds(catalogue, service, language),
            is_final: status.is_some_and(Status::is_final),
            seal,
            prints: if of_office {
                Prints::of(service, &document, (&signed, is_draft || !cautions.unnamed.is_empty()))
            } else {
                Prints::Nothing
            },
            refused: RefusedStep::of(&visitor.word, language),
            steps: steps.unwrap_or_default(),
            awaited: status
                .filter(|status| leads_on && !status.is_final())
                .map(|status| language.say(&Awaited::of(status).label_for(service.outcome(), chain)).to_owned())
                .unwrap_or_default(),
            may_edit: may_change && status.is_none_or(Status::is_editable),
            is_own: may_change,
            referrals: referrals::shown(row, language),
            refers_to_nobody: if may_change && referrals::lacks_office(service, row) {
                language.texts().refers_to_nobody
            } else {
                ""
            },
            may_refer_to: if may_change { referrals::targets(row) } else { Vec::new() },
            answers: referrals::answers(replica, row, visitor.role(), language),
            referral_said: refused(Part::Referrals),
            asked: typed(Part::Referrals, "asked"),
            answer_reason: typed(Part::Referrals, "reason"),
            file_said: refused(Part::Files),
            office: shown::other_office(replica, row.office),
            heads: document.heads().iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            cautions,
            differences: differences(replica, &document, (catalogue, service), language)?,
            because: because(&told, &row.status),
            history: told,
            page,
        },
        has_specific,
    ))
}

/// Whether a step is offered as things are: of two papers neither is handed over; between two statuses somebody decides first;
/// and nobody signs what is apart, or names nobody who signs.
fn may_go_on(step: &Step, (document, signed): (&TransactionDocument, &Signed), cautions: &Cautions) -> bool {
    let leads_to_letter = [Status::MenungguCamat, Status::Ditandatangani].iter().any(|to| to.as_str() == step.to);
    let is_unsignable = document.row().divergences > 0 || !cautions.unnamed.is_empty();
    match signed {
        _ if is_status_apart(document) => false,
        Signed::Apart(_) => step.to == Status::Dibatalkan.as_str(),
        Signed::Once(_) | Signed::Not => !(leads_to_letter && is_unsignable),
    }
}

/// The reason of the last step to where a record stands, and who gave it and when.
fn because(history: &[Told], status: &str) -> (String, String) {
    // Who settled between two states gave no reason of their own.
    let mut steps = history.iter().filter(|told| told.status == status);
    let given = steps.find(|told| !told.reason.is_empty() || !told.is_settled());
    let given = given.filter(|told| !told.reason.is_empty());
    given.map(|told| (told.reason.clone(), format!("{}, {}", told.who, told.when))).unwrap_or_default()
}

/// Whether a failure is of the step and not of who wanted to take it, nor of this machine.
fn is_of_step(failure: &Failure) -> bool {
    let is_of_visitor = [NOT_FOR_ROLE, SIGNED_OUT].contains(&failure.code.as_str());
    matches!(failure.blame, Blame::Input | Blame::State) && !is_of_visitor
}

/// The fields by person: the citizen and the service first, then each person in it; at last what no catalogue knows.
fn groups(catalogue: &Catalogue, service: &Service, record: &Map<String, Value>, language: Language) -> Vec<Group> {
    let person = catalogue.person_fields();
    let of_person = |map: &Map<String, Value>| -> Vec<(String, String)> {
        let known = person.iter().filter_map(|field| {
            let value = map.get(&field.key)?;
            Some((language.say(&field.label).to_owned(), shown::value(Some(field), value, language)))
        });
        known.collect()
    };
    let mut first = Group { title: language.texts().fields.to_owned(), fields: Vec::new() };
    let mut others = Vec::new();
    for field in &service.fields {
        let label = language.say(&field.label);
        match record.get(&field.key) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => others.push(Group { title: label.to_owned(), fields: of_person(map) }),
            Some(Value::Array(list)) => {
                let persons = list.iter().filter_map(Value::as_object).zip(1..);
                others.extend(
                    persons.map(|(map, number)| Group { title: format!("{label} {number}"), fields: of_person(map) }),
                );
            }
            Some(value) => first.fields.push((label.to_owned(), shown::value(Some(field), value, language))),
        }
    }
    let unknown = record.iter().filter(|(key, _)| service.field(key).is_none());
    first.fields.extend(unknown.map(|(key, value)| (key.clone(), shown::value(None, value, language))));
    let mut groups = vec![first];
    groups.extend(others);
    groups
}

/// The paper that an address asks for; the usual one where it asks for none.
///
/// # Errors
///
/// When there is no such paper.
pub(in crate::desk) fn paper_of(word: &str) -> Result<Paper, Failure> {
    if word.is_empty() {
        return Ok(Paper::default());
    }
    word.parse().map_err(|_| {
        Failure::input(
            "paper",
            "Kertas itu tidak dikenal. Tidak ada yang dicetak; pilih f4 atau a4.",
            "There is no such paper. Nothing was printed; choose f4 or a4.",
        )
    })
}

pub(in crate::desk) async fn letter(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let id = document(&id)?;
    let paper = paper_of(words.get("kertas").map_or("", String::as_str))?;
    let made = shared.node.blocking(move |node| {
        let letter = letter::of(&node.replica(), (&node.live().identity, &node.sealer()), id, paper)?;
        note_read(node, visitor.clerk().as_str(), Act::Letter, &id.to_string());
        Ok(letter)
    });
    let letter = made.await?;
    Ok(crate::serve::api::pdf(&letter.file_name, letter.bytes))
}

/// A step that was refused leaves its address in the browser; loaded anew, it is the record.
pub(in crate::desk) async fn back(_: Visitor, Path(id): Path<String>) -> Answer {
    Ok(go(&format!("/berkas/{}", document(&id)?)))
}

pub(in crate::desk) async fn step(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let id = document(&id)?;
    let to = form.get("to").parse::<Status>();
    let to = to.map_err(|error| Failure::input("status", "Langkah tidak dikenal.", error.to_string()))?;
    let reason = Some(form.get("reason").trim().to_owned()).filter(|reason| !reason.is_empty());
    let clerk = visitor.clerk().clone();
    let shown = form.get("dilihat").to_owned();
    let step = Action::Step { id, to, reason, clerk };
    let done = visitor.perform_if(&shared, step, move |replica| {
        // Whoever checks or signs has it say what was on the screen.
        let becomes = chain::of(replica)?.goes_on(to).unwrap_or(to);
        let says_so = matches!(becomes, Status::Diperiksa | Status::MenungguCamat | Status::Ditandatangani);
        if says_so { must_be_seen(&load(replica, id)?, &shown) } else { Ok(()) }
    });
    let to = format!("/berkas/{id}");
    match done.await {
        Ok(_) => Ok(visitor.leads(&shared, &to, Word::Saved)),
        // Said beside the steps, with the reason as it was typed.
        Err(failure) if matches!(failure.code.as_str(), "reason_missing" | "reason_too_long") => {
            Ok(visitor.refuses(&shared, &to, (Part::Reason, vec![failure.text], &form)))
        }
        Err(failure) if is_of_step(&failure) => {
            Ok(visitor.refuses(&shared, &to, (Part::Steps, vec![failure.text], &form)))
        }
        Err(failure) => Err(failure.into()),
    }
}

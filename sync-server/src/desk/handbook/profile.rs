//! The profile of one office: what stands on its paper, and through whose hands its records go.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk_kit::{Choice, Form, Halt, go, moments};
use letter_print::{Templates, specimen};
use office_handbook::{Audience, Letterhead, Profile, Topic};
use office_model::{Approver, Catalogue, Checker, Office, OfficeCode};

use super::{Said, letterhead, may_publish, shown};
use crate::act::Act;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::texts::Worded as _;
use crate::desk::visitor::Visitor;
use crate::handbook;
use crate::serve::Hub;
use crate::{Failure, init};

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    page: Page,
    name: String,
    code: String,
    published: bool,
    may_publish: bool,
    /// When and by whom it was last set; empty where it never was.
    set: String,
    head: Letterhead,
    checkers: Vec<Choice>,
    approvers: Vec<Choice>,
    is_village: bool,
}

/// An office and what is published of it.
struct Known {
    office: Office,
    profile: Profile,
    set: Option<(String, i64)>,
}

async fn known(hub: &Hub, code: &str) -> Result<Known, Halt> {
    let code: OfficeCode = code.parse().map_err(|_| Fault::no_office())?;
    let read = hub.readers.with(move |reader| {
        let office = init::roster(reader)?.get(code).cloned();
        let (profile, set) = handbook::profile(reader, code)?;
        Ok::<_, Failure>(office.map(|office| Known { office, profile, set }))
    });
    let known = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    known.ok_or_else(|| Fault::no_office().into())
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    Query(said): Query<Said>,
) -> Answer {
    let Known { office, profile, set } = known(&hub, &code).await?;
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let chain = profile.chain;
    html(&ProfilePage {
        name: office.full_name(),
        code: office.code.to_string(),
        published: said.is_published(),
        may_publish: visitor.session.role.may_change(),
        set: set.map_or_else(String::new, |(by, at)| format!("{}, {by}", moments::long(at))),
        head: profile.letterhead,
        checkers: Checker::ALL
            .map(|one| Choice::of(one.as_str(), language.say(&one.label()), one == chain.checker))
            .into(),
        approvers: Approver::ALL
            .map(|one| Choice::of(one.as_str(), language.say(&one.label()), one == chain.approver))
            .into(),
        is_village: office.kind.is_village(),
        page: Page::of(&visitor.session, "handbook", t.profile),
    })
}

fn read(form: &Form, before: &Profile) -> Result<Profile, Fault> {
    Profile::of_form(|name| form.get(name), before)
        .map_err(|error| Failure::input(error.to_string(), "choose one of the list").into())
}

pub(in crate::desk) async fn save(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    may_publish(&visitor)?;
    let Known { office, profile, .. } = known(&hub, &code).await?;
    let act = Act::Publish {
        by: visitor.session.name.clone(),
        topic: Topic::Profile.to_string(),
        audience: Audience::Office(office.code),
        body: read(&form, &profile)?.to_body(),
    };
    hub.writer.act(act).await.map_err(Fault::from)?;
    Ok(go(&format!("/pedoman/kantor/{}?kata=terbit", office.code)))
}

/// A letter about nobody with the letterhead as it is typed.
pub(in crate::desk) async fn example(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    let Known { office, profile, .. } = known(&hub, &code).await?;
    let written = read(&form, &profile)?.letterhead;
    let templates = Templates::current().map_err(Failure::internal).map_err(Fault::from)?;
    let catalogue = Catalogue::current();
    let service = catalogue.services().find(|service| service.is_letter);
    let service = service.ok_or_else(|| Fault::from(Failure::internal("no service ends in a letter")))?;
    let office = letterhead(&office, &written);
    let letter = specimen(templates, catalogue, service, (&office, &written.signers));
    shown(&letter.map_err(Failure::internal).map_err(Fault::from)?)
}

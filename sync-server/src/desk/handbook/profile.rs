//! The profile of one office: what stands on its paper, and through whose hands its records go.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk_kit::{Form, Halt, ProfileFields, go, moments};
use letter_print::{Templates, specimen};
use office_handbook::{Audience, Profile, ProfileForm, Told, Topic};
use office_model::{Catalogue, Office, OfficeCode};

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
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides a part of the page")]
struct ProfilePage {
    page: Page,
    name: String,
    code: String,
    published: bool,
    may_publish: bool,
    /// When and by whom it was last set; empty where it never was.
    set: String,
    fields: ProfileFields,
    /// The profile that the form was made of, as it is published.
    seen: String,
    is_wrong: bool,
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
    let known = known(&hub, &code).await?;
    let form = ProfileForm::of(&known.profile);
    show(&visitor, known, (&form, &Told::new()), said.is_published())
}

fn show(visitor: &Visitor, known: Known, (form, problems): (&ProfileForm, &Told), published: bool) -> Answer {
    let Known { office, profile, set } = known;
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    html(&ProfilePage {
        name: office.full_name(),
        code: office.code.to_string(),
        published,
        may_publish: visitor.session.role.may_change(),
        set: set.map_or_else(String::new, |(by, at)| format!("{}, {by}", moments::long(at))),
        fields: ProfileFields::of(form, problems, office.kind, language),
        seen: profile.to_body(),
        is_wrong: !problems.is_empty(),
        is_village: office.kind.is_village(),
        page: Page::of(&visitor.session, "handbook", t.profile),
    })
}

/// What was sent, and the profile that is to stand, or what is wrong.
fn read(form: &Form, now: &Profile) -> (ProfileForm, Result<Profile, Told>) {
    let seen = Profile::of_body(form.get("seen")).unwrap_or_else(|_| now.clone());
    let sent = ProfileForm::sent(|name| form.get(name), &seen);
    let profile = sent.profile(&seen, now);
    (sent, profile)
}

pub(in crate::desk) async fn save(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    may_publish(&visitor)?;
    let known = known(&hub, &code).await?;
    let profile = match read(&form, &known.profile) {
        (_, Ok(profile)) => profile,
        (sent, Err(told)) => return show(&visitor, known, (&sent, &told), false),
    };
    let code = known.office.code;
    let act = Act::Publish {
        by: visitor.session.name.clone(),
        topic: Topic::Profile.to_string(),
        audience: Audience::Office(code),
        body: profile.to_body(),
    };
    hub.writer.act(act).await.map_err(Fault::from)?;
    Ok(go(&format!("/pedoman/kantor/{code}?kata=terbit")))
}

/// A letter about nobody with the letterhead as it is typed.
pub(in crate::desk) async fn example(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let Known { office, profile, .. } = known(&hub, &code).await?;
    let written = read(&form, &profile).0.letterhead();
    let templates = Templates::current().map_err(Failure::internal).map_err(Fault::from)?;
    let catalogue = Catalogue::current();
    let service = catalogue.services().find(|service| service.is_letter);
    let service = service.ok_or_else(|| Fault::from(Failure::internal("no service ends in a letter")))?;
    let office = letterhead(&office, &written);
    let letter = specimen(templates, catalogue, service, (&office, &written.signers));
    shown(&letter.map_err(Failure::internal).map_err(Fault::from)?)
}

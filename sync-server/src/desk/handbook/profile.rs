//! The profile of one office: what stands on its paper, and through whose hands its records go.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk_kit::{Form, Halt, ProfileFields, go, moments};
use letter_print::{Templates, specimen};
use office_handbook::{Audience, Profile, ProfileForm, Told, Topic, profile_changes};
use office_model::{Bilingual, Catalogue, Office, OfficeCode};

use super::{Said, letterhead, may_publish, shown};
use crate::act::Act;
use crate::desk::draft::{self, Found, Shown};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::shown::who;
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
    /// The draft that is shown; empty for none.
    draft: String,
    /// The one that was asked for is kept no more.
    is_gone: bool,
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
    /// What it changes; nothing before it was looked at.
    changes: Option<Vec<Changed>>,
    /// What was looked at; empty before.
    checked: String,
    /// It was to be published and is not what was looked at.
    is_changed: bool,
    is_village: bool,
}

/// A field that becomes another, as people read it; empty where nothing stands in it.
struct Changed {
    label: String,
    before: String,
    after: String,
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

/// The page of an office's profile.
fn address(code: OfficeCode) -> String {
    format!("/pedoman/kantor/{code}")
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(code): Path<String>,
    Query(said): Query<Said>,
    Query(shown): Query<Shown>,
) -> Answer {
    let known = known(&hub, &code).await?;
    let found = hub.desk.drafts.find(&visitor.session.name, &address(known.office.code), &shown);
    let is_gone = matches!(found, Found::Gone);
    let Found::Kept(form) = found else {
        let fields = ProfileForm::of(&known.profile);
        let page = made(&visitor, known, (&fields, &Told::new()));
        return html(&ProfilePage { published: said.is_published(), is_gone, ..page });
    };
    let draft = shown.id().to_owned();
    let (sent, profile) = read(&form, &known.profile);
    let profile = match profile {
        Ok(profile) => profile,
        Err(told) => return html(&ProfilePage { draft, ..made(&visitor, known, (&sent, &told)) }),
    };
    let checked = mark(&known.profile, &profile);
    let is_changed = is_to_publish(&form) && form.get("diperiksa") != checked;
    let language = visitor.session.language;
    let said = |text: &Bilingual| language.say(text).to_owned();
    let changes = profile_changes(&known.profile, &profile).into_iter();
    let changes =
        changes.map(|one| Changed { label: said(&one.label), before: said(&one.before), after: said(&one.after) });
    let changes = Some(changes.collect());
    let page = made(&visitor, known, (&ProfileForm::of(&profile), &Told::new()));
    html(&ProfilePage { draft, changes, checked, is_changed, ..page })
}

/// It was to be published, not to be looked at.
fn is_to_publish(form: &Form) -> bool {
    form.get("aksi") == "terbit"
}

/// Tells what was looked at from all else: what is to stand, and what stood then.
fn mark(stands: &Profile, new: &Profile) -> String {
    handbook::mark(&format!("{}\n{}", stands.to_body(), new.to_body()))
}

fn made(visitor: &Visitor, known: Known, (form, problems): (&ProfileForm, &Told)) -> ProfilePage {
    let Known { office, profile, set } = known;
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    ProfilePage {
        draft: String::new(),
        is_gone: false,
        changes: None,
        checked: String::new(),
        is_changed: false,
        name: office.full_name(),
        code: office.code.to_string(),
        published: false,
        may_publish: visitor.session.role.may_change(),
        set: set.map_or_else(String::new, |(by, at)| format!("{}, {}", moments::long(at), who(&by, language))),
        fields: ProfileFields::of(form, problems, office.kind, language),
        seen: profile.to_body(),
        is_wrong: !problems.is_empty(),
        is_village: office.kind.is_village(),
        page: Page::of(&visitor.session, "handbook", t.profile),
    }
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
    let (code, stands) = (known.office.code, known.profile);
    let at = address(code);
    // What was never looked at, or changed since, is shown first; so is what changes nothing.
    let is_seen = |new: &Profile| *new != stands && form.get("diperiksa") == mark(&stands, new);
    let profile = match read(&form, &stands).1 {
        Ok(profile) if is_to_publish(&form) && is_seen(&profile) => profile,
        _ => return draft::lead(&hub.desk.drafts, &visitor, &at, &form),
    };
    let act = Act::Publish {
        by: visitor.session.name.clone(),
        topic: Topic::Profile.to_string(),
        audience: Audience::Office(code),
        body: profile.to_body(),
    };
    hub.writer.act(act).await.map_err(Fault::from)?;
    hub.desk.drafts.take(&visitor.session.name, &at, &form);
    Ok(go(&format!("{at}?kata=terbit")))
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

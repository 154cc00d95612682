//! What stands on the office's paper: address, and who signs; through whose hands records go; and how its other PCs get
//! here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use desk_kit::ProfileFields;
use office_handbook::{Profile, ProfileForm, Told};
use office_model::OfficeKind;
use replica_store::Reader;

use crate::Act;
use crate::action::{self, handbook};
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Page, go, html, may_manage};
use crate::desk::moments;
use crate::desk::office::network::Network;
use crate::desk::people::sign_in::note;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::page::Said;
use crate::desk::record::queue;
use crate::serve::Shared;

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    page: Page,
    fields: ProfileFields,
    /// The profile that the form was made of, as it is published.
    seen: String,
    is_wrong: bool,
    /// When and by whom it was last set, for all machines; empty where it never was.
    published: String,
    /// As it stands or was typed; nothing where records are not made.
    queue_letter: Option<String>,
    queue_letter_problem: &'static str,
    network: Network,
}

/// The letter of this machine's queue, as it was sent.
struct QueueLetter {
    typed: String,
    is_wrong: bool,
}

/// What the form shows.
enum Shown {
    /// The profile that stands; `saved`: it was just set.
    Standing { saved: bool },
    /// What was sent, and what is wrong with it.
    Sent(ProfileForm, Told, QueueLetter),
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(said): Query<Said>,
) -> Answer {
    show(&shared, visitor, Shown::Standing { saved: said.kata == "tersimpan" }).await
}

async fn show(shared: &Shared, visitor: Visitor, shown: Shown) -> Answer {
    allow(may_manage(visitor.role()))?;
    let network = Network::of(&shared.lan.borrow(), visitor.session.language);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let mut page = Page::of(&visitor.session, &reader, "office", t.office)?;
        let profile = handbook::profile(&reader)?;
        let (form, problems, letter) = match shown {
            Shown::Standing { saved } => {
                if saved {
                    t.saved.clone_into(&mut page.flash);
                }
                let letter = QueueLetter { typed: queue::letter(&reader)?.to_string(), is_wrong: false };
                (ProfileForm::of(&profile), Told::new(), letter)
            }
            Shown::Sent(form, problems, letter) => (form, problems, letter),
        };
        let published = handbook::profile_published(&reader)?;
        let kind = kind_of(&reader);
        Ok(OfficePage {
            page,
            fields: ProfileFields::of(&form, &problems, kind, language),
            seen: profile.to_body(),
            is_wrong: !problems.is_empty() || letter.is_wrong,
            published: published.map_or_else(String::new, |(by, at)| format!("{}, {by}", moments::long(at))),
            queue_letter_problem: if letter.is_wrong { t.queue_letter_wrong } else { "" },
            // Only villages make records, whose citizens wait.
            queue_letter: kind.is_village().then_some(letter.typed),
            network,
        })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn save(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    allow(may_manage(visitor.role()))?;
    let by = visitor.clerk().clone();
    let done = shared.node.blocking(move |node| {
        let name = by.to_string();
        let done = node.commit(|replica, now_millis| {
            let now = handbook::profile(replica)?;
            let seen = Profile::of_body(form.get("seen")).unwrap_or_else(|_| now.clone());
            // What this kind of office is not asked for stays as it is.
            let stood = ProfileForm::of(&seen);
            let is_asked = |name: &str| form.0.iter().any(|(asked, _)| asked == name);
            let sent = ProfileForm::sent(|name| if is_asked(name) { form.get(name) } else { stood.text(name) }, &seen);
            let typed = form.get("queue_letter").to_owned();
            let letter = queue::typed_letter(&typed);
            let letter_sent = QueueLetter { typed, is_wrong: letter.is_none() && kind_of(replica).is_village() };
            match sent.profile(&seen, &now) {
                Ok(_) if letter_sent.is_wrong => return Ok(Some((sent, Told::new(), letter_sent))),
                Ok(profile) => handbook::set_profile(replica, &profile, &action::clock(replica, &by, now_millis))?,
                Err(told) => return Ok(Some((sent, told, letter_sent))),
            }
            if let Some(letter) = letter {
                queue::set_letter(replica, letter)?;
            }
            Ok(None)
        })?;
        if done.is_none() {
            note(node, &name, Act::Letterhead, "")?;
        }
        Ok(done)
    });
    match done.await? {
        None => Ok(go("/kantor?kata=tersimpan")),
        Some((sent, told, letter)) => show(&shared, visitor, Shown::Sent(sent, told, letter)).await,
    }
}

/// What kind of office this is: a village's people make records, which go through hands there.
fn kind_of(reader: &Reader) -> OfficeKind {
    reader.office().map_or(OfficeKind::Desa, |office| office.kind())
}

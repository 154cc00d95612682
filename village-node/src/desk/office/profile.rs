//! What stands on the office's paper: address, and who signs; through whose hands records go; and how its other PCs get
//! here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use desk_kit::ProfileFields;
use office_handbook::{Profile, ProfileForm, Told};

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
    queue_letter: char,
    network: Network,
}

/// What the form shows.
enum Shown {
    /// The profile that stands; `saved`: it was just set.
    Standing { saved: bool },
    /// What was sent, and what is wrong with it.
    Sent(ProfileForm, Told),
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
        let (form, problems) = match shown {
            Shown::Standing { saved } => {
                if saved {
                    t.saved.clone_into(&mut page.flash);
                }
                (ProfileForm::of(&profile), Told::new())
            }
            Shown::Sent(form, problems) => (form, problems),
        };
        let published = handbook::profile_published(&reader)?;
        // Only villages make records, which go through hands there.
        let has_chain = reader.office().is_some_and(|office| office.is_village());
        Ok(OfficePage {
            page,
            fields: ProfileFields::of(&form, &problems, has_chain, language),
            seen: profile.to_body(),
            is_wrong: !problems.is_empty(),
            published: published.map_or_else(String::new, |(by, at)| format!("{}, {by}", moments::long(at))),
            queue_letter: queue::letter(&reader)?,
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
            let sent = ProfileForm::sent(|name| form.get(name), &seen);
            match sent.profile(&seen, &now) {
                Ok(profile) => handbook::set_profile(replica, &profile, &action::clock(replica, &by, now_millis))?,
                Err(told) => return Ok(Some((sent, told))),
            }
            queue::set_letter(replica, form.get("queue_letter"))?;
            Ok(None)
        })?;
        if done.is_none() {
            note(node, &name, Act::Letterhead, "")?;
        }
        Ok(done)
    });
    match done.await? {
        None => Ok(go("/kantor?kata=tersimpan")),
        Some((sent, told)) => show(&shared, visitor, Shown::Sent(sent, told)).await,
    }
}

//! What stands on the office's paper: address, and who signs; through whose hands records go; and how its other PCs get
//! here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use desk_kit::ProfileFields;
use office_handbook::{Profile, ProfileForm, Told};
use office_model::OfficeKind;
use replica_store::Reader;

use crate::action::{self, handbook};
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Page, html, may_manage};
use crate::desk::frame::word::{Part, Word};
use crate::desk::moments;
use crate::desk::office::network::Network;
use crate::desk::people::sign_in::note_in;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::queue;
use crate::serve::Shared;
use crate::{Act, Failure};

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

/// The form as it was sent.
struct Sent {
    fields: ProfileForm,
    /// What it makes of the profile, or what is wrong with it.
    profile: Result<Profile, Told>,
    letter: QueueLetter,
}

impl Sent {
    fn of(reader: &Reader, form: &Form) -> Result<Self, Failure> {
        let now = handbook::profile(reader)?;
        let seen = Profile::of_body(form.get("seen")).unwrap_or_else(|_| now.clone());
        // What this kind of office is not asked for stays as it is.
        let stood = ProfileForm::of(&seen);
        let is_asked = |name: &str| form.0.iter().any(|(asked, _)| asked == name);
        let fields = ProfileForm::sent(|name| if is_asked(name) { form.get(name) } else { stood.text(name) }, &seen);
        let profile = fields.profile(&seen, &now);
        let typed = form.get("queue_letter").to_owned();
        let is_wrong = queue::typed_letter(&typed).is_none() && kind_of(reader).is_village();
        Ok(Self { fields, profile, letter: QueueLetter { typed, is_wrong } })
    }
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    allow(may_manage(visitor.role()))?;
    let network = Network::of(&shared.lan.borrow(), visitor.session.language);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let mut page = Page::of(&visitor.session, &reader, "office", t.office)?;
        let profile = handbook::profile(&reader)?;
        visitor.word.flash(t).clone_into(&mut page.flash);
        let (form, problems, letter) = if let Some(refusal) = visitor.word.refusal_of(Part::Profile) {
            let Sent { fields, profile, letter } = Sent::of(&reader, &refusal.typed)?;
            (fields, profile.err().unwrap_or_default(), letter)
        } else {
            let letter = QueueLetter { typed: queue::letter(&reader)?.to_string(), is_wrong: false };
            (ProfileForm::of(&profile), Told::new(), letter)
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
    let typed = form.clone();
    let done = visitor.act(&shared, move |doing| {
        let replica = &mut *doing.replica;
        let sent = Sent::of(replica, &typed)?;
        let Ok(profile) = sent.profile else { return Ok(false) };
        if sent.letter.is_wrong {
            return Ok(false);
        }
        handbook::set_profile(replica, &profile, &action::clock(replica, &by, doing.now_millis))?;
        if let Some(letter) = queue::typed_letter(&sent.letter.typed) {
            queue::set_letter(replica, letter)?;
        }
        note_in(replica, by.as_str(), Act::Letterhead, "")?;
        Ok(true)
    });
    Ok(if done.await? {
        visitor.leads(&shared, "/kantor", Word::Saved)
    } else {
        visitor.refuses(&shared, "/kantor", (Part::Profile, Vec::new(), &form))
    })
}

/// What kind of office this is: a village's people make records, which go through hands there.
fn kind_of(reader: &Reader) -> OfficeKind {
    reader.office().map_or(OfficeKind::Desa, |office| office.kind())
}

//! What all pages share, and how they are answered.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use desk_kit::{FaultPage, html_response};
pub(crate) use desk_kit::{Halt, go};
use office_model::{Bilingual, Role, Roster};
use replica_store::{Account, Reader};

use crate::action::{self, notable_offset};
use crate::desk::frame::assets::VERSION;
use crate::desk::frame::bar::Bar;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::moving;
use crate::desk::frame::texts::Texts;
use crate::desk::moments;
use crate::desk::people::sessions::Session;
use crate::failure::{NOT_FOR_ROLE, SIGNED_OUT};
use crate::{Blame, Failure, moment};

/// The frame around a page.
pub(crate) struct Page {
    pub(crate) t: &'static Texts,
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) office: String,
    /// Which entry of the navigation is shown as here.
    pub(crate) here: &'static str,
    /// Path and query of it; empty on the way in.
    pub(crate) at: String,
    /// Who is signed in; nobody on the way in.
    pub(crate) user: Option<User>,
    pub(crate) bar: Bar,
    /// When it was made: what is printed of it says so.
    pub(crate) made: String,
    /// Said at the top, such as "saved".
    pub(crate) flash: String,
}

/// Who looks at a page.
pub(crate) struct User {
    /// The name of the account.
    pub(crate) name: String,
    pub(crate) shown: String,
    pub(crate) role: Role,
    pub(crate) form_token: String,
}

impl Page {
    /// A page of somebody who is signed in.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of(session: &Session, reader: &Reader, here: &'static str, title: &str) -> Result<Self, Failure> {
        let (offset, now) = (notable_offset(reader).unwrap_or_default(), moment::now_millis());
        let moving = session.moving.as_ref().map(|moving| moving::said(moving, session.language)).unwrap_or_default();
        Ok(Self {
            t: session.language.texts(),
            language: session.language,
            title: title.to_owned(),
            office: office_name(reader),
            here,
            at: session.at.clone(),
            user: Some(User {
                name: session.clerk.to_string(),
                shown: session.shown.clone(),
                role: session.role,
                form_token: session.form_token.clone(),
            }),
            bar: Bar { moving, ..Bar::of(reader, now)? }.while_talking(session.talking, offset, session.language),
            made: moments::long(action::now(reader)),
            flash: String::new(),
        })
    }

    /// A page before anybody is signed in.
    pub(crate) fn outside(reader: &Reader, language: Language, title: &str) -> Self {
        Self {
            t: language.texts(),
            language,
            title: title.to_owned(),
            office: office_name(reader),
            here: "",
            at: String::new(),
            user: None,
            bar: Bar::default(),
            made: String::new(),
            flash: String::new(),
        }
    }

    /// The form token; empty where nobody is signed in.
    pub(crate) fn form_token(&self) -> &str {
        self.user.as_ref().map_or("", |user| &user.form_token)
    }

    /// Whether records are for this user at all.
    pub(crate) fn may_read(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may_read())
    }

    /// Whether this user makes and changes records.
    pub(crate) fn may_record(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may_record())
    }

    /// Whether the accounts and the audit trail are.
    pub(crate) fn may_manage(&self) -> bool {
        self.user.as_ref().is_some_and(|user| may_manage(user.role))
    }
}

/// How an account comes to be that keeps the others, where the machine has none that is open; empty where it has one.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn how_to_manage(reader: &Reader) -> Result<&'static str, Failure> {
    let is_open = |account: &Account| account.disabled_millis.is_none();
    let manages = |account: &Account| account.role.parse().is_ok_and(may_manage);
    let is_kept = reader.accounts()?.iter().any(|account| is_open(account) && manages(account));
    Ok(if is_kept { "" } else { "village-node account put admin --name \"Nama Lengkap\" --role admin" })
}

/// Who keeps the accounts of a machine.
pub(crate) const fn may_manage(role: Role) -> bool {
    role.may_manage()
}

/// The office as its people call it.
pub(crate) fn office_name(reader: &Reader) -> String {
    let Some(code) = reader.office() else { return String::new() };
    Roster::current().get(code).map_or_else(|| code.to_string(), office_model::Office::full_name)
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        let status = match failure.blame {
            _ if failure.code == NOT_FOR_ROLE || failure.code == SIGNED_OUT => StatusCode::FORBIDDEN,
            Blame::Input => StatusCode::BAD_REQUEST,
            Blame::NotFound => StatusCode::NOT_FOUND,
            Blame::State => StatusCode::CONFLICT,
            Blame::Machine => StatusCode::INTERNAL_SERVER_ERROR,
            Blame::Link | Blame::Hub => StatusCode::BAD_GATEWAY,
        };
        fault_page(failure.text, failure.code).halt(status)
    }
}

/// The page that tells people of a failure.
pub(crate) fn fault_page(text: Bilingual, code: String) -> FaultPage {
    let (id, en) = (Language::Indonesian.texts(), Language::English.texts());
    let title = Bilingual::new(id.fault_title, en.fault_title);
    FaultPage { title, text, code, home: id.home, version: VERSION, back: String::new() }
}

/// What a handler of a page answers.
pub(crate) type Answer = Result<Response, Halt>;

/// A page as HTML.
///
/// # Errors
///
/// When the template cannot be written out.
pub(crate) fn html(template: &impl Template) -> Answer {
    let text = template.render().map_err(|error| {
        Failure::machine(
            "page",
            format!("Halaman tidak dapat dibuat. Yang sudah tersimpan aman; mohon laporkan. ({error})"),
            format!("The page could not be made. What was saved is safe; please report this. ({error})"),
        )
    })?;
    Ok(html_response(text))
}

//! What all pages share, and how they are answered.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use desk_kit::{FaultPage, Halt, Language, Session, html_response, old_page};
use office_model::{Bilingual, counted};
use replica_store::StoreError;

use super::assets::VERSION;
use super::shown;
use super::texts::{EN, ID, Texts, Worded as _};
use super::visitor::Who;
use crate::{Blame, Failure};

/// The frame around a page.
pub(crate) struct Page {
    pub(crate) t: &'static Texts,
    pub(crate) language: Language,
    pub(crate) title: String,
    /// Which entry of the navigation is shown as here.
    pub(crate) here: &'static str,
    /// Path and query of it; empty on the way in.
    pub(crate) at: String,
    /// Who is signed in; nobody on the way in.
    pub(crate) user: Option<User>,
}

/// Who looks at a page.
pub(crate) struct User {
    pub(crate) shown: String,
    pub(crate) role: String,
    pub(crate) form_token: String,
}

impl Page {
    /// A page of somebody who is signed in.
    pub(crate) fn of(session: &Session<Who>, here: &'static str, title: &str) -> Self {
        Self {
            t: session.language.texts(),
            language: session.language,
            title: title.to_owned(),
            here,
            at: session.at.clone(),
            user: Some(User {
                shown: session.shown.clone(),
                role: session.language.say(&session.role.label()).to_owned(),
                form_token: session.form_token.clone(),
            }),
        }
    }

    /// The form token; empty where nobody is signed in.
    pub(crate) fn form_token(&self) -> &str {
        self.user.as_ref().map_or("", |user| &user.form_token)
    }

    /// A figure as the page's language writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    pub(crate) fn figure(&self, count: &u64) -> String {
        shown::figure(*count, self.language)
    }

    /// A page before anybody is signed in.
    pub(crate) fn outside(language: Language, title: &str) -> Self {
        Self { t: language.texts(), language, title: title.to_owned(), here: "", at: String::new(), user: None }
    }
}

/// What went wrong, for the page that says so.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    text: Bilingual,
}

impl Fault {
    fn new(status: StatusCode, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, text: Bilingual::new(id, en) }
    }

    /// What a status says by itself, where nobody said more.
    pub(super) fn plain(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::NOT_FOUND => Self::new(
                status,
                "Alamat itu tidak ada di pusat ini. Tidak ada yang berubah; periksa alamatnya, atau mulai dari halaman pertama.",
                "There is no such address at this hub. Nothing was changed; check it, or begin from the first page.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "Alamat itu tidak dapat diminta dengan cara ini. Tidak ada yang berubah; kembali dan mulai dari halamannya.",
                "That address cannot be asked for in this way. Nothing was changed; go back and begin from its page.",
            ),
            _ if status.is_client_error() => Self::new(
                status,
                "Permintaan itu tidak dapat dibaca. Tidak ada yang berubah; kembali dan coba lagi.",
                "That request cannot be read. Nothing was changed; go back and try again.",
            ),
            _ => Self::new(
                status,
                "Kesalahan program di pusat. Yang sudah tersimpan aman; coba lagi, dan laporkan bila berulang.",
                "Internal fault of the hub. What was saved is safe; try again, and report it if it comes again.",
            ),
        }
    }

    /// A form that is longer than any that a page of ours sends.
    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Yang dikirim terlalu panjang. Tidak ada yang berubah; kembali ke halaman sebelumnya dengan tombol Kembali peramban, yang Anda ketik biasanya masih ada di sana, lalu pendekkan.",
            "What was sent is too long. Nothing was changed; go back to the page before with the browser's Back, where what you typed is still there as a rule, and shorten it.",
        )
    }

    /// As a page.
    pub(super) fn page(self) -> FaultPage {
        FaultPage {
            title: Bilingual::new(ID.fault_title, EN.fault_title),
            text: self.text,
            code: String::new(),
            home: ID.home,
            version: VERSION,
            back: String::new(),
        }
    }

    /// A form whose token is not the session's.
    pub(crate) fn old_page() -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: old_page() }
    }

    /// There is no report of that night.
    pub(crate) fn no_night() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Laporan malam itu tidak ada di pusat ini. Halaman Laporan malam memuat semua yang ada.",
            "There is no report of that night at this hub. The page Night reports lists all there are.",
        )
    }

    /// A sheet with a code that was shown already.
    pub(crate) fn sheet_gone() -> Self {
        Self::new(
            StatusCode::GONE,
            "Lembar itu hanya ditampilkan sekali, dan sudah ditampilkan. Bila hilang: batalkan kodenya di halaman Perangkat, lalu buat yang baru.",
            "That sheet is shown once, and was shown already. If it is lost: cancel its code on the page Machines, then make a new one.",
        )
    }

    /// Somebody who only looks wants to change something.
    pub(crate) fn not_for_role() -> Self {
        Self::new(StatusCode::FORBIDDEN, ID.not_for_role, EN.not_for_role)
    }

    /// A file was asked for in a way that makes no sense.
    pub(crate) fn nothing_taken(wrong: &[Bilingual]) -> Self {
        let all = |said: fn(&Bilingual) -> &str| wrong.iter().map(said).collect::<Vec<_>>().join(" ");
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("Tidak ada yang diunduh. {} Kembali, perbaiki saringannya, lalu unduh lagi.", all(|one| &one.id)),
            format!("Nothing was downloaded. {} Go back, correct the filter, then download again.", all(|one| &one.en)),
        )
    }

    /// More than an account may ask for in so short a time.
    pub(crate) fn too_often((id, en): (&str, &str), seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!("{id} {}.", counted(seconds, ID.second, ID.seconds)),
            format!("{en} {}.", counted(seconds, EN.second, EN.seconds)),
        )
    }

    /// There is no such office in the roster.
    pub(crate) fn no_office() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Kantor itu tidak ada dalam daftar kabupaten ini.",
            "That office is not in this regency's roster.",
        )
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let status = match failure.blame {
            Blame::Input => StatusCode::BAD_REQUEST,
            Blame::NotFound => StatusCode::NOT_FOUND,
            Blame::State => StatusCode::CONFLICT,
            Blame::Machine => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, text: failure.text() }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        let status = fault.status;
        fault.page().halt(status)
    }
}

/// A request that is not let near.
pub(super) fn refusal(status: StatusCode, code: &str) -> Response {
    let fault = Fault::new(
        status,
        format!(
            "Permintaan ini tidak diizinkan ({code}). Tidak ada yang berubah. Buka halaman ini lewat alamat pusat sendiri; nama lain ditulis di setelan desk_names."
        ),
        format!(
            "This request is not allowed ({code}). Nothing was changed. Open this page by the hub's own address; other names go into the setting desk_names."
        ),
    );
    axum::response::IntoResponse::into_response(Halt::from(fault))
}

/// What a handler of a page answers.
pub(crate) type Answer = Result<Response, Halt>;

/// A page as HTML.
///
/// # Errors
///
/// When the template cannot be written out.
pub(crate) fn html(template: &impl Template) -> Answer {
    let text = template.render().map_err(|error| Fault::from(Failure::internal(error)))?;
    Ok(html_response(text))
}

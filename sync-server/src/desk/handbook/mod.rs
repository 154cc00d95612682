//! What the centre tells offices: notices, catalogue, letter templates, roster, profiles. Written, looked at, published.

pub(super) mod index;
pub(super) mod notice;
pub(super) mod profile;
pub(super) mod text;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use desk_kit::Halt;
use letter_print::{Finish, Letter, Office as Letterhead, Paper};
use office_handbook::Letterhead as Written;
use office_model::Office;
use serde::Deserialize;

use super::page::{Answer, Fault};
use super::visitor::Visitor;
use crate::Failure;

/// What a page is to say first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    kata: String,
}

impl Said {
    /// Something was just published.
    fn is_published(&self) -> bool {
        self.kata == "terbit"
    }

    /// A notice was just withdrawn.
    fn is_withdrawn(&self) -> bool {
        self.kata == "ditarik"
    }
}

/// Refuses who only looks.
fn may_publish(visitor: &Visitor) -> Result<(), Halt> {
    if visitor.session.role.may_change() { Ok(()) } else { Err(Fault::not_for_role().into()) }
}

/// A letter about nobody, in the browser.
fn shown(letter: &Letter) -> Answer {
    let bytes = letter.to_pdf(Paper::default(), &Finish::Draft).map_err(Failure::internal).map_err(Fault::from)?;
    Ok(pdf(bytes))
}

fn pdf(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"contoh.pdf\""),
    ];
    (headers, bytes).into_response()
}

/// An office as its letters name it.
fn letterhead(office: &Office, written: &Written) -> Letterhead {
    Letterhead {
        kind: office.kind,
        name: office.name.clone(),
        district: office.district.as_ref().map_or_else(String::new, |district| district.name.clone()),
        regency: "Banyuwangi".to_owned(),
        address: written.address.clone(),
        phone: written.phone.clone(),
        postal_code: written.postal_code.clone(),
    }
}

//! A new machine: a code for an office, on a sheet that is shown once.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use desk_kit::{Form, Halt, go, moments};
use office_model::OfficeCode;
use qrcode::{Color, QrCode};
use serde_json::Value;

use super::list::{ADDRESS, office_name};
use super::must_operate;
use super::texts::{Texts, Worded as _};
use crate::act::Act;
use crate::desk::fresh;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::serve::Hub;
use crate::{Failure, admin, clock};

/// Longest address of the hub, in bytes.
const ADDRESS_MAX: usize = 200;
/// Sheets that wait to be shown: each is asked for at once, or never.
const SHEETS: usize = 16;

/// Sheets that were made and not shown yet. Each is shown once: asked for again, it is gone, and going back makes no second code.
#[derive(Default)]
pub(in crate::desk) struct Sheets(Mutex<Vec<Sheet>>);

struct Sheet {
    id: String,
    /// The account that made it.
    by: String,
    offered: Value,
    address: String,
}

impl Sheets {
    fn put(&self, sheet: Sheet) {
        let mut sheets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sheets.len() >= SHEETS {
            sheets.remove(0);
        }
        sheets.push(sheet);
    }

    fn take(&self, by: &str, id: &str) -> Option<Sheet> {
        let mut sheets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = sheets.iter().position(|sheet| sheet.id == id && sheet.by == by)?;
        Some(sheets.remove(place))
    }
}

#[derive(Template)]
#[template(path = "device/sheet.html")]
struct SheetPage {
    page: Page,
    d: &'static Texts,
    office: String,
    office_code: String,
    code: String,
    /// Markup of our own.
    qr: String,
    command: String,
    until: String,
}

pub(super) async fn enrol(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    must_operate(&visitor)?;
    let office: OfficeCode = form.get("kantor").parse().map_err(|_| Fault::no_office())?;
    let address = address_of(form.get("alamat"))?;
    let kept = address.clone();
    hub.writer.run(move |replica| replica.set_setting(ADDRESS, kept.as_bytes())).await.map_err(Fault::from)?;
    let act = Act::Enrol { office, hours: hub.settings.code_hours, by: visitor.session.name.clone() };
    let offered = admin::perform(act, &hub).await.map_err(Fault::from)?;
    lead(&visitor, &hub, offered, address)
}

/// A sheet was lost: its code is to be good no longer.
pub(super) async fn cancel(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    must_operate(&visitor)?;
    let office: OfficeCode = form.get("kantor").parse().map_err(|_| Fault::no_office())?;
    let offered_millis = form.get("dibuat").parse().ok();
    let act = Act::CancelCodes { office, offered_millis, by: visitor.session.name.clone() };
    admin::perform(act, &hub).await.map_err(Fault::from)?;
    Ok(go("/perangkat#kode-terbuka"))
}

/// Leads to the sheet of a code that was just offered.
pub(super) fn lead(visitor: &Visitor, hub: &Hub, offered: Value, address: String) -> Answer {
    let id = HEXLOWER.encode(&clock::random::<16>().map_err(Fault::from)?);
    let by = visitor.session.name.clone();
    hub.desk.sheets.put(Sheet { id: id.clone(), by, offered, address });
    Ok(go(&format!("/perangkat/lembar/{id}")))
}

/// The sheet, once.
pub(super) async fn sheet(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    must_operate(&visitor)?;
    let sheet = hub.desk.sheets.take(&visitor.session.name, &id).ok_or_else(Fault::sheet_gone)?;
    let Sheet { offered, address, .. } = sheet;
    let word = |key: &str| offered.get(key).and_then(Value::as_str).unwrap_or_default();
    let office: OfficeCode = word("office").parse().map_err(|_| Fault::no_office())?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let d = visitor.session.language.texts();
    let code = word("code").to_owned();
    let until = offered.get("expires_millis").and_then(Value::as_i64).map(moments::long);
    html(&SheetPage {
        office: office_name(&regency, office),
        office_code: office.to_string(),
        qr: picture(&code).map_err(Fault::from)?,
        command: format!("village-node enrol --hub {address} --code {code}"),
        until: until.unwrap_or_default(),
        code,
        d,
        // Its own address shows nothing a second time.
        page: Page { at: "/perangkat".to_owned(), ..Page::of(&visitor.session, "devices", d.sheet) },
    })
}

/// Where the machine calls: typed by an operator, and part of a command that a clerk copies.
fn address_of(typed: &str) -> Result<String, Halt> {
    let typed = typed.trim().trim_end_matches('/');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    let host = typed.strip_prefix("https://").filter(|host| !host.is_empty() && host.bytes().all(is_plain));
    match host.filter(|_| typed.len() <= ADDRESS_MAX) {
        Some(host) => Ok(format!("https://{host}")),
        None => Err(Fault::from(
            Failure::input(
                "the hub's address is not of the form https://host:port",
                "write it as the offices reach it, such as https://sync.example.go.id:8217",
            )
            .id(
                "alamat pusat tidak berbentuk https://nama:port",
                "tulis seperti yang dijangkau kantor, misalnya https://sync.example.go.id:8217",
            ),
        )
        .into()),
    }
}

/// A QR code with its quiet zone, as SVG.
fn picture(text: &str) -> Result<String, Failure> {
    let code = QrCode::new(text).map_err(Failure::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (index, color) in code.into_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", index % width + 4, index / width + 4);
        }
    }
    let side = width + 8;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" aria-hidden=\"true\"><path class=\"paper\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_plain_one() {
        for good in ["https://10.0.0.5:8217", " https://sync.example.go.id/ ", "https://[::1]:8217"] {
            assert!(address_of(good).is_ok(), "{good}");
        }
        for bad in ["http://x", "https://", "https://x/y", "https://x; rm -rf ~", "https://x$(y)", "x", ""] {
            assert!(address_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_drawn_with_a_quiet_zone() {
        let svg = picture("04AB2-CDEFG").unwrap();
        assert!(svg.contains("viewBox=\"0 0 29 29\"") && svg.contains("M4 4h1v1h-1z"), "{svg}");
    }
}

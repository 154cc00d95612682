//! `GET /l/{seal}`: the page behind a letter's QR code. It says what the seal says, and that is what the paper shows; without
//! a right seal it says nothing of anything. The address holds a name, so it is never logged.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use office_model::calendar::{long_date, wib_date};
use tokio::time::timeout;

use super::Hub;
use crate::letter_check::{self, AtHub, SealedBy, Since, Unproven, Verdict};

/// Looking a record up takes a moment; whoever waits longer than this is told to come back.
const PATIENCE: Duration = Duration::from_secs(3);
const STYLE: &str = include_str!("../../assets/letter.css");
/// Nothing but its own style sheet: no script, no frame, no form, no other host.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A text in Indonesian and in English.
struct Said {
    id: String,
    en: String,
}

impl Said {
    fn new(id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { id: id.into(), en: en.into() }
    }
}

/// A line of the paper.
struct Line {
    label: &'static str,
    label_en: &'static str,
    value: Said,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    /// `good`, `doubt` or `bad`.
    tone: &'static str,
    title: Said,
    advice: Said,
    lines: Vec<Line>,
    notes: Vec<Said>,
}

/// No seal at all.
pub(super) async fn nothing() -> Response {
    unproven(Unproven::Unreadable)
}

/// The page's style sheet.
pub(super) async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, [(header::X_CONTENT_TYPE_OPTIONS, "nosniff")], STYLE)
}

pub(super) async fn page(State(hub): State<Arc<Hub>>, Path(seal): Path<String>) -> Response {
    let sealed = match letter_check::check(&seal, &hub.identity.key.verifying_key()) {
        Ok(sealed) => sealed,
        Err(why) => return unproven(why),
    };
    // Whoever holds one letter could ask for it all day: offices that exchange must not wait for that.
    let looked = timeout(PATIENCE, async {
        let _place = hub.checks.acquire().await.ok()?;
        hub.readers
            .with(move |reader| {
                let since = sealed.since(reader);
                let office = sealed.office_name(reader);
                since.map(|since| (sealed, since, office))
            })
            .await
            .ok()
    });
    match looked.await {
        Ok(Some(Ok((sealed, since, office)))) => respond(StatusCode::OK, &proven(&sealed, &since, office)),
        Ok(Some(Err(error))) => {
            tracing::error!(%error, "a letter could not be looked up");
            respond(StatusCode::SERVICE_UNAVAILABLE, &later())
        }
        Ok(None) | Err(_) => respond(StatusCode::SERVICE_UNAVAILABLE, &later()),
    }
}

fn proven(sealed: &SealedBy, since: &Since, office: String) -> LetterPage {
    let day = since.revoked_millis.and_then(wib_date);
    let (tone, title, advice) = verdict(since.verdict(), day);
    LetterPage { tone, title, advice, lines: lines(sealed, since, office), notes: notes(since, day) }
}

fn verdict(verdict: Verdict, revoked: Option<NaiveDate>) -> (&'static str, Said, Said) {
    match verdict {
        Verdict::Genuine => (
            "good",
            Said::new("Segel surat ini asli", "The seal of this letter is genuine"),
            Said::new(
                "Bandingkan surat di tangan Anda dengan isian di bawah ini. Bila satu saja berbeda, surat itu bukan surat \
                 yang disegel kantor ini. Isi surat selebihnya tidak tercatat dalam segel.",
                "Compare the letter in your hand with the lines below. If one of them differs, it is not the letter that \
                 this office sealed. What else the letter says is not part of the seal.",
            ),
        ),
        Verdict::Void => (
            "bad",
            Said::new("Surat ini tidak berlaku lagi", "This letter is void"),
            Said::new(
                "Segelnya asli, tetapi suratnya kemudian dibatalkan atau ditolak. Jangan diterima; tanyakan kepada kantor \
                 yang tertulis di bawah ini.",
                "Its seal is genuine, but the letter was cancelled or refused since. Do not accept it; ask the office named \
                 below.",
            ),
        ),
        Verdict::NumberTwice => (
            "doubt",
            Said::new("Nomor surat ini ada pada dua surat", "Two letters have this number"),
            Said::new(
                "Segelnya asli, tetapi kantor itu juga menerbitkan surat lain dengan nomor yang sama. Tanyakan kepada kantor \
                 yang tertulis di bawah ini sebelum menerimanya.",
                "Its seal is genuine, but that office issued another letter with the same number as well. Ask the office named \
                 below before you accept it.",
            ),
        ),
        Verdict::OtherNumber => (
            "doubt",
            Said::new("Nomor surat ini sudah berbeda", "This letter has another number now"),
            Said::new(
                "Segelnya asli, tetapi catatan di pusat memuat nomor lain. Tanyakan kepada kantor yang tertulis di bawah ini \
                 sebelum menerimanya.",
                "Its seal is genuine, but the record at the hub has another number. Ask the office named below before you \
                 accept it.",
            ),
        ),
        Verdict::OtherPaper => (
            "doubt",
            Said::new("Yang ditandatangani berbeda dengan surat ini", "What was signed is another letter than this"),
            Said::new(
                "Segelnya asli, tetapi menurut catatan di pusat nama atau tanggal surat yang ditandatangani lain. Tanyakan kepada \
                 kantor yang tertulis di bawah ini sebelum menerimanya.",
                "Its seal is genuine, but by the record at the hub the letter that was signed has another name or another day. \
                 Ask the office named below before you accept it.",
            ),
        ),
        Verdict::SignedApart => (
            "doubt",
            Said::new("Surat ini ada dalam dua rupa", "There are two papers of this letter"),
            Said::new(
                "Segelnya asli, tetapi berkas yang sama ditandatangani dua kali dengan isi yang berbeda. Tanyakan kepada kantor \
                 yang tertulis di bawah ini sebelum menerimanya.",
                "Its seal is genuine, but the same record was signed twice, and not with the same content. Ask the office named \
                 below before you accept it.",
            ),
        ),
        Verdict::Revoked => {
            let day = revoked.unwrap_or_default();
            (
                "doubt",
                Said::new("Tanyakan dahulu kepada kantornya", "Ask the office first"),
                Said::new(
                    format!(
                        "Segelnya cocok, tetapi komputer yang menyegel surat ini dikeluarkan pada {}. Surat yang disegel \
                         sebelum itu dapat saja benar; pastikan kepada kantor yang tertulis di bawah ini.",
                        long_date(day)
                    ),
                    format!(
                        "The seal fits, but the machine that sealed this letter was shut out on {}. A letter sealed before \
                         may be right; make sure at the office named below.",
                        english_date(day)
                    ),
                ),
            )
        }
    }
}

/// What the paper shows. A line that it leaves out is left out here.
fn lines(sealed: &SealedBy, since: &Since, office: String) -> Vec<Line> {
    let letter = &sealed.letter;
    let same = |text: &str| Said::new(text, "");
    let (service, service_en) = sealed.service_label(since);
    let all = [
        ("Nomor", "Number", same(&letter.number)),
        ("Surat", "Letter", Said::new(service, service_en)),
        ("Nama", "Name", same(&letter.name)),
        ("Tanggal surat", "Date of the letter", Said::new(long_date(letter.date), english_date(letter.date))),
        ("Kantor", "Office", Said::new(office, "")),
        ("Penanda tangan", "Signed by", same(&letter.signer)),
    ];
    let told = all.into_iter().filter(|(_, _, value)| !value.id.is_empty());
    told.map(|(label, label_en, value)| Line { label, label_en, value }).collect()
}

/// Yes and no of this very letter.
fn notes(since: &Since, revoked: Option<NaiveDate>) -> Vec<Said> {
    let mut notes = vec![match since.at_hub {
        AtHub::Nothing => Said::new(
            "Catatan surat ini belum sampai ke pusat; segelnya tetap dapat diperiksa.",
            "The record of this letter has not reached the hub yet; its seal can be checked all the same.",
        ),
        AtHub::Same => Said::new(
            "Pusat memegang catatan surat ini dengan nomor yang sama, dan suratnya tidak dibatalkan.",
            "The hub holds the record of this letter with the same number, and the letter is not cancelled.",
        ),
        AtHub::Twice => Said::new(
            "Pusat memegang catatan surat ini, dan satu surat lain dengan nomor yang sama.",
            "The hub holds the record of this letter, and another letter with the same number.",
        ),
        AtHub::OtherNumber => Said::new(
            "Pusat memegang catatan surat ini dengan nomor lain.",
            "The hub holds the record of this letter with another number.",
        ),
        AtHub::OtherPaper => Said::new(
            "Pusat memegang catatan surat ini; yang ditandatangani menurut catatan itu lain.",
            "The hub holds the record of this letter; what was signed by that is another one.",
        ),
        AtHub::SignedApart => Said::new(
            "Pusat memegang catatan surat ini, yang ditandatangani dua kali.",
            "The hub holds the record of this letter, which was signed twice.",
        ),
        AtHub::Void => Said::new(
            "Pusat memegang catatan surat ini: dibatalkan atau ditolak.",
            "The hub holds the record of this letter: cancelled or refused.",
        ),
    }];
    if let Some(day) = revoked {
        let (id, en) = (long_date(day), english_date(day));
        notes.push(if since.is_vouched {
            Said::new(
                format!("Komputer yang menyegelnya tidak dipakai lagi sejak {id}; surat ini sudah tercatat di pusat sebelum itu."),
                format!("The machine that sealed it is out of use since {en}; the hub had this letter before that."),
            )
        } else {
            Said::new(
                format!("Komputer yang menyegelnya dikeluarkan pada {id}."),
                format!("The machine that sealed it was shut out on {en}."),
            )
        });
    }
    notes
}

fn english_date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

fn unproven(why: Unproven) -> Response {
    let (title, advice) = match why {
        Unproven::Unreadable => (
            Said::new("Kode ini bukan segel surat", "This code is no seal of a letter"),
            Said::new(
                "Mungkin kodenya tidak terbaca utuh. Pindai lagi dari kertasnya. Bila tetap begini, tanyakan kepada kantor \
                 yang menerbitkan surat itu sebelum menerimanya.",
                "It may not have been read whole. Scan it again from the paper. If this comes again, ask the office that \
                 issued the letter before you accept it.",
            ),
        ),
        Unproven::NotGenuine => (
            Said::new("Segel ini TIDAK asli", "This seal is NOT genuine"),
            Said::new(
                "Tidak satu pun kantor yang terdaftar di sini membuat segel ini. Jangan terima suratnya; tanyakan kepada kantor \
                 yang namanya tertulis di surat itu.",
                "No office that is registered here made this seal. Do not accept the letter; ask the office whose name it \
                 bears.",
            ),
        ),
    };
    let page = LetterPage { tone: "bad", title, advice, lines: Vec::new(), notes: Vec::new() };
    respond(StatusCode::NOT_FOUND, &page)
}

fn later() -> LetterPage {
    LetterPage {
        tone: "doubt",
        title: Said::new("Belum dapat diperiksa", "It cannot be checked just now"),
        advice: Said::new(
            "Server pusat sedang sibuk. Muat ulang halaman ini sebentar lagi.",
            "The hub is busy. Load this page again in a moment.",
        ),
        lines: Vec::new(),
        notes: Vec::new(),
    }
}

fn respond(status: StatusCode, page: &LetterPage) -> Response {
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-robots-tag"), "noindex, noarchive"),
    ];
    (status, headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_seal_cannot_become_markup() {
        let lines = vec![Line { label: "Nama", label_en: "Name", value: Said::new("<script>\"&'", "<b>") }];
        let page = LetterPage { lines, ..later() };
        let html = page.render().unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let html = later().render().unwrap();
        assert!(!html.contains("://") && !html.contains("style=") && !html.contains("<script"), "{html}");
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}

//! The clerk's desk: the pages of this machine's `serve`, which work with no link at all.
//!
//! Every page works without script; `assets/desk.js` only adds to it. What the hub's desk needs as well lives in the crate
//! `desk-kit`: sessions, secrets, forms, headers, languages, the style sheet. What belongs where:
//!
//! | file | what |
//! | --- | --- |
//! | `page`, `visitor`, `sessions` | the frame around a page; who asks for it; who is signed in |
//! | `texts`, `language`, `shown` | what people read, in both languages |
//! | `bar`, `day` | the state bar; the link's last 24 hours |
//! | `form/` | a form of the catalogue: what is asked, what was typed, what a draft keeps, what is wrong with it |
//! | `drafts`, `saved`, `carried` | forms that are not finished; those that became records; those that somebody sent who was signed out meanwhile |
//! | `attachments`, `multipart` | the attached files of a record; the form that brings one |
//! | `sign_in`, `home`, `records`, `record`, `edit`, `new_record`, `divergences`, `register` (with `book`, its files), `link`, `accounts` (with `applications`), `trail`, `own_account`, `office` (with `network`, the other PCs), `queue`, `help` | one page each, beside its template in `templates/` |

mod accounts;
mod applications;
mod assets;
mod attachments;
mod bar;
mod book;
mod carried;
mod day;
mod divergences;
mod drafts;
mod edit;
mod form;
mod help;
mod history;
mod home;
mod language;
mod link;
mod multipart;
mod network;
mod new_record;
mod office;
mod own_account;
mod page;
pub(crate) mod queue;
mod record;
mod records;
mod referrals;
mod register;
mod saved;
pub(crate) mod secret;
pub(crate) mod sessions;
mod shown;
pub(crate) mod sign_in;
mod texts;
mod trail;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use desk_kit::moments;

use crate::serve::Shared;

pub(crate) use link::Syncing;
pub(crate) use page::fault_page;

/// Longest form.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// All pages.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(home::page))
        .route("/masuk", get(sign_in::page).post(sign_in::enter))
        .route("/masuk/pertama", get(sign_in::first_page).post(sign_in::make_first))
        .route("/keluar", post(sign_in::leave))
        .route("/kunci", get(sign_in::locked_page).post(sign_in::unlock))
        .route("/kunci/sekarang", post(sign_in::lock))
        .route("/bahasa", post(sign_in::switch_language))
        .route("/bilah", get(home::bar))
        .route("/berkas", get(records::page))
        .route("/berkas/{id}", get(record::page))
        .route("/berkas/{id}/langkah", get(record::back).post(record::step))
        .route("/berkas/{id}/rujukan", get(record::back).post(referrals::refer))
        .route("/berkas/{id}/jawaban", get(record::back).post(referrals::answer))
        .route("/berkas/{id}/ubah", get(edit::page).post(edit::save))
        .route("/berkas/{id}/ubah/periksa", post(edit::check))
        .route("/berkas/{id}/ubah/draf", post(edit::keep))
        .route("/berkas/{id}/antrean", get(queue::slip))
        .route("/berkas/{id}/surat.pdf", get(record::letter))
        .route("/berkas/{id}/nomor", post(register::give))
        .route(
            "/berkas/{id}/lampiran",
            get(record::back).post(attachments::add).layer(DefaultBodyLimit::max(crate::serve::api::BODY_BYTES_MAX)),
        )
        .route("/berkas/{id}/lampiran/{hash}", get(attachments::view))
        .route("/berkas/{id}/lampiran/{hash}/lepas", post(attachments::remove))
        .route("/nomor", get(register::page))
        .route("/nomor/buku", get(book::file))
        .route("/berkas/{id}/putuskan", post(divergences::settle))
        .route("/baru", get(new_record::services))
        .route("/baru/{service}", get(new_record::page).post(new_record::save))
        .route("/baru/{service}/periksa", post(new_record::check))
        .route("/baru/{service}/bintang", post(new_record::favourite))
        .route("/baru/{service}/draf", post(new_record::keep))
        .route("/draf/{id}/buang", post(drafts::throw_away))
        .route("/warga", get(new_record::citizens))
        .route("/perbedaan", get(divergences::page))
        .route("/sinkron", get(link::page).post(link::begin))
        .route("/sinkron/kemajuan", get(link::progress))
        .route("/akun", get(accounts::page).post(accounts::add))
        .route("/akun/aplikasi", post(applications::add))
        .route("/akun/aplikasi/{name}/cabut", post(applications::revoke))
        .route("/akun/jejak", get(trail::page))
        .route("/akun/jejak/berkas", get(trail::file))
        .route("/akun/saya", get(own_account::page).post(own_account::change))
        .route("/akun/{name}/sandi", get(accounts::back).post(accounts::new_secret))
        .route("/akun/{name}/tutup", post(accounts::disable))
        .route("/akun/{name}/buka", post(accounts::open_again))
        .route("/kantor", get(office::page).post(office::save))
        .route("/jaringan/sertifikat.crt", get(network::certificate))
        .route("/bantuan", get(help::page))
        .route("/aset/{file}", get(assets::file))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

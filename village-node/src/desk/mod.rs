//! The clerk's desk: the pages of this machine's `serve`, which work with no link at all.
//!
//! Every page works without script; the modules in `assets/` only add to it, each of them one thing. What the hub's desk needs as well lives in the crate
//! `desk-kit`: sessions, secrets, forms, headers, languages, the style sheet. What belongs where:
//!
//! | folder | what |
//! | --- | --- |
//! | `frame/` | the frame around a page with its state bar, and what people read in both languages |
//! | `people/` | who is there: signing in, sessions, accounts, applications, the audit trail |
//! | `lists/` | the first page, the list of records, the register of letter numbers and its files |
//! | `record/` | one record: its page, history, attached files, referrals, differences, its number in the queue |
//! | `form/` | the choice of a service; a form of the catalogue: what is asked, typed and wrong with it; citizens known from before; a new record, an edit; drafts, and what became of them |
//! | `office/` | the office: its profile, its other PCs, its link to the hub |
//!
//! Each page has its template in `templates/`.

mod form;
mod frame;
mod lists;
mod office;
pub(crate) mod people;
pub(crate) mod record;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use desk_kit::moments;

use crate::serve::Shared;

pub use frame::assets::desk_assets;
pub(crate) use frame::bar::how_long;
pub(crate) use frame::fault::inside as fault_inside;
pub(crate) use frame::language::Worded;
pub(crate) use frame::page::{fault_page, how_to_manage};
pub(crate) use office::link::Syncing;

/// Longest form.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// All pages.
pub(crate) fn router() -> Router<Arc<Shared>> {
    let with_file = DefaultBodyLimit::max(crate::serve::api::BODY_BYTES_MAX);
    Router::new()
        .route("/", get(lists::home::page))
        .route("/masuk", get(people::sign_in::page).post(people::sign_in::enter))
        .route("/masuk/pertama", get(people::sign_in::first_page).post(people::sign_in::make_first))
        .route("/keluar", post(people::sign_in::leave))
        .route("/kunci", get(people::sign_in::locked_page).post(people::sign_in::unlock))
        .route("/kunci/sekarang", post(people::sign_in::lock))
        .route("/bahasa", post(people::sign_in::switch_language))
        .route("/bilah", get(lists::home::bar))
        .route("/berkas", get(lists::records::page))
        .route("/berkas/{id}", get(record::page::page))
        .route("/berkas/{id}/langkah", get(record::page::back).post(record::page::step))
        .route("/berkas/{id}/rujukan", get(record::page::back).post(record::referrals::refer))
        .route("/berkas/{id}/jawaban", get(record::page::back).post(record::referrals::answer))
        .route("/berkas/{id}/ubah", get(form::edit::page).post(form::edit::save))
        .route("/berkas/{id}/ubah/periksa", post(form::edit::check))
        .route("/berkas/{id}/ubah/draf", post(form::edit::keep))
        .route("/berkas/{id}/ubah/buang", get(record::page::back).post(form::edit::leave))
        .route("/berkas/{id}/antrean", get(record::queue::slip))
        .route("/berkas/{id}/surat.pdf", get(record::page::letter))
        .route("/berkas/{id}/nomor", get(record::page::back).post(lists::register::give))
        .route("/berkas/{id}/lampiran", get(record::page::back).post(record::attachments::add).layer(with_file))
        .route("/berkas/{id}/lampiran/tempat", get(record::attachments::places))
        .route("/berkas/{id}/lampiran/{hash}", get(record::attachments::view))
        .route("/berkas/{id}/lampiran/{hash}/lepas", post(record::attachments::remove))
        .route("/lampiran/periksa", post(record::attachments::examine).layer(with_file))
        .route("/nomor", get(lists::register::page))
        .route("/nomor/buku", get(lists::book::file))
        .route("/berkas/{id}/putuskan", post(record::divergences::settle))
        .route("/baru", get(form::services::page))
        .route("/baru/{service}", get(form::new_record::page).post(form::saving::save).layer(with_file))
        .route("/baru/{service}/periksa", post(form::new_record::check))
        .route("/baru/{service}/bintang", post(form::services::favourite))
        .route("/baru/{service}/draf", post(form::new_record::keep).layer(with_file))
        .route("/baru/{service}/lampiran", post(form::draft_files::add).layer(with_file))
        .route("/baru/{service}/lampiran/{hash}/lepas", post(form::draft_files::remove).layer(with_file))
        .route("/draf/{id}/lampiran/{hash}", get(form::draft_files::view))
        .route("/draf", get(form::drafts::all))
        .route("/draf/{id}/buang", get(form::drafts::ask).post(form::drafts::throw_away))
        .route("/warga", get(form::citizens::citizens))
        .route("/perbedaan", get(record::divergences::page))
        .route("/sinkron", get(office::link::page).post(office::link::begin))
        .route("/sinkron/kemajuan", get(office::link::progress))
        .route("/sinkron/jam", post(office::clock::believe))
        .route("/akun", get(people::accounts::page).post(people::accounts::add))
        .route("/akun/aplikasi", get(people::accounts::back).post(people::applications::add))
        .route("/akun/aplikasi/{name}/cabut", post(people::applications::revoke))
        .route("/akun/jejak", get(people::trail::page))
        .route("/akun/jejak/berkas", get(people::trail::file))
        .route("/akun/saya", get(people::own_account::page).post(people::own_account::change))
        .route("/akun/{name}/ubah", get(people::accounts::account_page).post(people::accounts::edit))
        .route("/akun/{name}/sandi", get(people::accounts::back).post(people::accounts::new_secret))
        .route("/akun/{name}/tutup", post(people::accounts::disable))
        .route("/akun/{name}/buka", post(people::accounts::open_again))
        .route("/kantor", get(office::profile::page).post(office::profile::save))
        .route("/jaringan/sertifikat.crt", get(office::network::certificate))
        .route("/bantuan", get(frame::help::page))
        .route("/aset/{file}", get(frame::assets::file))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

//! The operator's desk: the hub's pages for the people who run it.
//!
//! Every page works without script; `assets/hub.js` only keeps what is shown fresh. What belongs where:
//!
//! | file | what |
//! | --- | --- |
//! | `guard`, `visitor`, `page` | which requests come near; who asks; the frame around a page |
//! | `sign_in`, `home`, `office`, `nights`, `night`, `alarms`, `trail` | one page each, beside its template in `templates/` |
//! | `night_parts` | what a page of a night shows below its offices |
//! | `device` | the pages about machines |
//! | `find` | finding, reading, counting and taking away records; what waits for people |
//! | `handbook/` | what the centre tells offices: written, looked at, published |
//! | `draft` | what was typed and is looked at before it is published |
//! | `fresh`, `stream` | what is known of the regency, read at most once a second; word to browsers that it changed |
//! | `map`, `chart`, `shown`, `amount`, `subject` | pictures and words for what is shown |
//! | `unknown` | what an address asks for and nobody knows |
//! | `texts` | what people read, in both languages |

mod alarms;
mod amount;
mod assets;
mod carried;
mod chart;
mod device;
mod draft;
mod faults;
mod find;
mod fresh;
mod guard;
mod handbook;
mod home;
mod map;
mod night;
mod night_parts;
mod nights;
mod office;
mod page;
mod shown;
mod sign_in;
mod stream;
mod subject;
mod texts;
mod trail;
mod unknown;
mod visitor;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use desk_kit::{Guesses, Sessions, Turns};
use tokio::sync::Semaphore;

use crate::serve::Hub;
use crate::settings::Settings;
use draft::Drafts;
pub(crate) use faults::nowhere;
use fresh::Fresh;
pub(crate) use fresh::regency;
pub(crate) use shown::masked_name;
pub(crate) use visitor::Peer;
use visitor::Who;

/// Longest form, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Wrong guesses at one account before a pause,
const FREE_GUESSES: u32 = 4;
/// and from one address, at whatever accounts.
const FREE_OF_AN_ADDRESS: u32 = 12;
/// Passwords that are looked at together: each takes a core and 19 MiB for a while.
const GUESSES_TOGETHER: usize = 2;
/// Browsers that are kept fresh together.
const STREAMS: usize = 64;

/// What the desk keeps in memory.
pub(crate) struct Desk {
    sessions: Sessions<Who>,
    at_accounts: Guesses<String>,
    from_addresses: Guesses<IpAddr>,
    turns: Turns<IpAddr>,
    streams: Arc<Semaphore>,
    fresh: Fresh,
    drafts: Drafts,
    /// How often viewers may search.
    searches: find::Allowance,
    /// Sheets that were made and not shown yet.
    sheets: device::Sheets,
    /// The names this hub is asked for under, beside addresses.
    names: Vec<String>,
}

impl Desk {
    /// A desk that nobody is signed in to.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            sessions: Sessions::default(),
            at_accounts: Guesses::new(FREE_GUESSES),
            from_addresses: Guesses::new(FREE_OF_AN_ADDRESS),
            turns: Turns::new(GUESSES_TOGETHER),
            streams: Arc::new(Semaphore::new(STREAMS)),
            fresh: Fresh::default(),
            drafts: Drafts::default(),
            searches: find::Allowance::default(),
            sheets: device::Sheets::default(),
            names: settings.own_names(),
        }
    }
}

/// Where a whole catalogue is sent, or goes along to the sign-in: in quotes there, so it is longer.
fn long_text() -> DefaultBodyLimit {
    DefaultBodyLimit::max(2 * handbook::text::BODY_BYTES_MAX)
}

/// All pages.
pub(crate) fn router(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    Router::new()
        .route("/", get(home::page))
        .route("/masuk", get(sign_in::page).post(sign_in::enter).layer(long_text()))
        .route("/keluar", post(sign_in::leave))
        .route("/kunci", get(sign_in::locked_page).post(sign_in::unlock).layer(long_text()))
        .route("/kunci/sekarang", post(sign_in::lock))
        .route("/bahasa", post(sign_in::switch_language))
        .route("/kantor/{code}", get(office::page))
        .merge(device::routes())
        .merge(find::routes())
        .route("/alarm", get(alarms::page))
        .route("/malam", get(nights::page))
        .route("/malam/{night}", get(night::page))
        .route("/pedoman", get(handbook::index::page))
        .route("/pedoman/pemberitahuan", get(handbook::notice::page).post(handbook::notice::save))
        .route("/pedoman/pemberitahuan/{number}/tarik", get(handbook::notice::confirm).post(handbook::notice::withdraw))
        .route("/pedoman/kantor/{code}", get(handbook::profile::page).post(handbook::profile::save))
        .route("/pedoman/kantor/{code}/contoh", post(handbook::profile::example))
        .route("/pedoman/teks/{topic}", get(handbook::text::page).post(handbook::text::save).layer(long_text()))
        .route("/pedoman/surat/contoh", post(handbook::text::example).layer(long_text()))
        .route("/jejak", get(trail::page))
        .route("/arus", get(stream::stream))
        .route("/hadir", get(visitor::here))
        .route("/aset/{file}", get(assets::file))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .route_layer(middleware::from_fn_with_state(Arc::clone(hub), carried::kept))
        // Of the desk's own pages alone: what nobody knows is not found, as before there was a desk.
        .route_layer(middleware::from_fn_with_state(Arc::clone(hub), guard::site))
        .layer(middleware::from_fn(faults::said))
        .layer(middleware::from_fn(desk_kit::safe))
}

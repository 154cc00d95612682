//! Records as a file. It is written whole before it is sent: a slow link must not hold the database's journal.

use std::io::{BufWriter, Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use desk_kit::Form;
use futures_util::stream;
use office_model::Bilingual;
use office_model::calendar::wib_date;
use replica_store::Reader;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::filter::Asked;
use super::texts::{EN, ID};
use crate::act::Act;
use crate::desk::fresh;
use crate::desk::page::{Answer, Fault};
use crate::desk::visitor::Visitor;
use crate::export::{self, Format, Wanted};
use crate::serve::Hub;
use crate::{Failure, clock};

/// So much of a file is read at once.
const PIECE: usize = 64 * 1024;
/// So many files are made at the same time: pages need the disk, too.
const TOGETHER: usize = 2;

/// So many files are on their way at the same time: each takes room on the disk until it is taken.
const ON_THEIR_WAY: usize = 8;
/// One that nobody takes for so long is let go.
const STALLED: Duration = Duration::from_secs(120);

static MAKING: Semaphore = Semaphore::const_new(TOGETHER);
static SENDING: Semaphore = Semaphore::const_new(ON_THEIR_WAY);

pub(super) async fn file(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let mut asked = Asked::of(|name| form.get(name)).known_to(&regency);
    let format: Option<Format> = form.get("bentuk").parse().ok();
    if format.is_none() {
        asked.wrong.push(Bilingual::new("Bentuk: csv, xlsx, atau jsonl.", "Form: csv, xlsx or jsonl."));
    }
    if let Some(seconds) = super::must_wait(&visitor, &hub).await? {
        return Err(Fault::too_often((ID.too_many_files, EN.too_many_files), seconds).into());
    }
    // Nobody takes more away than was asked for.
    let (Some(filter), Some(format)) = (asked.filter(visitor.session.role), format) else {
        return Err(Fault::nothing_taken(&asked.wrong).into());
    };
    let is_whole = visitor.session.role.sees_personal_data() && !form.get("lengkap").is_empty();
    let words = Some(asked.words).filter(|words| !words.is_empty());
    let wanted = Wanted { filter, words, is_whole };
    // Noted first: nobody takes it unnoted.
    let (by, subject) = (visitor.session.name.clone(), wanted.subject(format));
    hub.writer.act(Act::Note { by, act: "export".to_owned(), subject }).await.map_err(Fault::from)?;
    let place = SENDING.try_acquire().map_err(|_| Fault::from(busy()))?;
    let _making = MAKING.acquire().await.map_err(|error| Fault::from(Failure::internal(error)))?;
    let dir = hub.readers.dir().to_owned();
    let now = clock::now_millis();
    let made = tokio::task::spawn_blocking(move || -> Result<std::fs::File, Failure> {
        // A reader of its own: the others are for pages and exchanges.
        let reader = Reader::open(&dir)?;
        let file = tempfile::tempfile_in(&dir).map_err(|error| Failure::file(&dir, &error))?;
        let mut out = BufWriter::new(file);
        export::write(&reader, &wanted, format, wib_date(now).unwrap_or_default(), &mut out)?;
        let mut file = out.into_inner().map_err(|error| Failure::file(&dir, error.error()))?;
        file.seek(SeekFrom::Start(0)).map_err(|error| Failure::file(&dir, &error))?;
        Ok(file)
    });
    let file = made.await.map_err(|error| Fault::from(Failure::internal(error)))?.map_err(Fault::from)?;
    let day = wib_date(now).unwrap_or_default();
    let name = format!("attachment; filename=\"berkas-{day}.{}\"", format.extension());
    let mut response = Response::new(Outgoing::new(file, place).body());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn busy() -> Failure {
    Failure::state(
        "too many files are being taken at this moment",
        "wait until one of them has arrived, then try again",
    )
    .id("terlalu banyak berkas sedang diunduh saat ini", "tunggu sampai salah satunya selesai, lalu ulangi")
}

/// A file on its way, with its place among them.
struct Outgoing(Mutex<Option<Sending>>);

struct Sending {
    file: std::fs::File,
    moved: Instant,
    _place: SemaphorePermit<'static>,
}

impl Outgoing {
    fn new(file: std::fs::File, place: SemaphorePermit<'static>) -> Arc<Self> {
        let outgoing = Arc::new(Self(Mutex::new(Some(Sending { file, moved: Instant::now(), _place: place }))));
        // Who takes nothing asks for nothing: somebody else has to look.
        let watched = Arc::downgrade(&outgoing);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(STALLED / 4).await;
                let Some(outgoing) = watched.upgrade() else { return };
                let mut sending = outgoing.0.lock().unwrap_or_else(PoisonError::into_inner);
                if sending.as_ref().is_none_or(|sending| sending.moved.elapsed() >= STALLED) {
                    *sending = None;
                    return;
                }
            }
        });
        outgoing
    }

    /// The next piece; empty at the end.
    fn piece(&self) -> std::io::Result<Bytes> {
        let mut sending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Sending { file, moved, .. }) = &mut *sending else {
            return Err(std::io::Error::other("nobody took the file for too long"));
        };
        *moved = Instant::now();
        let mut piece = vec![0; PIECE];
        let count = file.read(&mut piece)?;
        piece.truncate(count);
        if piece.is_empty() {
            *sending = None;
        }
        Ok(Bytes::from(piece))
    }

    /// As a body, read as fast as it is taken.
    fn body(self: Arc<Self>) -> Body {
        Body::from_stream(stream::unfold(Some(self), async |outgoing| {
            let outgoing = outgoing?;
            let reading = Arc::clone(&outgoing);
            match tokio::task::spawn_blocking(move || reading.piece()).await {
                Ok(Ok(piece)) if piece.is_empty() => None,
                Ok(Ok(piece)) => Some((Ok(piece), Some(outgoing))),
                // A body that breaks off shows as a failed download.
                Ok(Err(error)) => Some((Err(error), None)),
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_that_nobody_takes_gives_its_place_back() {
        let free = SENDING.available_permits();
        let file = || tempfile::tempfile().unwrap();
        let outgoing = Outgoing::new(file(), SENDING.try_acquire().unwrap());
        assert_eq!(SENDING.available_permits(), free - 1);
        assert!(outgoing.piece().unwrap().is_empty());
        assert_eq!(SENDING.available_permits(), free, "at its end");
        let left = Outgoing::new(file(), SENDING.try_acquire().unwrap());
        drop(left);
        assert_eq!(SENDING.available_permits(), free, "with its reader");
        let stalled = Outgoing::new(file(), SENDING.try_acquire().unwrap());
        stalled.0.lock().unwrap().as_mut().unwrap().moved = Instant::now().checked_sub(STALLED).unwrap();
        tokio::time::sleep(STALLED).await;
        assert_eq!(SENDING.available_permits(), free, "while its reader takes nothing");
        assert!(stalled.piece().is_err());
    }
}

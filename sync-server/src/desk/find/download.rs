//! Records as a file. It is written whole before it is sent: a slow link must not hold the database's journal.

use std::io::{BufWriter, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use desk_kit::Form;
use futures_util::stream;
use office_model::Bilingual;
use office_model::calendar::wib_date;
use replica_store::Reader;

use super::filter::Asked;
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

static MAKING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(TOGETHER);

pub(super) async fn file(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let mut asked = Asked::of(|name| form.get(name)).known_to(&regency);
    let format: Option<Format> = form.get("bentuk").parse().ok();
    if format.is_none() {
        asked.wrong.push(Bilingual::new("Bentuk: csv, xlsx, atau jsonl.", "Form: csv, xlsx or jsonl."));
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
    let _place = MAKING.acquire().await.map_err(|error| Fault::from(Failure::internal(error)))?;
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
    let mut response = Response::new(pieces(file));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A file as a body, read as fast as it is taken.
fn pieces(file: std::fs::File) -> Body {
    Body::from_stream(stream::unfold(Some(file), async |file| {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((Bytes::from(piece), file))
        });
        match read.await {
            Ok(Ok((piece, _))) if piece.is_empty() => None,
            Ok(Ok((piece, file))) => Some((Ok(piece), Some(file))),
            // A body that breaks off shows as a failed download.
            Ok(Err(error)) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    }))
}

//! What is known of the regency, read again only when something changed, and then at most once a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::assets::VERSION;
use crate::regency::Regency;
use crate::serve::Hub;
use crate::{Failure, clock};

/// However much changes: a hub in its night commits many times a second.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// However little: states change by time alone.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);

/// The last reading.
#[derive(Default)]
pub(super) struct Fresh(Mutex<Option<Reading>>);

struct Reading {
    at: Instant,
    /// The writer's round before it was read: what changed later is in a later one.
    round: u64,
    regency: Arc<Regency>,
}

/// The regency as it stands now.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) async fn regency(hub: &Hub) -> Result<Arc<Regency>, Failure> {
    let mut kept = hub.desk.fresh.0.lock().await;
    let round = *hub.writer.rounds().borrow();
    if let Some(reading) = &*kept {
        let age = reading.at.elapsed();
        if age < AT_MOST_EVERY || (reading.round == round && age < AT_LEAST_EVERY) {
            return Ok(Arc::clone(&reading.regency));
        }
    }
    let minute = hub.settings.report_minute;
    let read = hub.readers.with(move |reader| Regency::read(reader, VERSION, minute, clock::now_millis())).await??;
    let regency = Arc::new(read);
    *kept = Some(Reading { at: Instant::now(), round, regency: Arc::clone(&regency) });
    Ok(regency)
}

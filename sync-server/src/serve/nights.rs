//! Nights: each one's report when its time comes, and those that were missed while the hub or its machine was off.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use replica_store::Reader;
use serde_json::Value;
use tokio::sync::{Mutex, oneshot, watch};

use super::Writer;
use crate::alarm::{self, Bell};
use crate::night::report::CheckLine;
use crate::night::{Plan, Report, close, kept};
use crate::settings::Settings;
use crate::{Failure, clock};

/// How often it is looked whether a night's report is due. No longer: timers stand still while a machine sleeps, and clocks
/// are set.
const LOOK: Duration = Duration::from_secs(60);

/// Makes reports, one after the other.
pub(crate) struct Nights {
    dir: PathBuf,
    plan: Plan,
    writer: Writer,
    bell: Arc<Bell>,
    one: Mutex<()>,
    /// Missed nights were looked for since the start.
    caught_up: watch::Sender<bool>,
}

impl Nights {
    pub(super) fn new(dir: PathBuf, settings: &Settings, writer: Writer, bell: Arc<Bell>) -> Result<Self, Failure> {
        Ok(Self {
            plan: Plan::of(settings, &dir)?,
            dir,
            writer,
            bell,
            one: Mutex::new(()),
            caught_up: watch::Sender::new(false),
        })
    }

    /// Makes them all as their time comes.
    pub(super) async fn run(&self) {
        loop {
            if let Err(failure) = self.catch_up().await {
                tracing::error!(%failure, "a night's report could not be made: it is tried again");
            }
            self.caught_up.send_replace(true);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whether the nights that were missed while the hub was off were made up for, as far as that went.
    pub(crate) fn has_caught_up(&self) -> bool {
        *self.caught_up.borrow()
    }

    /// Waits until they are.
    pub(crate) async fn caught_up(&self) {
        // The sender lives as long as this does.
        let _ = self.caught_up.subscribe().wait_for(|done| *done).await;
    }

    /// The missed ones, the oldest first.
    async fn catch_up(&self) -> Result<(), Failure> {
        let minute = self.plan.report_minute;
        let missed = self.read(move |reader| kept::missed(reader, clock::now_millis(), minute)).await?;
        let mut checked = None;
        for date in &missed {
            let kept = self.make(*date, None, checked.take()).await?;
            // What was just checked need not be checked again for each night.
            checked = kept::parse(&kept)?.whole.map(|whole| whole.check);
        }
        Ok(())
    }

    /// The report of a night: the one that was made, else a new one. `early`: who wants it before it is due.
    ///
    /// # Errors
    ///
    /// When it is not due yet, or the database refuses.
    pub(crate) async fn close(&self, date: NaiveDate, early: Option<String>) -> Result<Value, Failure> {
        let now = clock::now_millis();
        if self.read(move |reader| kept::standing(reader, date, now)).await?.is_none() {
            close::is_over(date, early.is_some(), now, self.plan.report_minute)?;
            self.read(move |reader| close::has_been(reader, date)).await?;
        }
        let early = early.filter(|_| now < kept::due_millis(date, self.plan.report_minute));
        let bytes = self.make(date, early, None).await?;
        serde_json::from_slice(&bytes).map_err(Failure::internal)
    }

    async fn make(
        &self,
        date: NaiveDate,
        early: Option<String>,
        checked: Option<CheckLine>,
    ) -> Result<Vec<u8>, Failure> {
        let _one = self.one.lock().await;
        let now = clock::now_millis();
        if let Some(kept) = self.read(move |reader| kept::standing(reader, date, now)).await? {
            return Ok(kept);
        }
        let plan = self.plan.clone();
        let report = self.read(move |reader| close::make(reader, date, &plan, checked, clock::now_millis)).await?;
        let bytes = serde_json::to_vec(&report).map_err(Failure::internal)?;
        let kept = self.writer.run(move |replica| kept::keep(replica, date, bytes, early.as_deref(), now)).await?;
        self.finished(&report).await;
        Ok(kept)
    }

    /// Reads with a reader of its own, on a thread of its own: the pool's readers are for exchanges, and a hub that stops
    /// does not wait for a check of all it holds.
    async fn read<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let dir = self.dir.clone();
        let (tell, told) = oneshot::channel();
        let run = move || {
            let done = Reader::open(&dir).map_err(Failure::from).and_then(|reader| act(&reader));
            // A hub that stops does not wait for it.
            let _ = tell.send(done);
        };
        std::thread::Builder::new().name("night".to_owned()).spawn(run).map_err(Failure::internal)?;
        told.await.map_err(|_| Failure::internal("the night's thread ended before its time"))?
    }

    /// A report was made and is kept: the one place from which it is told on. It is called once for each night; after a
    /// crash between keeping and this, not at all, so whoever must not miss one looks at what is kept.
    async fn finished(&self, report: &Report) {
        let [proven, late, never, shut_out] = ["proven", "late", "never", "shut_out"].map(|state| report.count(state));
        tracing::info!(date = %report.date, proven, late, never, shut_out, "the night's report is made");
        if let Some(whole) = &report.whole {
            if !whole.check.sound {
                tracing::error!(
                    problems = whole.check.problems.len(),
                    "the night's check found damage: sync-server verify"
                );
            }
            if whole.backup.state == "failed" {
                tracing::error!(error = whole.backup.error, "the night's backup was not made");
            }
        }
        if let Err(failure) = self.tell(report).await {
            tracing::error!(%failure, "the night's report is made, but could not be told on");
        }
    }

    /// Alarms hear of check and backup, webhooks of the report.
    async fn tell(&self, report: &Report) -> Result<(), Failure> {
        let notes = close::found(report);
        let now = clock::now_millis();
        let kept = self.writer.run(move |replica| Ok(notes.iter().try_for_each(|one| alarm::note(replica, one, now))));
        kept.await??;
        let told = serde_json::to_value(report).map_err(Failure::internal)?;
        alarm::night_finished(&self.writer, &self.bell, &told).await
    }
}

//! What a hub that serves does about alarms: looks once a minute, keeps what begins and ends, and delivers word of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use replica_store::{Alarm, AlarmChange, Delivery, NewDelivery, Tried};
use serde_json::Value;

use super::changes::{Changes, changes};
use super::event::{self, Told};
use super::findings::{Finding, Limits, findings};
use super::outbox::{self, tried};
use super::silence::Watch;
use super::{Bell, Channel, Incident, Kind, facts};
use crate::serve::{Hub, Writer};
use crate::{Failure, clock, init};

/// So long the first look waits for missed nights.
const CATCHING_UP: Duration = Duration::from_secs(10);
/// How often it is looked. No longer: timers stand still while a machine sleeps, and clocks are set.
const LOOK: Duration = Duration::from_secs(60);
/// How often it is kept that the hub listens.
const KEEP_MILLIS: i64 = 5 * 60_000;
/// How often it is looked what is due to be told, where nothing rings.
const DELIVER: Duration = Duration::from_secs(2);
/// Tried before it is looked again what is due.
const TOGETHER: usize = 16;
/// For the last word of a hub whose database failed.
const LAST_WORD: Duration = Duration::from_secs(15);

/// Looks and delivers until it is dropped.
pub(crate) async fn watch(hub: &Hub) {
    let [webhook, mail] = Channel::ALL;
    tokio::join!(look_on(hub), deliver(hub, webhook), deliver(hub, mail));
}

async fn look_on(hub: &Hub) {
    let mut looking = Looking::default();
    // What missed nights are about to make is no alarm; where they take long, all else is looked at without them.
    let _ = tokio::time::timeout(CATCHING_UP, hub.nights.caught_up()).await;
    loop {
        if let Err(failure) = looking.look(hub).await {
            tracing::error!(%failure, "it could not be looked what is wrong: it is tried again");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What is remembered between looks.
#[derive(Default)]
struct Looking {
    watch: Option<Watch>,
    kept_millis: Option<i64>,
    /// Told, while the disk kept nothing.
    told: ToldOnly,
}

/// What was told and could not be kept: it is not told again, and is kept as soon as that is possible.
#[derive(Default)]
struct ToldOnly {
    begun: BTreeMap<Incident, (String, i64)>,
    ended: BTreeSet<Incident>,
}

impl Looking {
    async fn look(&mut self, hub: &Hub) -> Result<(), Failure> {
        let now = clock::now_millis();
        let kept = self.watch.clone();
        let read = hub.readers.with(move |reader| {
            let watch = Watch::looked(kept.map_or_else(|| facts::kept_watch(reader), |watch| Ok(Some(watch)))?, now);
            Ok::<_, Failure>((
                watch.clone(),
                facts::read(reader, watch, now)?,
                reader.open_alarms()?,
                init::roster(reader)?,
            ))
        });
        let (watch, facts, open, roster) = match read.await.and_then(|read| read) {
            Ok(read) => read,
            Err(failure) => {
                self.unreadable(hub, &failure, now).await;
                return Err(failure);
            }
        };
        self.watch = Some(watch.clone());
        self.keep_watch(hub, watch, now).await;
        let mut open = kept_open(&open);
        self.told.amend(&mut open);
        self.keep_told(hub).await;
        let since = open.iter().map(|(incident, (_, began))| (*incident, *began)).collect();
        let found = findings(&facts, &Limits::of(&hub.settings), &since);
        let mut changed = changes(&open.keys().copied().collect(), &found);
        if !hub.nights.has_caught_up() {
            // The night that was missed is about to make the backup.
            changed.begun.retain(|(incident, _)| incident.kind != Kind::Backup);
        }
        if changed.is_empty() {
            return Ok(());
        }
        let told = told_of(&changed, &open, now, |incident| event::name_of(&roster, incident));
        self.keep(hub, &changed, &told, now).await;
        Ok(())
    }

    /// Keeps that the hub listens. Where that fails, the disk is an alarm already.
    async fn keep_watch(&mut self, hub: &Hub, watch: Watch, now: i64) {
        if self.kept_millis.is_some_and(|kept| (0..KEEP_MILLIS).contains(&(now - kept))) {
            return;
        }
        if hub.writer.run(move |replica| facts::keep_watch(replica, &watch)).await.is_ok() {
            self.kept_millis = Some(now);
        }
    }

    /// Keeps what was told while the disk kept nothing.
    async fn keep_told(&mut self, hub: &Hub) {
        if self.told.begun.is_empty() && self.told.ended.is_empty() {
            return;
        }
        let begun = self.told.begun.iter().map(|(incident, (how, _))| begins(*incident, how));
        let late: Vec<AlarmChange> = begun.chain(self.told.ended.iter().copied().map(ends)).collect();
        let now = clock::now_millis();
        if hub.writer.run(move |replica| replica.change_alarms(&late, &[], now)).await.is_ok() {
            self.told = ToldOnly::default();
        }
    }

    /// Keeps changes and word of them together; where the disk keeps nothing, tells them at once and remembers that.
    async fn keep(&mut self, hub: &Hub, changed: &Changes, told: &[Told], now: i64) {
        for one in told {
            let (kind, office) = (one.incident.kind.as_str(), one.incident.subject());
            if one.ended_millis.is_some() {
                tracing::info!(kind, office, "an alarm is over");
            } else {
                tracing::warn!(kind, office, detail = one.detail, "ALARM");
            }
        }
        let deliveries = event::deliveries(told, &hub.bell.channels.set(), now);
        let begun = changed.begun.iter().map(|(incident, how)| begins(*incident, how));
        let all: Vec<AlarmChange> = begun.chain(changed.ended.iter().copied().map(ends)).collect();
        let new = deliveries.clone();
        match hub.writer.run(move |replica| replica.change_alarms(&all, &new, now)).await {
            Ok(()) => hub.bell.ring(),
            Err(failure) => {
                tracing::error!(%failure, "alarms could not be kept: they are told at once");
                tell_now(hub, &deliveries, now).await;
                self.told.note(changed, now);
            }
        }
    }

    /// The database cannot be read: that is all there is to know.
    async fn unreadable(&mut self, hub: &Hub, failure: &Failure, now: i64) {
        let incident = Incident::of_hub(Kind::DiskFails);
        let open = self.told.begun.keys().copied().collect();
        let found = BTreeMap::from([(incident, Finding::Wrong(failure.error.clone()))]);
        let changed = Changes { ended: Vec::new(), ..changes(&open, &found) };
        if !changed.is_empty() {
            let told = told_of(&changed, &BTreeMap::new(), now, |_| String::new());
            self.keep(hub, &changed, &told, now).await;
            // What is kept cannot be read either.
            self.told.note(&changed, now);
        }
    }
}

impl ToldOnly {
    /// Makes of what is kept what is told.
    fn amend(&self, open: &mut BTreeMap<Incident, (String, i64)>) {
        open.extend(self.begun.iter().map(|(incident, told)| (*incident, told.clone())));
        open.retain(|incident, _| !self.ended.contains(incident));
    }

    fn note(&mut self, changed: &Changes, now: i64) {
        for (incident, how) in &changed.begun {
            self.ended.remove(incident);
            self.begun.insert(*incident, (how.clone(), now));
        }
        for incident in &changed.ended {
            self.begun.remove(incident);
            self.ended.insert(*incident);
        }
    }
}

/// Alarms that go on: how it is, and since when.
fn kept_open(alarms: &[Alarm]) -> BTreeMap<Incident, (String, i64)> {
    let known = |alarm: &Alarm| Some((Incident::kept(alarm)?, (alarm.detail.clone(), alarm.began_millis)));
    alarms.iter().filter_map(known).collect()
}

fn told_of(
    changed: &Changes,
    open: &BTreeMap<Incident, (String, i64)>,
    now: i64,
    name: impl Fn(Incident) -> String,
) -> Vec<Told> {
    let begun = changed.begun.iter().map(|(incident, how)| (*incident, how.clone(), now, None));
    let ended = changed.ended.iter().map(|incident| {
        let (how, since) = open.get(incident).cloned().unwrap_or((String::new(), now));
        (*incident, how, since, Some(now))
    });
    begun
        .chain(ended)
        .map(|(incident, detail, began_millis, ended_millis)| Told {
            incident,
            name: name(incident),
            detail,
            began_millis,
            ended_millis,
        })
        .collect()
}

fn begins(incident: Incident, how: &str) -> AlarmChange {
    let kind = incident.kind.as_str().to_owned();
    AlarmChange::Begun { kind, subject: incident.subject(), detail: how.to_owned() }
}

fn ends(incident: Incident) -> AlarmChange {
    AlarmChange::Ended { kind: incident.kind.as_str().to_owned(), subject: incident.subject() }
}

/// Tells without keeping.
async fn tell_now(hub: &Hub, deliveries: &[NewDelivery], now: i64) {
    for new in deliveries {
        let Some(channel) = Channel::ALL.into_iter().find(|channel| channel.as_str() == new.channel) else { continue };
        let sent = outbox::send(&hub.bell.channels, channel, &new.event, &new.body, now).await;
        if sent != outbox::Sent::Taken {
            tracing::error!(%channel, ?sent, "an alarm could not be told");
        }
    }
}

/// Tries what is due by one channel, the oldest first.
async fn deliver(hub: &Hub, channel: Channel) {
    let [webhook, mail] = &hub.bell.rings;
    let ring = if channel == Channel::Webhook { webhook } else { mail };
    let mut unnoted = BTreeMap::new();
    loop {
        if let Err(failure) = deliver_due(hub, channel, &mut unnoted).await {
            tracing::error!(%failure, %channel, "what is to be told could not be looked up or noted: it is tried again");
        }
        tokio::select! {
            () = ring.notified() => {}
            () = tokio::time::sleep(DELIVER) => {}
        }
    }
}

/// `unnoted`: how tries went that the disk did not take yet. They are not made again.
async fn deliver_due(hub: &Hub, channel: Channel, unnoted: &mut BTreeMap<i64, Tried>) -> Result<(), Failure> {
    loop {
        let now = clock::now_millis();
        let word = channel.as_str();
        let due = hub.readers.with(move |reader| reader.due_deliveries(word, now, TOGETHER)).await??;
        if due.is_empty() {
            return Ok(());
        }
        for delivery in due {
            let index = delivery.index;
            let tried = match unnoted.remove(&index) {
                Some(tried) => tried,
                None => try_once(hub, channel, &delivery).await,
            };
            unnoted.insert(index, tried.clone());
            let now = clock::now_millis();
            hub.writer.run(move |replica| replica.note_delivery(index, &tried, now)).await?;
            unnoted.remove(&index);
        }
    }
}

async fn try_once(hub: &Hub, channel: Channel, delivery: &Delivery) -> Tried {
    let now = clock::now_millis();
    let sent = outbox::send(&hub.bell.channels, channel, &delivery.event, &delivery.body, now).await;
    if let outbox::Sent::NotNow(why) | outbox::Sent::Never(why) = &sent {
        let tries = delivery.tries + 1;
        tracing::warn!(%channel, event = delivery.event, why, tries, "word could not be delivered");
    }
    tried(delivery, sent, clock::now_millis())
}

/// Word that a night's report is finished: to be told once a date, by the webhook.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) async fn night_finished(writer: &Writer, bell: &Bell, report: &Value) -> Result<(), Failure> {
    let now = clock::now_millis();
    let told = event::night(report, now).filter(|_| bell.channels.set().contains(&Channel::Webhook));
    let Some(told) = told else { return Ok(()) };
    writer.run(move |replica| replica.change_alarms(&[], &[told], now)).await?;
    bell.ring();
    Ok(())
}

/// The last word of a hub whose database failed: nothing can be kept any more.
pub(crate) async fn stopped(hub: &Hub, failure: &Failure) {
    let now = clock::now_millis();
    let changed =
        Changes { begun: vec![(Incident::of_hub(Kind::DiskFails), failure.error.clone())], ended: Vec::new() };
    let told = told_of(&changed, &BTreeMap::new(), now, |_| String::new());
    let deliveries = event::deliveries(&told, &hub.bell.channels.set(), now);
    if tokio::time::timeout(LAST_WORD, tell_now(hub, &deliveries, now)).await.is_err() {
        tracing::error!("the last word took too long");
    }
}

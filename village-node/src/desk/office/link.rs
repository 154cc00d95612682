//! The link to the hub: sync now, the diary, what was refused.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::State;
use replica_store::{Contact, Quarantined, Reader};

use crate::action::attachments::{held_of_missing, hub_life};
use crate::action::under_way::held_of_unsent;
use crate::desk::frame::bar::is_reached;
use crate::desk::frame::day::Day;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::moving;
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::texts;
use crate::desk::moments;
use crate::desk::people::visitor::{Form, Visitor};
use crate::desk::record::attachments::bytes;
use crate::serve::Shared;
use crate::sync::{FilesMoved, Moving, Patience, Progress, STUCK, Talking, Way, sync_all};
use crate::{Failure, Node, moment};

/// Contacts of the table.
const CONTACTS: usize = 40;
/// Contacts of the strip: more than a day has.
const CONTACTS_OF_A_DAY: usize = 5000;
/// Quarantined changes of the page.
const QUARANTINED: usize = 500;

/// A sync that somebody asked for: how far it is, or how it ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Syncing(Arc<Mutex<Stage>>);

#[derive(Debug, Clone, Default)]
enum Stage {
    #[default]
    Idle,
    Running(Progress),
    /// Records are proven equal; attached files go.
    Files(FilesMoved),
    Done,
    /// Why, and when: device clock, milliseconds since 1970 UTC.
    Failed(office_model::Bilingual, i64),
}

impl Syncing {
    fn set(&self, state: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Whether it begins now; not when one runs already.
    fn begin(&self) -> bool {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = !matches!(*stage, Stage::Running(_) | Stage::Files(_));
        if begins {
            *stage = Stage::Running(Progress::default());
        }
        begins
    }

    /// As it stands, for somebody who sees these contacts beside it. What failed before the hub was reached again is past: it
    /// stands in the diary, and as news it would contradict the state of the link.
    fn get(&self, contacts: &[Contact]) -> Stage {
        let stage = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let end = |contact: &Contact| contact.at_millis.saturating_add_unsigned(contact.duration_millis);
        let reached = contacts.iter().filter(|contact| is_reached(contact)).map(end).max();
        match stage {
            Stage::Failed(_, at) if reached.is_some_and(|reached| reached > at) => Stage::Idle,
            stage => stage,
        }
    }
}

/// What the page says of it.
struct Told {
    running: bool,
    text: String,
    /// What is over and all that is to go, for the bar.
    held: u64,
    all: u64,
    failed: bool,
}

impl Told {
    /// `moving`: the attached file on the line, whoever had it sent.
    /// `talking`: the exchange that runs, likewise.
    fn of(state: &Stage, moving: Option<Moving>, talking: Option<Talking>, language: Language) -> Self {
        let t: &texts::Texts = language.texts();
        let runs =
            talking.map(|talking| talking.progress).filter(|progress| progress.to_send > 0 || progress.received > 0);
        let of_other = runs.map(Stage::Running);
        let state = match state {
            Stage::Running(progress) if progress.to_send == 0 && progress.received == 0 => {
                of_other.as_ref().unwrap_or(state)
            }
            Stage::Idle | Stage::Done | Stage::Failed(..) => of_other.as_ref().unwrap_or(state),
            Stage::Running(_) | Stage::Files(_) => state,
        };
        let (mut told, text) = match state {
            Stage::Idle | Stage::Done | Stage::Failed(..) if moving.is_some() => {
                (Self { running: true, ..Self::idle() }, String::new())
            }
            Stage::Idle => (Self::idle(), String::new()),
            Stage::Running(progress) => {
                // What left this machine may lie in front of a slow line: what the hub has is over.
                let Progress { sent, acknowledged, to_send, received, .. } = *progress;
                let all = to_send.max(sent);
                let text = if [sent, acknowledged, received] == [0; 3] {
                    t.calling_hub.to_owned()
                } else {
                    format!(
                        "{} {acknowledged} {} {all} {}; {received} {}",
                        t.syncing, t.out_of, t.at_hub_word, t.received_word
                    )
                };
                (Self { running: true, held: acknowledged, all, ..Self::idle() }, text)
            }
            Stage::Files(moved) => {
                let text = format!(
                    "{} {} {}, {} {}",
                    t.syncing_files, moved.sent, t.files_sent, moved.received, t.files_received
                );
                (Self { running: true, ..Self::idle() }, text)
            }
            Stage::Done => (Self::idle(), t.sync_done.to_owned()),
            Stage::Failed(text, _) => (Self { failed: true, ..Self::idle() }, language.say(text).to_owned()),
        };
        told.text = text;
        if let Some(moving) = moving.filter(|_| !matches!(state, Stage::Running(_))) {
            (told.held, told.all) = (moving.held, moving.size);
            let said = moving::said(&moving, language);
            told.text = if told.text.is_empty() { said } else { format!("{}; {said}", told.text) };
        }
        told
    }

    const fn idle() -> Self {
        Self { running: false, text: String::new(), held: 0, all: 0, failed: false }
    }
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    page: Page,
    told: Told,
    day: Day,
    now: i64,
    files: Files,
    contacts: Vec<Line>,
    /// Record, why in words, code, figures, when.
    quarantine: Vec<(String, String, String, String, String)>,
}

/// One contact with the hub.
struct Line {
    when: String,
    outcome: String,
    reached: bool,
    up: String,
    down: String,
    seconds: String,
}

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPart {
    page: Words,
    told: Told,
    files: Files,
}

/// The words of a part of a page.
struct Words {
    t: &'static texts::Texts,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let (syncing, shared_started) = (shared.syncing.clone(), shared.started_millis);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, now) = (visitor.session.language, moment::now_millis());
        let page = Page::of(&visitor.session, &reader, "link", language.texts().link)?;
        let contacts = reader.contacts(CONTACTS_OF_A_DAY)?;
        let session = &visitor.session;
        let told = Told::of(&syncing.get(&contacts), session.moving, session.talking, language);
        let day = Day::of(&contacts, now, shared_started);
        let contacts = contacts.iter().take(CONTACTS).map(|contact| line(contact, language, now)).collect();
        let quarantine = grouped(reader.quarantine(QUARANTINED)?).into_iter().map(|(one, count)| {
            let at = one.at_millis.map(|millis| moments::short(millis, now)).unwrap_or_default();
            let why = desk_kit::refused_because(&one.code, language);
            let why = if count > 1 { format!("{why} ({count}×)") } else { why.to_owned() };
            (one.document.to_string(), why, one.code, one.detail, at)
        });
        let quarantine: Vec<_> = quarantine.collect();
        let files = Files::of(&reader, node, language)?;
        Ok(LinkPage { page, told, day, now, files, contacts, quarantine })
    });
    html(&made.await?)
}

/// What was refused of one record for one reason is one line, with the latest of it; and how often it was.
fn grouped(quarantine: Vec<Quarantined>) -> Vec<(Quarantined, usize)> {
    let mut lines: Vec<(Quarantined, usize)> = Vec::new();
    for one in quarantine {
        match lines.iter_mut().find(|(known, _)| (known.document, &known.code) == (one.document, &one.code)) {
            Some((_, count)) => *count += 1,
            None => lines.push((one, 1)),
        }
    }
    lines
}

/// Attached files that wait, and those that are not here, as people read it; empty where there are none.
struct Files {
    waiting: String,
    to_come: String,
}

impl Files {
    fn of(reader: &Reader, node: &Node, language: Language) -> Result<Self, Failure> {
        let open = reader.attachments_to_move(hub_life(reader))?;
        let files = |count: u64, size, (held, way)| match (count, held) {
            (0, _) => String::new(),
            (_, 0) => format!("{count} ({})", bytes(size, language)),
            (_, held) => {
                format!("{count} ({} {})", language.texts().of_these, moving::over(way, (held, size), language))
            }
        };
        let there = held_of_unsent(reader, node.live())?;
        Ok(Self {
            waiting: files(open.to_send, open.to_send_bytes, (there, Way::Up)),
            to_come: files(open.to_fetch, open.to_fetch_bytes, (held_of_missing(reader)?, Way::Down)),
        })
    }
}

fn line(contact: &Contact, language: Language, now_millis: i64) -> Line {
    let words = match contact.outcome.as_str() {
        "proven" => ("terbukti sama", "proven equal"),
        "again" => ("terhubung, masih ada yang harus dikirim", "connected, more was to be sent"),
        "waited" => ("terhubung, tidak ada yang baru", "connected, nothing was new"),
        "differs" => ("terhubung, isi belum sama dengan pusat", "connected, not equal with the hub yet"),
        "later" => ("pusat meminta dicoba lagi nanti", "the hub asks to try again later"),
        "revoked" => ("akses komputer ini dicabut", "this machine's access was revoked"),
        "refused" => ("ditolak pusat", "refused by the hub"),
        STUCK => ("terhenti: catatan di komputer ini rusak", "stopped: data on this machine is damaged"),
        "unreachable" => ("pusat tidak terjangkau", "the hub could not be reached"),
        "silence" => ("tidak ada jawaban", "no answer"),
        "wrong_server" => ("server lain (halaman login?)", "another server (a login page?)"),
        _ => ("terputus", "cut"),
    };
    let outcome = if language == Language::Indonesian { words.0 } else { words.1 };
    Line {
        when: moments::short(contact.at_millis, now_millis),
        outcome: outcome.to_owned(),
        reached: is_reached(contact),
        up: bytes(contact.bytes_up, language),
        down: bytes(contact.bytes_down, language),
        seconds: format!(
            "{}{}{}",
            contact.duration_millis / 1000,
            language.pick(',', '.'),
            contact.duration_millis % 1000 / 100
        ),
    }
}

pub(in crate::desk) async fn begin(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    if shared.syncing.begin() {
        let (node, syncing) = (shared.node.clone(), shared.syncing.clone());
        tokio::spawn(async move {
            let moved = syncing.clone();
            let on_progress = move |progress: &Progress| moved.set(Stage::Running(*progress));
            let files = syncing.clone();
            let on_files = move |moved: &FilesMoved| files.set(Stage::Files(*moved));
            let done = sync_all(&node, &Patience::default(), on_progress, on_files).await;
            syncing.set(match done {
                Ok(_) => Stage::Done,
                Err(failure) => Stage::Failed(failure.text, moment::now_millis()),
            });
        });
    }
    Ok(go("/sinkron"))
}

pub(in crate::desk) async fn progress(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let (syncing, language) = (shared.syncing.clone(), visitor.session.language);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        Ok((reader.contacts(CONTACTS)?, Files::of(&reader, node, language)?))
    });
    let (contacts, files) = made.await?;
    let session = &visitor.session;
    let told = Told::of(&syncing.get(&contacts), session.moving, session.talking, language);
    html(&ProgressPart { page: Words { t: language.texts() }, told, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_until_the_hub_is_reached_again() {
        let contact = |at_millis, outcome: &str| Contact {
            at_millis,
            outcome: outcome.to_owned(),
            bytes_up: 0,
            bytes_down: 0,
            duration_millis: 0,
            frames: 0,
            bytes_per_second: None,
        };
        let syncing = Syncing::default();
        syncing.set(Stage::Failed(office_model::Bilingual::new("Pusat diam", "The hub is silent"), 20));
        let is_told = |contacts: &[Contact]| Told::of(&syncing.get(contacts), None, None, Language::English).failed;
        assert!(is_told(&[contact(30, "cut"), contact(20, "silence"), contact(10, "proven")]));
        assert!(!is_told(&[contact(30, "waited"), contact(20, "silence"), contact(10, "proven")]));
        assert!(!is_told(&[contact(40, "cut"), contact(30, "proven"), contact(20, "silence")]), "that is another one");
    }

    #[test]
    fn progress_says_what_the_hub_has_whoever_had_it_sent() {
        let progress = Progress { to_send: 3000, sent: 1200, acknowledged: 800, received: 12, ..Progress::default() };
        let talking = Some(Talking { heard_millis: Some(1), progress });
        for (state, talking) in [
            (Stage::Running(progress), None),
            (Stage::Running(Progress::default()), talking),
            (Stage::Idle, talking),
            (Stage::Done, talking),
        ] {
            let told = Told::of(&state, None, talking, Language::English);
            assert_eq!((told.held, told.all, told.running), (800, 3000, true));
            assert_eq!(told.text, "Syncing… 800 of 3000 received by the hub; 12 received");
        }
        // Nothing has moved yet, or one only waits for news.
        let told = Told::of(&Stage::Running(Progress::default()), None, None, Language::Indonesian);
        assert_eq!(told.text, "Menghubungi pusat…");
        let waits = Some(Talking { heard_millis: Some(1), progress: Progress::default() });
        assert!(!Told::of(&Stage::Idle, None, waits, Language::English).running);
    }

    #[test]
    fn a_file_on_the_line_is_told_of_whoever_had_it_sent() {
        let moving = Moving { hash: change_log::BlobHash([1; 32]), way: Way::Up, held: 3 << 20, size: 8 << 20 };
        let told = |stage: Stage| Told::of(&stage, Some(moving), None, Language::English);
        let idle = told(Stage::Idle);
        assert_eq!((idle.running, idle.held, idle.all), (true, 3 << 20, 8 << 20));
        assert_eq!(idle.text, "a file goes up: 3.0 MB of 8.0 MB at the hub already");
        assert!(!told(Stage::Failed(office_model::Bilingual::new("a", "b"), 1)).failed);
        let files = told(Stage::Files(FilesMoved { sent: 2, ..FilesMoved::default() }));
        assert!(files.text.contains("2 sent") && files.text.contains("3.0 MB of 8.0 MB"), "{}", files.text);
    }
}

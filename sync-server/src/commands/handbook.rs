//! `handbook`: what the centre tells offices: notices, catalogue, letter templates, roster, profiles.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use letter_print::Templates;
use office_handbook::{Audience, Notice, NoticeId, Profile, Topic};
use office_model::{OfficeCode, Roster, counted};
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::act::Act;
use crate::cli::Common;
use crate::handbook::{Base, Overview, mark, profile, roster_changes, text};
use crate::keys::HubKeys;
use crate::operators::by_command;
use crate::{Failure, init};

/// So many offices that a roster takes away are named.
const LINES_MAX: usize = 50;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server handbook\n  sync-server handbook notice 'Kantor pusat tutup besok' --until 2026-12-24\n  sync-server handbook show catalogue > catalogue.json\n  sync-server handbook publish catalogue catalogue.json

What is published reaches each office with its next exchange."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the text of something that stands, to be looked at or changed.
    #[command(
        after_help = "Examples:\n  sync-server handbook show templates > letters.txt\n  sync-server handbook show profile --office 35.10.01.2001"
    )]
    Show {
        /// catalogue, templates, roster or profile
        topic: Topic,
        /// Of which office, for its profile.
        #[arg(long)]
        office: Option<OfficeCode>,
    },
    /// Check a new text and publish it: to all offices, or a profile to its office.
    #[command(after_help = "Examples:
  sync-server handbook show roster > before.csv
  sync-server handbook publish roster offices.csv --over before.csv
  sync-server handbook publish profile profile.json --office 35.10.01.2001

With --over nothing is undone that somebody else published after before.csv was printed: it is refused then.")]
    Publish {
        /// catalogue, templates, roster or profile
        topic: Topic,
        /// The text.
        file: PathBuf,
        /// Of which office, for its profile.
        #[arg(long)]
        office: Option<OfficeCode>,
        /// The text that it was made of, as `handbook show` printed it: refused where another one stands by now.
        #[arg(long, value_name = "FILE")]
        over: Option<PathBuf>,
    },
    /// Put a crest on all letterheads: a new version of the letter templates is published with it.
    #[command(after_help = "Examples:
  sync-server handbook crest lambang.png
  sync-server handbook crest --remove

A PNG of at most 48 KB and 1024 pixels on a side; 300 pixels are enough for 24 mm of paper. Letters that are signed
already are printed as they were.")]
    Crest {
        /// The picture.
        #[arg(required_unless_present = "remove")]
        file: Option<PathBuf>,
        /// Take the crest off instead.
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
    /// Tell clerks something: it stands on their first page.
    #[command(
        after_help = "Examples:\n  sync-server handbook notice 'Jaringan dirawat malam ini' --text 'Mulai pukul 22.00.'\n  sync-server handbook notice 'Rapat camat' --to district/35.10.01 --until 2026-12-01"
    )]
    Notice {
        /// One line.
        title: String,
        /// More than that; an empty line begins a new paragraph.
        #[arg(long, default_value = "")]
        text: String,
        /// Let it stand out, before all others.
        #[arg(long)]
        urgent: bool,
        /// The last day on which it is shown.
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
        /// For whom: everyone, district/CODE or the code of an office.
        #[arg(long, value_name = "OFFICES", default_value = "everyone")]
        to: Audience,
    },
    /// Take a notice off everybody's first page.
    #[command(after_help = "Example:\n  sync-server handbook withdraw 3")]
    Withdraw {
        /// Its number.
        number: u32,
    },
}

/// Said where the hub goes by a roster that no office knows.
pub(super) const ROSTER_UNTOLD: &str = "The roster has offices that the programs do not bring along, and was never published: the offices do not know them.
Publish it: sync-server handbook show roster > roster.csv, then sync-server handbook publish roster roster.csv";

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    match &arguments.command {
        None => list(common),
        Some(Command::Show { topic, office }) => show(common, *topic, *office),
        Some(Command::Publish { topic, file, office, over }) => {
            let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error));
            let body = read(file)?;
            let over = over.as_ref().map(read).transpose()?;
            match (topic, office) {
                (Topic::Notice(_), _) => {
                    Err(Failure::input("a notice is no file", "sync-server handbook notice TITLE"))
                }
                (Topic::Profile, Some(office)) => publish_profile(common, *office, body, over.as_deref()),
                (Topic::Profile, None) => Err(no_office()),
                _ => publish_text(common, *topic, body, over.as_deref()),
            }
        }
        Some(Command::Crest { file, remove: _ }) => publish_crest(common, file.as_ref()),
        Some(Command::Notice { title, text, urgent, until, to }) => {
            let notice = Notice {
                title: title.clone(),
                text: text.replace("\\n", "\n"),
                urgent: *urgent,
                until: *until,
                withdrawn: false,
            };
            publish(
                common,
                &Act::Publish {
                    by: by_command("handbook notice"),
                    topic: "notice".to_owned(),
                    audience: *to,
                    body: notice.to_body(),
                },
            )
        }
        Some(Command::Withdraw { number }) => withdraw(common, NoticeId(*number)),
    }
}

fn no_office() -> Failure {
    Failure::input("a profile is an office's", "name it: --office CODE")
}

fn publish_profile(common: &Common, office: OfficeCode, body: String, over: Option<&str>) -> Result<Answer, Failure> {
    if let Some(over) = over {
        let (stands, set) = profile(&open(&common.data)?, office)?;
        if Profile::of_body(over).ok() != Some(stands) {
            let (by, at) = set.map_or_else(|| ("nobody".to_owned(), None), |(by, at)| (by, Some(at)));
            return Err(Failure::state(
                format!("another profile of {office} stands by now, published {} by {by}", time(at)),
                format!("sync-server handbook show profile --office {office}; bring into yours what differs"),
            ));
        }
    }
    let (by, topic) = (by_command("handbook publish"), Topic::Profile.to_string());
    publish(common, &Act::Publish { by, topic, audience: Audience::Office(office), body })
}

fn publish_text(common: &Common, topic: Topic, body: String, over: Option<&str>) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let (by, word) = (by_command("handbook publish"), topic.to_string());
    let Some(over) = over else {
        // Who names no text that it was made of is at least told which offices it takes away.
        let before = init::roster(&reader)?;
        let gone = Some(topic).filter(|topic| *topic == Topic::Roster).and_then(|_| Roster::parse(&body).ok());
        let gone = gone.map_or_else(Vec::new, |after| roster_changes(&before, &after));
        let gone: Vec<String> = gone.into_iter().filter(|line| line.starts_with("- ")).collect();
        let mut done = publish(common, &Act::Publish { by, topic: word, audience: Audience::Everyone, body })?;
        if !gone.is_empty() {
            done.text.push_str("These offices stood in the roster before and are gone:\n");
            // Writing to a string cannot fail.
            for line in gone.iter().take(LINES_MAX) {
                let _ = writeln!(done.text, "  {line}");
            }
            done.text.push_str("If somebody else had published them: add them again. --over FILE refuses that.\n");
        }
        return Ok(done);
    };
    let keys = HubKeys::load(&common.data)?;
    let base = Base::of_text(&reader, &keys, topic, over)?.map_or_else(|| mark(over), |base| base.mark);
    drop(reader);
    publish(common, &Act::PublishText { by, topic: word, base, body })
}

/// The templates that stand, with this crest or without any. Refused where others are published meanwhile.
fn publish_crest(common: &Common, file: Option<&PathBuf>) -> Result<Answer, Failure> {
    let png = file.map(|file| std::fs::read(file).map_err(|error| Failure::file(file, &error))).transpose()?;
    let (reader, keys) = (open(&common.data)?, HubKeys::load(&common.data)?);
    let standing = text(&reader, &keys, Topic::Templates)?;
    let base = Base::standing(&reader, &keys, Topic::Templates)?.mark;
    drop(reader);
    let templates = Templates::parse(&standing).map_err(Failure::internal)?;
    if png.is_none() && templates.crest().is_none() {
        return Err(Failure::input(
            "letterheads have no crest: nothing was changed",
            "there is nothing to do; sync-server handbook crest FILE puts one on",
        ));
    }
    let body = templates.next_with_crest(&standing, png.as_deref()).map_err(|error| {
        Failure::input(format!("{error}; nothing was published"), "save it as a PNG of about 300 pixels, and try again")
            .id(error.text().id, "simpan sebagai PNG sekitar 300 piksel, lalu coba lagi")
    })?;
    let (by, topic) = (by_command("handbook crest"), Topic::Templates.to_string());
    publish(common, &Act::PublishText { by, topic, base, body })
}

fn publish(common: &Common, act: &Act) -> Result<Answer, Failure> {
    let done = common.submit(act)?;
    let word = |key: &str| done.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let offices = done.get("offices").and_then(Value::as_u64).unwrap_or_default();
    let text = match offices {
        0 => format!("{} stands like that already: nothing was published\n", word("topic")),
        _ => format!(
            "{} is published for {}; each gets it with its next exchange\n",
            word("topic"),
            counted(offices, "office", "offices")
        ),
    };
    Ok(Answer::new(done, text))
}

fn withdraw(common: &Common, number: NoticeId) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let overview = Overview::of(&reader, &HubKeys::load(&common.data)?)?;
    let known = overview.notices.into_iter().find(|state| state.number == number);
    let known = known.ok_or_else(|| {
        Failure::input(format!("there is no notice {}", number.0), "sync-server handbook lists them all")
    })?;
    drop(reader);
    let act = Act::Withdraw { by: by_command("handbook withdraw"), number: number.0 };
    let done = common.submit(&act)?;
    Ok(Answer::new(done, format!("notice {} is withdrawn: \"{}\"\n", number.0, known.notice.title)))
}

fn show(common: &Common, topic: Topic, office: Option<OfficeCode>) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let text = match topic {
        Topic::Profile => {
            let (profile, _) = profile(&reader, office.ok_or_else(no_office)?)?;
            format!("{}\n", serde_json::to_string_pretty(&profile).map_err(Failure::internal)?)
        }
        Topic::Notice(_) => return Err(Failure::input("notices are listed", "sync-server handbook")),
        _ => text(&reader, &HubKeys::load(&common.data)?, topic)?,
    };
    Ok(Answer::new(json!({ "topic": topic.to_string(), "text": text }), text))
}

fn list(common: &Common) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let keys = HubKeys::load(&common.data)?;
    crate::handbook::learn(&reader, &keys)?;
    let overview = Overview::of(&reader, &keys)?;
    let common_json = overview.common.iter().map(|state| {
        json!({
            "topic": state.topic.to_string(), "version": state.version, "published_millis": state.published_millis,
            "untold": state.is_untold, "offices": state.reach.offices, "reached": state.reach.reached,
        })
    });
    let notices_json = overview.notices.iter().map(|state| {
        json!({
            "number": state.number.0, "title": state.notice.title, "text": state.notice.text,
            "urgent": state.notice.urgent, "until": state.notice.until, "withdrawn": state.notice.withdrawn,
            "published_millis": state.published_millis, "offices": state.reach.offices,
            "reached": state.reach.reached,
        })
    });
    let json = json!({ "common": common_json.collect::<Vec<_>>(), "notices": notices_json.collect::<Vec<_>>() });
    let rows: Vec<Vec<String>> = overview
        .common
        .iter()
        .map(|state| {
            let version = state.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
            let reached = format!("{} of {}", state.reach.reached, state.reach.offices);
            let published = match state.published_millis {
                None if state.is_untold => "NOT PUBLISHED".to_owned(),
                None => "as shipped".to_owned(),
                at => time(at),
            };
            vec![state.topic.to_string(), version, published, reached]
        })
        .collect();
    let mut text = table(&["WHAT", "VERSION", "PUBLISHED", "REACHED"], &rows);
    if overview.common.iter().any(|state| state.is_untold) {
        let _ = writeln!(text, "\n{ROSTER_UNTOLD}");
    }
    if overview.notices.is_empty() {
        text.push_str("\nno notices\n");
    } else {
        let rows: Vec<Vec<String>> = overview
            .notices
            .iter()
            .map(|state| {
                let until = match (state.notice.withdrawn, state.notice.until) {
                    (true, _) => "withdrawn".to_owned(),
                    (false, Some(until)) => until.to_string(),
                    (false, None) => "-".to_owned(),
                };
                let reached = format!("{} of {}", state.reach.reached, state.reach.offices);
                vec![
                    state.number.0.to_string(),
                    time(Some(state.published_millis)),
                    until,
                    reached,
                    state.notice.title.clone(),
                ]
            })
            .collect();
        let _ = write!(text, "\n{}", table(&["NOTICE", "PUBLISHED", "UNTIL", "REACHED", "TITLE"], &rows));
    }
    Ok(Answer::new(json, text))
}

//! `alarms`: what is or was wrong at this hub, and whether word of it arrives.

use std::fmt::Write as _;

use office_model::{Office, counted};
use replica_store::{Alarm, Delivery};
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::alarm::{Channel, Channels, Incident, Sent, send, test_deliveries};
use crate::cli::Common;
use crate::flags::Flags;
use crate::{Failure, clock, init};

/// Alarms that are over, and deliveries, that are shown at most.
const PAST: usize = 100;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sync-server alarms\n  sync-server alarms --json\n  sync-server alarms test

An alarm is told once when it begins and once when it is over, by the webhook and the mail of the settings
(sync-server config example). A server that runs looks once a minute.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Send a trial by each way that is set, and say exactly what failed.
    #[command(after_help = "Example:\n  sync-server alarms test")]
    Test,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    match arguments.what {
        Some(What::Test) => test(common),
        None => list(common),
    }
}

fn list(common: &Common) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let roster = init::roster(&reader)?;
    let name = |alarm: &Alarm| {
        let office = Incident::kept(alarm).and_then(|incident| incident.office);
        office.and_then(|code| roster.get(code)).map(Office::full_name).unwrap_or_default()
    };
    let (open, past, undelivered) = (reader.open_alarms()?, reader.past_alarms(PAST)?, reader.undelivered(PAST)?);
    let line = |alarm: &Alarm| {
        let Alarm { kind, began_millis, ended_millis, detail, .. } = alarm;
        vec![kind.clone(), name(alarm), time(Some(*began_millis)), time(*ended_millis), detail.clone()]
    };
    let head = ["alarm", "office", "since", "over", "detail"];
    let mut text = if open.is_empty() {
        "No alarm goes on.\n".to_owned()
    } else {
        format!(
            "{}:\n{}",
            counted(open.len() as u64, "alarm goes on", "alarms go on"),
            table(&head, &open.iter().map(line).collect::<Vec<_>>())
        )
    };
    if !past.is_empty() {
        let _ = write!(text, "\nOver:\n{}", table(&head, &past.iter().map(line).collect::<Vec<_>>()));
    }
    if !undelivered.is_empty() {
        let lines: Vec<_> = undelivered
            .iter()
            .map(|one| {
                let next = one.due_millis.map_or_else(|| "given up".to_owned(), |due| time(Some(due)));
                vec![one.channel.clone(), one.event.clone(), next, one.error.clone().unwrap_or_default()]
            })
            .collect();
        let _ = write!(text, "\nNot delivered:\n{}", table(&["way", "event", "next try", "why"], &lines));
    }
    let of_alarm = |alarm: &Alarm| {
        json!({
            "kind": alarm.kind,
            "office": (!alarm.subject.is_empty()).then_some(&alarm.subject),
            "office_name": name(alarm),
            "began_millis": alarm.began_millis,
            "ended_millis": alarm.ended_millis,
            "detail": alarm.detail,
        })
    };
    let json = json!({
        "open": open.iter().map(of_alarm).collect::<Vec<_>>(),
        "past": past.iter().map(of_alarm).collect::<Vec<_>>(),
        "undelivered": undelivered.iter().map(of_delivery).collect::<Vec<_>>(),
        "limit": PAST,
    });
    Ok(Answer::new(json, text))
}

fn of_delivery(delivery: &Delivery) -> Value {
    json!({
        "channel": delivery.channel,
        "event": delivery.event,
        "made_millis": delivery.made_millis,
        "tries": delivery.tries,
        "due_millis": delivery.due_millis,
        "given_up": delivery.due_millis.is_none(),
        "error": delivery.error,
    })
}

fn test(common: &Common) -> Result<Answer, Failure> {
    let channels = Channels::of(&common.settings(&Flags::default())?)?;
    let set = channels.set();
    if set.is_empty() {
        return Err(Failure::state(
            "neither a webhook nor mail is set: nobody is told of alarms",
            "set webhook_url and webhook_secret, or smtp_host, mail_from and mail_to: sync-server config example",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::internal)?;
    let now = clock::now_millis();
    let mut failed: Vec<(Channel, String)> = Vec::new();
    for (channel, trial) in set.iter().zip(test_deliveries(&set, now)) {
        match runtime.block_on(send(&channels, *channel, &trial.event, &trial.body, now)) {
            Sent::Taken => {}
            Sent::NotNow(why) | Sent::Never(why) => failed.push((*channel, why)),
        }
    }
    let why = |channel: &Channel| failed.iter().find(|(one, _)| one == channel).map(|(_, why)| why.as_str());
    let mut text = String::new();
    for channel in Channel::ALL {
        let said = if set.contains(&channel) { why(&channel).unwrap_or("taken") } else { "not set" };
        let _ = writeln!(text, "{channel:<9}{said}");
    }
    let tried = Channel::ALL.map(|channel| {
        let is_set = set.contains(&channel);
        json!({ "channel": channel.as_str(), "set": is_set, "taken": is_set && why(&channel).is_none(), "error": why(&channel) })
    });
    let json = json!({ "channels": tried });
    Ok(if failed.is_empty() { Answer::new(json, text) } else { Answer::bad(json, text) })
}

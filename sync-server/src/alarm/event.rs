//! What is told: the bytes of webhooks, and of mails. No personal data is in them.

use chrono::{DateTime, SecondsFormat};
use desk_kit::moments;
use office_model::{Bilingual, Office, Roster};
use replica_store::NewDelivery;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Channel, Incident, detail};

/// One incident that began or ended.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) incident: Incident,
    /// Name of its office; empty for the hub itself.
    pub(super) name: String,
    /// How it is or was.
    pub(super) detail: String,
    pub(super) began_millis: i64,
    pub(super) ended_millis: Option<i64>,
}

/// A mail as it is kept until it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
}

/// The name of an office, for people.
pub(super) fn name_of(roster: &Roster, incident: Incident) -> String {
    incident.office.and_then(|code| roster.get(code)).map(Office::full_name).unwrap_or_default()
}

/// What is to be told of incidents, by each of these channels: a webhook for each, one mail for all.
pub(super) fn deliveries(told: &[Told], channels: &[Channel], now_millis: i64) -> Vec<NewDelivery> {
    let mut deliveries = Vec::new();
    for channel in channels.iter().filter(|_| !told.is_empty()) {
        match channel {
            Channel::Webhook => deliveries.extend(told.iter().map(webhook)),
            Channel::Mail => deliveries.push(mail(format!("alarms_{now_millis}"), &letter(told))),
        }
    }
    deliveries
}

fn webhook(told: &Told) -> NewDelivery {
    let (kind, subject) = (told.incident.kind, told.incident.subject());
    let word = if told.ended_millis.is_some() { "ended" } else { "begun" };
    let data = json!({
        "kind": kind.as_str(),
        "office": told.incident.office,
        "office_name": told.name,
        "detail": told.detail,
        "began_millis": told.began_millis,
        "ended_millis": told.ended_millis,
        "title": kind.title(),
        "advice": kind.advice(),
    });
    let at = told.ended_millis.unwrap_or(told.began_millis);
    let place = if subject.is_empty() { String::new() } else { format!("_{subject}") };
    let id = format!("alarm_{}{place}_{}_{word}", kind.as_str(), told.began_millis);
    post(id, &format!("alarm.{word}"), at, &data)
}

/// A webhook, of the shape that Standard Webhooks names.
fn post(event: String, kind: &str, at_millis: i64, data: &Value) -> NewDelivery {
    let at = DateTime::from_timestamp_millis(at_millis).unwrap_or_default();
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let body = json!({ "type": kind, "timestamp": timestamp, "data": data }).to_string().into_bytes();
    NewDelivery { channel: Channel::Webhook.as_str().to_owned(), event, body }
}

fn mail(event: String, letter: &Letter) -> NewDelivery {
    // Two texts are always written.
    let body = serde_json::to_vec(letter).unwrap_or_default();
    NewDelivery { channel: Channel::Mail.as_str().to_owned(), event, body }
}

fn letter(told: &[Told]) -> Letter {
    let begun = told.iter().filter(|one| one.ended_millis.is_none()).count();
    let over = told.len() - begun;
    let subject = match told {
        [one] => {
            let sign = if over > 0 { "Selesai" } else { "ALARM" };
            let name = if one.name.is_empty() { String::new() } else { format!(": {}", one.name) };
            format!("{sign}: {}{name}", one.incident.kind.title().id)
        }
        _ => format!("{begun} alarm baru, {over} selesai"),
    };
    let part = |pick: fn(&Bilingual) -> &str, now: &str, past: &str, since: &str| {
        let line = |one: &Told| {
            let title = one.incident.kind.title();
            let name = if one.name.is_empty() { String::new() } else { format!(" - {}", one.name) };
            let said = detail::said(one.incident.kind, &one.detail);
            let more = Some(pick(&said)).filter(|said| !said.is_empty()).map(|said| format!(" ({said})"));
            let more = more.unwrap_or_default();
            let (word, at) = one.ended_millis.map_or((now, one.began_millis), |at| (past, at));
            let advice = if one.ended_millis.is_some() {
                format!("  {since} {} WIB", moments::long(one.began_millis))
            } else {
                format!("  {}", pick(&one.incident.kind.advice()))
            };
            format!("{word} {} WIB: {}{name}{more}\n{advice}\n", moments::long(at), pick(&title))
        };
        told.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let indonesian = part(|text| &text.id, "ALARM", "SELESAI", "Sejak");
    let english = part(|text| &text.en, "ALARM", "OVER", "Since");
    Letter { subject, text: format!("{indonesian}\n-- English --\n\n{english}") }
}

/// Word that a night's report is finished. `report`: of its top, all but the long lists.
pub(super) fn night(report: &Value, now_millis: i64) -> Option<NewDelivery> {
    let date = report.get("date").and_then(Value::as_str)?;
    let top = report.as_object()?.iter().filter(|(_, value)| !value.is_array());
    let figures: Map<String, Value> = top.map(|(key, value)| (key.clone(), value.clone())).collect();
    // One a date: the same report is told once.
    Some(post(format!("night_{date}"), "night.finished", now_millis, &Value::Object(figures)))
}

/// What `alarms test` sends: no alarm, and it says so.
pub(crate) fn test_deliveries(channels: &[Channel], now_millis: i64) -> Vec<NewDelivery> {
    let text = Bilingual::new(
        "Ini percobaan dari sync-server alarms test. Tidak ada alarm.",
        "This is a trial of sync-server alarms test. There is no alarm.",
    );
    let made = channels.iter().map(|channel| match channel {
        Channel::Webhook => post(format!("test_{now_millis}"), "test", now_millis, &json!({ "title": text })),
        Channel::Mail => {
            let letter =
                Letter { subject: "Percobaan alarm".to_owned(), text: format!("{}\n\n{}\n", text.id, text.en) };
            mail(format!("test_{now_millis}"), &letter)
        }
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn told(ended: Option<i64>) -> Told {
        Told {
            incident: Incident::of(Kind::OfficeSilent, "35.10.01.2001".parse().unwrap()),
            name: "Desa Sarongan, Kec. Pesanggaran".to_owned(),
            detail: "26-11-2026 08:00".to_owned(),
            began_millis: 1_795_712_400_000,
            ended_millis: ended,
        }
    }

    #[test]
    fn a_webhook_has_the_bytes_it_always_had() {
        let all = [Channel::Webhook, Channel::Mail];
        let made = deliveries(&[told(None), told(Some(1_795_716_000_000))], &all, 1_795_716_000_000);
        let events: Vec<_> = made.iter().map(|one| (one.channel.as_str(), one.event.as_str())).collect();
        let begun = "alarm_office_silent_35.10.01.2001_1795712400000_begun";
        let ended = "alarm_office_silent_35.10.01.2001_1795712400000_ended";
        assert_eq!(events, [("webhook", begun), ("webhook", ended), ("mail", "alarms_1795716000000")]);
        let body = String::from_utf8(made[0].body.clone()).unwrap();
        assert_eq!(body, include_str!("../../tests/golden/alarm_begun.json").trim_end());
    }

    #[test]
    fn a_mail_says_it_in_both_languages_and_all_at_once() {
        let one = letter(&[told(None)]);
        assert_eq!(one.subject, "ALARM: Kantor terlalu lama diam: Desa Sarongan, Kec. Pesanggaran");
        for part in ["26-11-2026 08:00", "An office is silent too long", "Telepon kantornya"] {
            assert!(one.text.contains(part), "{}", one.text);
        }
        let both = letter(&[told(None), told(Some(1_795_716_000_000))]);
        assert_eq!(both.subject, "1 alarm baru, 1 selesai");
        assert!(both.text.contains("SELESAI 27-11-2026 01:00 WIB") && both.text.contains("OVER"), "{}", both.text);
    }

    #[test]
    fn a_night_is_told_without_its_long_lists() {
        let report = json!({"date": "2026-11-27", "totals": {"proven": 3}, "offices": [1, 2]});
        let made = night(&report, 1_795_712_400_000).unwrap();
        let body: Value = serde_json::from_slice(&made.body).unwrap();
        assert_eq!((made.event.as_str(), &body["type"]), ("night_2026-11-27", &json!("night.finished")));
        assert_eq!(body["data"], json!({"date": "2026-11-27", "totals": {"proven": 3}}));
        assert!(night(&json!({}), 0).is_none());
    }
}

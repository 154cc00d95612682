//! Alarms and what is told of them: once each, together, over restarts.

use replica_store::{ALARM_DAYS, Alarm, AlarmChange, DELIVERY_DAYS, NewDelivery, Replica, Tried};

use crate::opening::open;
use crate::world::*;

const DAY: i64 = 24 * 3_600_000;
const CODE: &str = "35.10.01.2001";

fn begun(detail: &str) -> AlarmChange {
    AlarmChange::Begun { kind: "office_silent".to_owned(), subject: CODE.to_owned(), detail: detail.to_owned() }
}

fn ended() -> AlarmChange {
    AlarmChange::Ended { kind: "office_silent".to_owned(), subject: CODE.to_owned() }
}

fn word(event: &str, channel: &str) -> NewDelivery {
    NewDelivery { channel: channel.to_owned(), event: event.to_owned(), body: event.as_bytes().to_vec() }
}

fn due(hub: &Replica, now: i64) -> Vec<(i64, String)> {
    let due = hub.due_deliveries("webhook", now, 10).unwrap();
    due.into_iter().map(|one| (one.index, one.event)).collect()
}

#[test]
fn an_incident_is_one_alarm_and_what_is_told_of_it_is_kept_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    hub.change_alarms(&[begun("first")], &[word("a", "webhook"), word("a", "mail")], 10).unwrap();
    hub.change_alarms(&[begun("again")], &[word("a", "webhook")], 20).unwrap();
    drop(hub);
    let (mut hub, _) = open(dir.path(), "hub");
    let alarm = Alarm {
        kind: "office_silent".to_owned(),
        subject: CODE.to_owned(),
        began_millis: 10,
        ended_millis: None,
        detail: "first".to_owned(),
    };
    assert_eq!(hub.open_alarms().unwrap(), std::slice::from_ref(&alarm));
    assert_eq!((due(&hub, 10).len(), hub.due_deliveries("mail", 10, 9).unwrap().len()), (1, 1));
    hub.change_alarms(&[ended()], &[], 30).unwrap();
    hub.change_alarms(&[ended()], &[], 40).unwrap();
    assert_eq!(hub.past_alarms(9).unwrap(), [Alarm { ended_millis: Some(30), ..alarm }]);
    assert_eq!(hub.open_alarms().unwrap(), []);
    // The next one is another.
    hub.change_alarms(&[begun("second")], &[], 50).unwrap();
    assert_eq!(hub.open_alarms().unwrap()[0].began_millis, 50);
    hub.change_alarms(&[], &[], 31 + ALARM_DAYS * DAY).unwrap();
    assert_eq!((hub.past_alarms(9).unwrap().len(), hub.open_alarms().unwrap().len()), (0, 1), "what goes on stays");
}

#[test]
fn a_crash_leaves_alarm_and_word_or_neither() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    hub.crash_after(0);
    hub.change_alarms(&[begun("lost")], &[word("a", "webhook")], 10).unwrap_err();
    hub.crash();
    let (hub, _) = open(dir.path(), "hub");
    assert_eq!((hub.open_alarms().unwrap().len(), due(&hub, 99).len()), (0, 0));
}

#[test]
fn word_is_due_until_it_was_taken_or_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    hub.change_alarms(&[], &["a", "b", "c"].map(|event| word(event, "webhook")), 10).unwrap();
    assert_eq!(due(&hub, 9), []);
    let all = due(&hub, 10);
    let index = |event: &str| all.iter().find(|(_, name)| name == event).unwrap().0;
    let error = || "no".to_owned();
    hub.note_delivery(index("a"), &Tried::Delivered, 11).unwrap();
    hub.note_delivery(index("b"), &Tried::Again { due_millis: 100, error: error() }, 11).unwrap();
    hub.note_delivery(index("c"), &Tried::GivenUp { error: error() }, 11).unwrap();
    assert_eq!((due(&hub, 99), due(&hub, 100).len()), (vec![], 1));
    let left = hub.undelivered(9).unwrap();
    let told: Vec<_> =
        left.iter().map(|one| (one.event.as_str(), one.due_millis, one.tries, one.error.clone())).collect();
    assert_eq!(told, [("b", Some(100), 1, Some(error())), ("c", None, 1, Some(error()))]);
    assert_eq!(hub.undelivered_counts().unwrap(), (1, 1));
    hub.change_alarms(&[], &[], 11 + DELIVERY_DAYS * DAY).unwrap();
    assert_eq!(hub.undelivered_counts().unwrap(), (1, 0), "what is still tried stays");
    assert_eq!(hub.verify().unwrap().problems, []);
}

#[test]
fn the_end_of_something_is_told_after_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    let words =
        [word("disk_low_5_begun", "webhook"), word("disk_low_5_ended", "webhook"), word("other_ended", "webhook")];
    hub.change_alarms(&[], &words, 5).unwrap();
    let first = due(&hub, 5);
    let events: Vec<&str> = first.iter().map(|(_, event)| event.as_str()).collect();
    assert_eq!(events, ["disk_low_5_begun", "other_ended"]);
    let begun = first[0].0;
    hub.note_delivery(begun, &Tried::Again { due_millis: 100, error: "busy".to_owned() }, 6).unwrap();
    assert!(due(&hub, 50).iter().all(|(_, event)| event == "other_ended"), "its beginning still waits");
    hub.note_delivery(begun, &Tried::Delivered, 100).unwrap();
    assert!(due(&hub, 100).iter().any(|(_, event)| event == "disk_low_5_ended"));
}

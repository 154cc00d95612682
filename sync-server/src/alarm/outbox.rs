//! One try to tell something, and when it is tried again.

use std::error::Error;

use replica_store::{Delivery, Tried};

use super::{Channel, Channels};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Pauses after each try that failed, a day in all; after the last one it is given up.
const PAUSES: [i64; 11] = [
    2 * SECOND,
    10 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    8 * HOUR,
];

/// Longest reason that is kept, in characters.
const REASON_MAX: usize = 300;

/// What is said of a channel that was taken out of the settings.
pub(super) const UNSET: &str = "this channel is not set any more";

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It was taken.
    Taken,
    /// Not now, and why.
    NotNow(String),
    /// Never, and why.
    Never(String),
}

/// Tries once. `now_millis`: milliseconds since 1970 UTC.
pub(crate) async fn send(channels: &Channels, channel: Channel, event: &str, body: &[u8], now_millis: i64) -> Sent {
    let unset = || Sent::Never(UNSET.to_owned());
    match channel {
        Channel::Webhook => match &channels.webhook {
            Some(webhook) => webhook.post(event, body, now_millis.div_euclid(SECOND)).await,
            None => unset(),
        },
        Channel::Mail => match &channels.mail {
            Some(mail) => mail.send(event, body).await,
            None => unset(),
        },
    }
}

/// What is noted of a try.
pub(super) fn tried(delivery: &Delivery, sent: Sent, now_millis: i64) -> Tried {
    let cut = |error: String| error.chars().take(REASON_MAX).collect::<String>();
    match sent {
        Sent::Taken => Tried::Delivered,
        Sent::Never(error) => Tried::GivenUp { error: cut(error) },
        Sent::NotNow(error) => {
            let pause = usize::try_from(delivery.tries).ok().and_then(|tries| PAUSES.get(tries));
            pause.map_or_else(
                || Tried::GivenUp { error: cut(error.clone()) },
                |pause| Tried::Again { due_millis: now_millis.saturating_add(*pause), error: cut(error.clone()) },
            )
        }
    }
}

/// An error with what led to it.
pub(super) fn reasons(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        next = source.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn delivery(tries: u64) -> Delivery {
        Delivery {
            index: 1,
            channel: "webhook".to_owned(),
            event: "x".to_owned(),
            body: Vec::new(),
            made_millis: 0,
            tries,
            due_millis: Some(0),
            delivered_millis: None,
            error: None,
        }
    }

    proptest! {
        #[test]
        fn it_is_tried_less_and_less_often_for_a_day_and_then_given_up(start in 0..1_900_000_000_000_i64, slow in 0..20_000_i64) {
            let (mut now, mut tries, mut last) = (start, 0, 0);
            loop {
                match tried(&delivery(tries), Sent::NotNow("no".repeat(900)), now) {
                    Tried::Again { due_millis, error } => {
                        prop_assert!(due_millis - now >= last && error.chars().count() <= REASON_MAX);
                        last = due_millis - now;
                        now = due_millis + slow;
                    }
                    Tried::GivenUp { .. } => break,
                    Tried::Delivered => prop_assert!(false),
                }
                tries += 1;
            }
            prop_assert!((now - start) / HOUR >= 23 && (now - start) / HOUR <= 25, "{} hours", (now - start) / HOUR);
        }
    }

    #[test]
    fn what_was_taken_is_not_sent_again() {
        assert_eq!(tried(&delivery(3), Sent::Taken, 5), Tried::Delivered);
        assert!(matches!(tried(&delivery(0), Sent::Never("x".to_owned()), 5), Tried::GivenUp { .. }));
    }
}

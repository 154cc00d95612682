//! What exchanges keep in memory between them: the connection, what is known of the link, one exchange at a time.

use std::sync::{Mutex as StdMutex, PoisonError};

use exchange_driver::NodeIdentity;
use replica_store::Reader;
use rustls::ClientConfig;
use sync_exchange::{Ending, Pace};
use sync_protocol::{SigningKey, VerifyingKey};
use tokio::sync::{Mutex, MutexGuard, watch};

use super::conversation::Conversation;
use super::files::{HeldThere, Line, Missing};
use crate::pin::Pin;
use crate::{Failure, Identity, http, moment};

/// What the link was like longer ago says nothing about it.
const RECENT_MILLIS: i64 = 3_600_000;
/// So many contacts are looked at.
const RECENT_COUNT: usize = 6;

/// Of one node.
pub(crate) struct Live {
    tls: ClientConfig,
    client: StdMutex<reqwest::Client>,
    pub(crate) url: reqwest::Url,
    pub(crate) identity: NodeIdentity,
    /// Held for the length of an exchange: a node makes one at a time.
    pace: Mutex<Pace>,
    /// Held while attached files move.
    pub(super) files: Mutex<()>,
    /// Files that the hub did not have.
    pub(super) missing: Missing,
    /// How much of files on their way the hub has.
    pub(crate) held_there: HeldThere,
    /// The file that moves just now.
    pub(crate) line: Line,
    /// The exchange that runs just now.
    pub(crate) conversation: Conversation,
    /// How many want to exchange and may not yet.
    wanted: watch::Sender<usize>,
}

/// One that wants to exchange, as long as it lives.
struct Wanting<'a>(&'a watch::Sender<usize>);

impl Drop for Wanting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Live {
    pub(crate) fn new(identity: &Identity, replica: &Reader) -> Result<Self, Failure> {
        let (tls, _) = http::tls(Pin::Key(identity.server_pin.0))?;
        let hub_key = VerifyingKey::from_bytes(&identity.hub_public_key.0).map_err(|error| {
            Failure::machine(
                "identity_damaged",
                format!(
                    "Kunci pusat di identity.json rusak. Data Anda utuh; pulihkan berkas itu dari cadangan. ({error})"
                ),
                format!("The hub's key in identity.json is damaged. Your data is whole; restore that file. ({error})"),
            )
        })?;
        let seed = replica.epoch().0.iter().fold(0u64, |seed, byte| seed.rotate_left(8) ^ u64::from(*byte));
        Ok(Self {
            client: StdMutex::new(http::client(tls.clone())?),
            tls,
            url: http::page(&identity.hub_url, "/v1/exchange")?,
            identity: NodeIdentity {
                key: SigningKey::from_seed(&identity.secret_key.0),
                node: identity.node,
                office: identity.office,
                hub: identity.hub,
                hub_key,
            },
            pace: Mutex::new(remembered(Pace::new(seed), replica)?),
            files: Mutex::new(()),
            missing: Missing::default(),
            held_there: HeldThere::default(),
            line: Line::default(),
            conversation: Conversation::default(),
            wanted: watch::channel(0).0,
        })
    }

    /// The turn to exchange; who waits at the hub gives it up.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Pace> {
        self.wanted.send_modify(|count| *count += 1);
        let _wanting = Wanting(&self.wanted);
        self.pace.lock().await
    }

    /// Done when somebody else wants to exchange.
    pub(crate) async fn is_wanted(&self) {
        // The sender lives as long as this.
        let _ = self.wanted.subscribe().wait_for(|count| *count > 0).await;
    }

    /// The client with its open connection.
    pub(crate) fn client(&self) -> reqwest::Client {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves the open connection to itself: the next exchange makes a new one, with the TLS session of before.
    pub(crate) fn reconnect(&self) -> Result<(), Failure> {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = http::client(self.tls.clone())?;
        Ok(())
    }
}

/// What the diary knows of the link: a program that is started anew for every try learns all the same.
fn remembered(mut pace: Pace, replica: &Reader) -> Result<Pace, Failure> {
    let since = moment::now_millis() - RECENT_MILLIS;
    for contact in replica.contacts(RECENT_COUNT)?.iter().rev().filter(|contact| contact.at_millis > since) {
        let ending = match contact.outcome.as_str() {
            "proven" | "again" => Ending::Complete,
            "cut" | "silence" => Ending::Cut,
            _ => continue,
        };
        pace.ended(ending, contact.bytes_up + contact.bytes_down);
    }
    Ok(pace)
}

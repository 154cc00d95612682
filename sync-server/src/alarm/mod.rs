//! The hub's alarms: what is wrong, told once when it begins and once when it is over.
//!
//! | file | what |
//! | --- | --- |
//! | `kind`, `incident` | what can be wrong, and of which office; in words |
//! | `facts`, `health` | what is known, the only files here that read: the database, the disk, what was found of backup and integrity |
//! | `silence`, `findings`, `changes` | what is wrong now; what begins and ends: pure functions |
//! | `event` | what is told of it: the bytes of webhooks and mails |
//! | `channels`, `webhook`, `mail` | where it is told; one try of it |
//! | `outbox` | when it is tried again, and when given up |
//! | `undelivered` | what is said of word that did not arrive. Pure |
//! | `watch` | looks, keeps, delivers: what a hub that serves does all day |

mod changes;
mod channels;
pub(crate) mod detail;
mod event;
mod facts;
mod findings;
mod health;
mod incident;
mod kind;
mod mail;
mod outbox;
mod silence;
pub(crate) mod undelivered;
mod watch;
mod webhook;

pub(crate) use channels::{Bell, Channel, Channels};
pub(crate) use event::test_deliveries;
pub(crate) use facts::{kept_watch, tried_again};
pub use health::HealthNote;
pub(crate) use health::{Health, note};
pub(crate) use incident::Incident;
pub(crate) use kind::Kind;
pub(crate) use outbox::{Sent, send};
pub(crate) use watch::{night_finished, stopped, watch};

//! The hub: takes what the offices recorded, keeps it, proves it, and says who is behind.
//!
//! The program `sync-server` is [`cli::main`]; [`init::init`], [`act::offer_code`] and [`serve::run`] start a real hub
//! inside another program.

pub mod act;
pub mod admin;
mod alarm;
mod author;
mod browser_certificate;
pub mod cli;
pub mod clock;
mod commands;
mod desk;
pub mod devices;
mod disk;
mod export;
mod failure;
pub mod flags;
mod handbook;
pub mod init;
mod kept_settings;
pub mod keys;
mod label;
mod letter_check;
mod log;
mod metrics;
pub mod night;
pub mod operators;
mod people;
mod regency;
pub mod secret;
pub mod serve;
pub mod settings;
mod sought;
mod statistics;
mod tls;
mod totp;

pub use alarm::HealthNote;
pub use failure::{Blame, Failure};

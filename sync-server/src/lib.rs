//! The hub: takes what the offices recorded, keeps it, proves it, and says who is behind.
//!
//! The program `sync-server` is [`cli::main`]; [`init::init`], [`act::offer_code`] and [`serve::run`] start a real hub
//! inside another program.

pub mod act;
pub mod admin;
mod browser_certificate;
pub mod cli;
pub mod clock;
mod commands;
mod desk;
mod failure;
pub mod flags;
mod handbook;
pub mod init;
pub mod keys;
mod letter_check;
pub mod night;
pub mod operators;
mod regency;
pub mod serve;
pub mod settings;
mod tls;
mod totp;

pub use failure::{Blame, Failure};

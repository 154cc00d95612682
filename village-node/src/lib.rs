//! The office program: a clerk records, edits and searches here whether the link is up or not, and the node exchanges
//! with the hub whenever it is.
//!
//! As a library: [`enrol`] joins an office, [`Node`] is an open data folder, [`Action`] is what it can be asked to do,
//! [`sync`] drives its exchanges, [`serve`](mod@serve) its local API. There are no globals: many nodes can live in one
//! process.

mod act;
pub mod action;
pub mod commands;
mod desk;
mod enrolment;
mod failure;
mod http;
mod identity;
mod json;
mod mask;
mod moment;
mod node;
mod parser_words;
pub mod pin;
mod private_file;
mod remote;
pub mod restoring;
mod right;
mod sealing;
pub mod serve;
pub mod settings;
mod soundness;
mod sweeping;
pub mod sync;
mod wiping;

pub(crate) use act::Act;
pub use action::Action;
pub use desk::desk_assets;
pub use enrolment::{Enrolled, enrol, enrol_again, establish};
pub use failure::{Blame, Failure};
pub use identity::{Bytes32, Identity};
pub use node::{Node, NodeOptions};
pub(crate) use parser_words::parser_words;
pub use sealing::Sealing;
pub use wiping::Wiped;

//! What the pages of both programs share: the clerk's desk (`village-node`) and the operator's desk (`sync-server`).
//!
//! It must never know records, SQL, or whose desk it is. Times and chance come in as arguments.

mod answer;
mod choice;
mod cookie;
mod fault;
mod form;
mod guesses;
mod headers;
mod language;
pub mod moments;
mod profile_fields;
mod refused_because;
pub mod secret;
mod sessions;
mod texts;
mod turns;
mod typed_secret;
pub mod values;

pub use answer::{Halt, go, html_response};
pub use choice::Choice;
pub use cookie::Cookie;
pub use fault::{FaultPage, came_from, html_instead_of, old_page};
pub use form::{Form, destination, own_page};
pub use guesses::{Guesses, PAUSE_MAX, Whose};
pub use headers::{POLICY, bearer, safe, secured};
pub use language::Language;
pub use profile_fields::ProfileFields;
pub use refused_because::refused_because;
pub use sessions::{Named, Session, Sessions};
pub use turns::{Turn, Turns, no_turn};
pub use typed_secret::typed_secret;

/// The style sheet of both desks.
pub const CSS: &str = include_str!("../assets/desk.css");
/// Their icon.
pub const ICON: &str = include_str!("../assets/desk.svg");

/// Pages that ask for themselves again and again say so in this header: nobody needs to sit there for that.
pub const BY_ITSELF: &str = "x-desk-by-itself";

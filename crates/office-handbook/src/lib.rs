//! What an office works by: its profile, the centre's notices, the catalogue of services, the letter templates, the
//! roster. Each is a [`Topic`] that is published in versions; what a version says is read and checked here.
//!
//! It must never know storage, networks, clocks, or who signed what.

mod audience;
mod catalogue_changes;
mod handbook_error;
pub mod json_text;
mod letterhead;
mod notice;
mod profile;
mod profile_changes;
mod profile_form;
mod text_changes;
mod topic;

pub use audience::{Audience, ParseAudienceError};
pub use catalogue_changes::catalogue_changes;
pub use handbook_error::{HandbookError, NoticeField};
pub use letterhead::Letterhead;
pub use notice::{Notice, TEXT_MAX, TITLE_MAX};
pub use profile::Profile;
pub use profile_changes::{ProfileChange, profile_changes};
pub use profile_form::{LINE_MAX, ProfileForm, Told};
pub use text_changes::{LineChange, text_changes};
pub use topic::{NoticeId, ParseTopicError, Topic};

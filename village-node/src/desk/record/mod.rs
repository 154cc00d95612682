//! One record: its page, where it stands, what is to be seen first, its history, its files, its referrals, its differences, its number in the queue.

pub(super) mod attachments;
mod cautions;
pub(super) mod divergences;
pub(super) mod history;
pub(super) mod page;
pub(crate) mod queue;
pub(super) mod referrals;
mod standing;
mod steps;

//! One record: its page, its history, its files, its referrals, its differences, its number in the queue.

pub(super) mod attachments;
pub(super) mod divergences;
pub(super) mod history;
pub(super) mod multipart;
pub(super) mod page;
pub(crate) mod queue;
pub(super) mod referrals;

//! The names in a transaction document's root and in its steps.

/// What kind of document it is.
pub(crate) const KIND: &str = "kind";
/// The value of [`KIND`] for a service transaction.
pub(crate) const KIND_TRANSACTION: &str = "transaction";
/// The value of [`KIND`] for a block of letter numbers.
pub(crate) const KIND_LEASE: &str = "lease";
/// The value of [`KIND`] for something that an office works by.
pub(crate) const KIND_PUBLICATION: &str = "publication";
/// Code of the office it belongs to, fixed for life.
pub(crate) const OFFICE: &str = "office";
/// Service id of the catalogue, fixed for life.
pub(crate) const SERVICE: &str = "service";
/// Version of the catalogue it was made under.
pub(crate) const CATALOGUE: &str = "catalogue";
/// Where it stands now.
pub(crate) const STATUS: &str = "status";
/// The letter number, once it has one.
pub(crate) const NUMBER: &str = "number";
/// Every serial it was ever given, of letters. A list from the beginning, so that two that were given apart both stay.
pub(crate) const SERIALS: &str = "serials";
/// Before the hash of an attached file: each has a root key of its own, so that what two people attach apart cannot
/// collide, and a record without attachments carries nothing for them.
pub(crate) const ATTACHMENT: &str = "attachment/";
/// Before the code of an office that the record is referred to: the text says what it is asked for. What is referred once
/// stays so.
pub(crate) const REFERRAL: &str = "referral/";
/// Before the code of an office that answers: the text says what, and why.
pub(crate) const ANSWER: &str = "answer/";
/// The values of the service's form.
pub(crate) const FIELDS: &str = "fields";
/// The steps taken. Who and when of a step are those of the change that holds it.
pub(crate) const STEPS: &str = "steps";
/// In a step: the status before.
pub(crate) const STEP_FROM: &str = "from";
/// In a step: the status after.
pub(crate) const STEP_TO: &str = "to";
/// In a step: the reason given, if any.
pub(crate) const STEP_WHY: &str = "why";
/// In a step that leads to a letter: what the letter is printed by.
pub(crate) const STEP_UNDER: &str = "under";
/// In a step by which the camat approves: who that is, in lines.
pub(crate) const STEP_CAMAT: &str = "camat";
/// In a step that signs a letter: the mark of its seal.
pub(crate) const STEP_SEAL: &str = "seal";

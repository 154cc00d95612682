//! What only a hub keeps: feeds, its nodes and their calls, what they give back to it, its alarms.

pub(crate) mod alarm;
pub(crate) mod audience;
pub(crate) mod brought;
pub(crate) mod call;
pub(crate) mod claiming;
pub(crate) mod delivery;
pub(crate) mod enrolment;
pub(crate) mod feed;
pub(crate) mod hub_commit;
pub(crate) mod registry;
pub(crate) mod returning;

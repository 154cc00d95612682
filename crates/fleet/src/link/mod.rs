//! A line between a node and the hub that is bad in a repeatable way.

mod plan;
mod proxy;
mod pump;
mod tally;

pub use plan::{Flap, LinkPlan, ParseLinkPlanError};
pub use proxy::{Link, LinkError};
pub use tally::Tally;

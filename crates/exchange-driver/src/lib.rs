//! Carries out on a replica what an exchange asks for: used by both shells and the simulator alike.
//!
//! A [`NodeCall`] is one exchange as the node lives it, a [`HubCall`] the same as the hub does. Bytes go in and come
//! out; the caller moves them and owns sockets, threads and clocks. Every step that changes something is committed
//! before the bytes that tell of it leave.

mod advice;
mod difference;
mod error;
mod feed_frame;
mod held;
mod hub_call;
mod hub_commit;
mod hub_repair;
mod hub_reply;
mod hub_told;
mod hub_wait;
mod identity;
mod node_call;
mod node_check;
mod node_receive;
mod node_repair;
mod node_wait;
mod number_grant;
mod out_of_step;
mod progress;
mod publishing;
mod verify;
mod wipe;

pub use advice::advice;
pub use difference::{Difference, difference, node_difference};
pub use error::DriverError;
pub use feed_frame::FeedFrame;
pub use hub_call::{HubCall, HubStep};
pub use hub_commit::{CommitOutcome, HubCommit, commit_all, judge};
pub use hub_told::CallTold;
pub use identity::{HubIdentity, NodeIdentity};
pub use node_call::{CallPlan, NextFrame, NodeCall};
pub use number_grant::{
    GoneBack, begin_life, begin_life_by_a_right_clock, begin_life_gone_back, blocks_needed, is_granted, life_began,
    number_floor, number_rule, restored_at, set_number_rule, take_up_life, waits_for_clock,
};
pub use progress::{Outcome, Progress};
pub use publishing::{is_of_hub, sign_publication};
pub use verify::{Covered, Verified, verify_hub, verify_node};
pub use wipe::{carry_wipe, order_wipe, take_back_wipe, wipe_order};

//! A day of the whole regency on one machine: real nodes, a real hub, TLS over bad lines.
//!
//! In the morning all lines are down and every office records. Then the lines come back in their bad way while offices
//! go on recording. In the evening the lines fail again, and the night brings everybody level: an office counts as
//! proven only when its digest and the hub's, read from both databases after the night, are equal.
//!
//! The offices above the villages take part: in the evening, with their lines down, sub-districts decide what waits for
//! them, working units and health facilities answer what was referred to them.

mod board;
mod day;
mod error;
pub(crate) mod hub;
mod office;
mod push;
mod table;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::link::LinkPlan;

pub use day::play;
pub use error::DemoError;
pub use push::{PushResult, PushTable, push};
pub use table::{OfficeResult, Table};

/// What day to play.
#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    /// How many of the roster's 217 village offices take part.
    #[arg(long, default_value = "217")]
    pub offices: NonZeroUsize,
    /// Without the offices above the villages; else those take part that the villages lie under, and all that serve the
    /// whole regency (143 of them for all villages).
    #[arg(long)]
    pub villages_only: bool,
    /// How many transactions each village records.
    #[arg(long, default_value_t = 20)]
    pub transactions: usize,
    /// How bad the lines are: good, slow, far, cut, flapping or village.
    #[arg(long, default_value = "village")]
    pub link: LinkPlan,
    /// The same seed makes the same records and lines.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Keep all databases in this new folder; a temporary one where left out.
    #[arg(long)]
    pub data: Option<PathBuf>,
}

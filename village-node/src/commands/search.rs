//! `search`: transactions by beginnings of names, NIKs and letter numbers, or by queue number.

use std::process::ExitCode;

use clap::Args;

use super::list::{self, Filter};
use super::session::Session;
use crate::{Action, Failure};

/// Search by beginnings of names, NIKs and letter numbers, or by a queue number that this machine gave
#[derive(Args)]
#[command(after_help = "Examples:\n  village-node search siti aminah\n  village-node search A-012 --from 01-07-2026")]
pub(super) struct Search {
    /// Words to search for
    #[arg(required = true, value_name = "TEXT")]
    words: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

impl Search {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let asked = self.filter.limit;
        let query = self.filter.query(Some(self.words.join(" ")));
        let answer = session.perform(&Action::List { query }).await?;
        list::print(&answer, asked, session.json);
        Ok(ExitCode::SUCCESS)
    }
}

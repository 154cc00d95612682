//! `search`: transactions by beginnings of names, NIKs and letter numbers.

use std::process::ExitCode;

use clap::Args;

use super::list::{self, Filter};
use super::session::Session;
use crate::{Action, Failure};

/// Search by beginnings of names, NIKs and letter numbers
#[derive(Args)]
#[command(after_help = "Example:\n  village-node search siti aminah")]
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

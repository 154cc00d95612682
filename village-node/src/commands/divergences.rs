//! `divergences`: everything that two people entered differently.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::sealing::Unsealed;
use crate::{Action, Failure};

/// List everything that two people entered differently, to be settled by a person
#[derive(Args)]
#[command(after_help = "Example:\n  village-node divergences\n  village-node settle ID nama 'Siti Aminah'")]
pub(super) struct Divergences {
    /// So many transactions at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
}

impl Divergences {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Divergences { limit: self.limit }).await?;
        if session.json {
            output::line(&answer);
            return Ok(ExitCode::SUCCESS);
        }
        let transactions = output::entries(&answer, "transactions");
        for transaction in transactions {
            output::line(format!("{}  {}", output::field(transaction, "id"), output::field(transaction, "name")));
            if output::has_two_papers(transaction) {
                let text = Unsealed::SignedApart.text();
                output::line(format!("  ! {}\n    {}", text.id, text.en));
            }
            print_values(transaction);
        }
        if transactions.is_empty() {
            output::note("Tidak ada perbedaan. / Nothing differs.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The divergences of one transaction, each value with who gave it and when.
pub(super) fn print_values(transaction: &Value) {
    for divergence in output::entries(transaction, "divergences") {
        output::line(format!("  ! {}", output::field(divergence, "path")));
        for value in output::entries(divergence, "values") {
            let stands = value.get("value").filter(|it| !it.is_null());
            output::line(format!(
                "      {}  ({}, {})",
                stands.map_or_else(|| "[dihapus / taken away]".to_owned(), output::plain),
                output::field(value, "clerk"),
                output::time(value.get("millis").unwrap_or(&Value::Null)),
            ));
        }
    }
}

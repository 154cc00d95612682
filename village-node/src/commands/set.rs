//! `set`: edit fields of a transaction.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use office_model::FieldPath;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Set fields of a transaction
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node set ID dusun=Krajan rt=2 telepon=081234567890\n  village-node set ID ibu.nama='Sri Wahyuni'\n  village-node set ID telepon=          (takes the value away)"
)]
pub(super) struct Set {
    /// Id of the transaction
    id: DocumentId,
    /// Fields and their new values
    #[arg(required = true, value_name = "PATH=VALUE", value_parser = edit)]
    edits: Vec<(FieldPath, Value)>,
}

impl Set {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = Action::Set { id: self.id, edits: self.edits, clerk: session.clerk()? };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else if answer.get("change").is_some_and(Value::is_null) {
            output::line("Sudah begitu, tidak ada yang berubah. / It was so already, nothing changed.");
        } else {
            output::line("Tersimpan. / Saved.");
            output::warnings(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn edit(text: &str) -> Result<(FieldPath, Value), String> {
    let (path, given) = text.split_once('=').ok_or("write it like nama='Siti Aminah'")?;
    let path = path.trim().parse::<FieldPath>().map_err(|error| error.to_string())?;
    Ok((path, value(given)))
}

/// A person or a list is written as JSON; all else is a text, which the catalogue reads.
pub(super) fn value(text: &str) -> Value {
    if text.starts_with(['{', '[']) {
        serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
    } else {
        Value::from(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_parts_path_and_value() {
        let (path, value) = edit("keperluan=a=b").unwrap();
        assert_eq!((path.to_string().as_str(), value), ("keperluan", Value::from("a=b")));
        assert_eq!(edit("ibu={\"nama\": \"Sri\"}").unwrap().1["nama"], "Sri");
        assert!(edit("keperluan").is_err());
        assert!(edit("=x").is_err());
    }
}

//! `people`: the people whose data was on a machine.

use std::path::PathBuf;

use change_log::NodeId;
use serde_json::json;

use super::{Answer, open, table, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::keys::write_secret;
use crate::operators::by_command;
use crate::people::People;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sync-server people ABCDEFGH23456
  sync-server people ABCDEFGH23456 --whole --csv orang.csv

Everybody named in a record that was on the machine when it last called: of its office, of what was brought before it,
and of what it wrote itself. What was recorded on it later and never sent, the hub cannot know. Names and NIKs are masked
unless --whole is given. Reading the list is noted in the audit trail.")]
pub(crate) struct Arguments {
    /// The node's id.
    node: NodeId,
    /// Show names and NIKs whole.
    #[arg(long)]
    whole: bool,
    /// Write them to this new file, which only its owner may read.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let people = People::on(&open(&common.data)?, arguments.node)?;
    let act = if arguments.whole { "people_read_whole" } else { "people_read" };
    let (by, subject) = (by_command("people"), arguments.node.to_string());
    // Noted first: nobody reads it unnoted.
    common.submit(&Act::Note { by, act: act.to_owned(), subject })?;
    let mut text = format!(
        "{} people in {} records were on node {} of office {}, which last called {}.\n",
        people.persons.len(),
        people.records,
        people.node.id,
        people.node.office,
        time(people.node.last_contact_millis)
    );
    if let Some(path) = &arguments.csv {
        write_secret(path, people.to_csv(arguments.whole).as_bytes()).map_err(|error| Failure::file(path, &error))?;
        let said = json!({ "file": path, "people": people.persons.len(), "records": people.records });
        return Ok(Answer::new(said, text + &format!("{}\n", path.display())));
    }
    let lines: Vec<Vec<String>> = people
        .persons
        .iter()
        .map(|person| vec![person.name(arguments.whole), person.nik(arguments.whole), person.records.to_string()])
        .collect();
    text.push_str(&table(&["name", "nik", "records"], &lines));
    Ok(Answer::new(people.to_json(arguments.whole), text))
}

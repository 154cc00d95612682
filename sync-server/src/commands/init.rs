//! `init`: makes a hub.

use std::path::PathBuf;

use serde_json::json;

use super::Answer;
use crate::cli::Common;
use crate::{Failure, init};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server init --roster data/banyuwangi-offices.csv --data /srv/hub")]
pub(crate) struct Arguments {
    /// The offices, as CSV with the header `code,name,kind,district_code,district`.
    #[arg(long, value_name = "FILE")]
    roster: PathBuf,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let roster =
        std::fs::read_to_string(&arguments.roster).map_err(|error| Failure::file(&arguments.roster, &error))?;
    let made = init::init(&common.data, &roster)?;
    let told = if made.published {
        "This roster is not the one that the programs bring along: it is published, and each office gets it with its first exchange.\n"
    } else {
        ""
    };
    let text = format!(
        "Hub {} with {} offices is made in {}.\n{told}Next: sync-server serve, and sync-server enrol OFFICE for each machine.\n",
        made.hub,
        made.offices,
        common.data.display()
    );
    let json = json!({
        "hub": made.hub,
        "offices": made.offices,
        "data": common.data,
        "roster_published": made.published,
    });
    Ok(Answer::new(json, text))
}

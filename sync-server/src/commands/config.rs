//! `config example`: the commented settings file.

use serde_json::json;

use super::Answer;
use crate::settings;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server config example > /srv/hub/sync-server.toml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum What {
    /// Print the commented file with every setting and its default.
    #[command(after_help = "Example:\n  sync-server config example > /srv/hub/sync-server.toml")]
    Example,
}

pub(crate) fn run(arguments: &Arguments) -> Answer {
    let What::Example = arguments.what;
    Answer::new(json!({ "file": settings::FILE, "text": settings::EXAMPLE }), settings::EXAMPLE.to_owned())
}

//! `config example`: the settings file with comments.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output;
use crate::settings::EXAMPLE;

/// Settings
#[derive(Args)]
#[command(after_help = "Example:\n  village-node config example > config.toml")]
pub(super) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print a commented config.toml with everything built in
    #[command(after_help = "Example:\n  village-node config example > config.toml")]
    Example,
}

impl Config {
    pub(super) fn run(self) -> ExitCode {
        let What::Example = self.what;
        output::line(EXAMPLE.trim_end());
        ExitCode::SUCCESS
    }
}

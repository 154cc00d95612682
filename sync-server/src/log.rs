//! The log of `serve`: for people, or one JSON object a line for programs. Personal data is in neither.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::Failure;
use crate::settings::{LogFormat, Settings};

/// Addresses of letters hold names, and these libraries see addresses: they say little, however much is to be logged. So do
/// those that see mail and passwords.
const DISCREET: [&str; 6] = ["h2=info", "hyper=info", "hyper_util=info", "lettre=info", "reqwest=info", "rustls=info"];

/// Begins to log to standard error.
///
/// # Errors
///
/// When the settings name no filter.
pub(crate) fn start(settings: &Settings) -> Result<(), Failure> {
    let mut filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        Failure::input(format!("the setting log is wrong: {error}"), "set it to error, warn, info or debug")
    })?;
    for directive in DISCREET {
        filter = filter.add_directive(directive.parse().map_err(Failure::internal)?);
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match settings.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    };
    started.map_err(Failure::internal)
}

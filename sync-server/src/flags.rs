//! The settings as `serve` takes them on its command line.

use std::net::SocketAddr;

use serde::Serialize;

/// One flag a setting, named like it; but for `code_hours`, which is `enrol --hours`. They go before the environment and
/// the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, clap::Args)]
pub struct Flags {
    /// Address and port; port 0 takes a free one. [default: 0.0.0.0:8217]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where citizens reach this hub's pages: what letters' QR codes begin with. [default: where nodes call the hub]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Names under which browsers may ask for the operator's desk, with commas. [default: localhost and addresses]
    #[arg(long, value_name = "NAMES")]
    pub desk_names: Option<String>,
    /// Exchanges at the same time. [default: 256]
    #[arg(long, value_name = "COUNT")]
    pub exchanges_max: Option<u32>,
    /// Connections at the same time. [default: 2048]
    #[arg(long, value_name = "COUNT")]
    pub connections_max: Option<u32>,
    /// Exchanges that wait for something new, beside the others. [default: three quarters of the connections]
    #[arg(long, value_name = "COUNT")]
    pub waiting_max: Option<u32>,
    /// How long an exchange may wait for something new; 0: not at all. [default: 240]
    #[arg(long, value_name = "SECONDS")]
    pub wait_seconds: Option<u32>,
    /// An exchange that moves no byte for so long is given up. [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub progress_seconds: Option<u32>,
    /// When a caller that found no place is to come back. [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub retry_seconds: Option<u32>,
    /// When the night's report is made, in minutes after 00:00 WIB. [default: 360]
    #[arg(long, value_name = "MINUTES")]
    pub report_minute: Option<u32>,
    /// Public holidays beside the fixed ones, dates with commas. [default: none]
    #[arg(long, value_name = "DATES")]
    pub holidays: Option<String>,
    /// Where each night's backup goes. [default: none is made]
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<String>,
    /// So many nights' backups are kept there. [default: 14]
    #[arg(long, value_name = "COUNT")]
    pub backups_kept: Option<u32>,
    /// What is logged: error, warn, info, debug. [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
}

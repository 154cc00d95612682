//! The settings as `serve` takes them on its command line.

use std::net::SocketAddr;

use serde::Serialize;

use crate::settings::{LogFormat, SmtpTls};

/// One flag a setting, named like it; but for `code_hours`, which is `enrol --hours`, and secrets, which have none: others
/// see command lines. They go before the environment and the file.
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
    /// How it is logged: for people, or one JSON object a line. [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Working hours of silence after which an office is an alarm; 0: never. [default: 26]
    #[arg(long, value_name = "HOURS")]
    pub alarm_silent_hours: Option<u32>,
    /// Megabytes that must be left on the disk; 0: whatever. [default: 1024]
    #[arg(long, value_name = "MEGABYTES")]
    pub alarm_disk_mb: Option<u32>,
    /// Hours after which the last backup is too old; 0: never. [default: 72]
    #[arg(long, value_name = "HOURS")]
    pub alarm_backup_hours: Option<u32>,
    /// Where alarms are posted; `webhook_secret` of the settings file signs them.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// The mail server that takes alarms.
    #[arg(long, value_name = "HOST")]
    pub smtp_host: Option<String>,
    /// Its port. [default: 587, with tls 465, with none 25]
    #[arg(long, value_name = "PORT")]
    pub smtp_port: Option<u16>,
    /// How it is spoken to. [default: starttls]
    #[arg(long, value_name = "HOW")]
    pub smtp_tls: Option<SmtpTls>,
    /// Who signs in there, with `smtp_password` of the settings file.
    #[arg(long, value_name = "NAME")]
    pub smtp_user: Option<String>,
    /// Whom mail is from.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Whom mail goes to, with commas.
    #[arg(long, value_name = "ADDRESSES")]
    pub mail_to: Option<String>,
}

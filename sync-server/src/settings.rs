//! Settings: from flags, else the environment, else the file in the data folder, else the defaults.

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::alarm::Channels;
use crate::flags::Flags;
use crate::night::Plan;
use crate::secret::Secret;

/// The name of the settings file in the data folder.
pub const FILE: &str = "sync-server.toml";

/// The commented file that `config example` prints. Every value in it is the default.
pub const EXAMPLE: &str = include_str!("../sync-server.example.toml");

/// No node believes in a longer silence.
const WAIT_SECONDS_MAX: u32 = 600;
/// Longest address that letters begin with, in bytes.
const PUBLIC_URL_MAX: usize = 100;
/// Longest name of a host.
const NAME_MAX: usize = 253;
/// Shorter ones are guessed.
const TOKEN_BYTES_MIN: usize = 16;
/// No machine has so many.
const COUNT_MAX: usize = 1_000_000;

/// How the hub serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where citizens reach this hub's pages: what letters' QR codes begin with. Nothing: where nodes call the hub.
    pub public_url: Option<String>,
    /// Names, separated by commas, under which browsers may ask for the operator's desk, beside `localhost`, addresses and
    /// the name of `public_url`.
    pub desk_names: Option<String>,
    /// Exchanges at the same time; more are told when to come back.
    pub exchanges_max: usize,
    /// Connections at the same time; more wait to be accepted.
    pub connections_max: usize,
    /// Exchanges that may wait for news at the same time, beside the others; those beyond are answered at once. Ask
    /// [`Settings::waiting`].
    pub waiting_max: Option<usize>,
    /// Seconds that an exchange may wait for news; 0 lets none wait.
    pub wait_seconds: u32,
    /// Seconds without a byte after which an exchange is given up.
    pub progress_seconds: u64,
    /// Seconds after which a caller that found no place is to try again.
    pub retry_seconds: u32,
    /// Hours an enrolment code is good.
    pub code_hours: u32,
    /// Minutes after 00:00 WIB at which the night's report is made.
    pub report_minute: u32,
    /// Public holidays beside the fixed ones, dates separated by commas.
    pub holidays: Option<String>,
    /// Where each night's backup goes; a relative folder is taken from the data folder. Nothing: none is made.
    pub backup_dir: Option<String>,
    /// So many nights' backups are kept there.
    pub backups_kept: u32,
    /// What is logged: error, warn, info, debug, or a filter of `tracing`.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// What a program must say to read the hub's figures. Nothing: nobody may.
    pub metrics_token: Option<Secret>,
    /// Working hours of silence after which an office is an alarm; 0: never.
    pub alarm_silent_hours: u32,
    /// Megabytes that must be left on the data folder's disk; 0: whatever.
    pub alarm_disk_mb: u32,
    /// Hours after which the last backup is too old; 0: never.
    pub alarm_backup_hours: u32,
    /// Where alarms are posted.
    pub webhook_url: Option<String>,
    /// What the posts are signed with.
    pub webhook_secret: Option<Secret>,
    /// The mail server that takes alarms.
    pub smtp_host: Option<String>,
    /// Its port. Nothing: the usual one of `smtp_tls`.
    pub smtp_port: Option<u16>,
    /// How it is spoken to.
    pub smtp_tls: SmtpTls,
    /// Who signs in there. Nothing: nobody does.
    pub smtp_user: Option<String>,
    /// With what.
    pub smtp_password: Option<Secret>,
    /// Whom mail is from.
    pub mail_from: Option<String>,
    /// Whom mail goes to, separated by commas.
    pub mail_to: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// Plain at first, then TLS or not at all.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// No TLS: for a server on this very machine.
    None,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8217)),
            public_url: None,
            desk_names: None,
            exchanges_max: 256,
            connections_max: 2048,
            waiting_max: None,
            wait_seconds: 240,
            progress_seconds: 30,
            retry_seconds: 30,
            code_hours: 72,
            report_minute: 360,
            holidays: None,
            backup_dir: None,
            backups_kept: 14,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            metrics_token: None,
            alarm_silent_hours: 26,
            alarm_disk_mb: 1024,
            alarm_backup_hours: 72,
            webhook_url: None,
            webhook_secret: None,
            smtp_host: None,
            smtp_port: None,
            smtp_tls: SmtpTls::Starttls,
            smtp_user: None,
            smtp_password: None,
            mail_from: None,
            mail_to: None,
        }
    }
}

impl Settings {
    /// Reads the file of a data folder, if there is one, then the environment, then the command line.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, has an unknown key, or a value is not of its kind.
    pub fn load(dir: &Path, environment: impl Fn(&str) -> Option<String>, flags: &Flags) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let mut table = match std::fs::read_to_string(&path) {
            Ok(text) => text.parse::<toml::Table>().map_err(|error| wrong(&path.display().to_string(), &error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => toml::Table::new(),
            Err(error) => return Err(Failure::file(&path, &error)),
        };
        let mut settings: Self =
            table.clone().try_into().map_err(|error: toml::de::Error| wrong(&path.display().to_string(), &error))?;
        for key in KEYS {
            let name = format!("SYNC_SERVER_{}", key.to_ascii_uppercase());
            if let Some(text) = environment(&name) {
                // A password of digits is a text all the same.
                let number = if TEXTS.contains(key) { None } else { text.parse().ok().map(toml::Value::Integer) };
                let value = number.unwrap_or(toml::Value::String(text));
                table.insert((*key).to_owned(), value);
                settings = table.clone().try_into().map_err(|error: toml::de::Error| wrong(&name, &error))?;
            }
        }
        for (key, value) in toml::Table::try_from(flags).map_err(Failure::internal)? {
            let name = format!("--{}", key.replace('_', "-"));
            table.insert(key, value);
            settings = table.clone().try_into().map_err(|error: toml::de::Error| wrong(&name, &error))?;
        }
        settings.check()?;
        Ok(settings)
    }

    /// Exchanges that may wait for news at the same time: as set, else three quarters of the connections.
    #[must_use]
    pub fn waiting(&self) -> usize {
        // Who changes only connections_max is not made to set this one as well.
        self.waiting_max.unwrap_or(self.connections_max - self.connections_max.div_ceil(4))
    }

    /// The names under which browsers may ask for the operator's desk, beside addresses.
    pub(crate) fn own_names(&self) -> Vec<String> {
        let public = self.public_url.as_deref().and_then(|url| url.parse::<axum::http::Uri>().ok());
        let public = public.as_ref().and_then(axum::http::Uri::host).map(str::to_owned);
        let told = self.desk_names.as_deref().unwrap_or_default().split(',');
        let told = told.map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty());
        std::iter::once("localhost".to_owned()).chain(public).chain(told).collect()
    }

    /// What the certificate for browsers is for.
    pub(crate) fn certificate_names(&self) -> Vec<String> {
        let mut names = self.own_names();
        names.push("127.0.0.1".to_owned());
        if !self.listen.ip().is_unspecified() && !self.listen.ip().is_loopback() {
            names.push(self.listen.ip().to_string());
        }
        names
    }

    fn check(&self) -> Result<(), Failure> {
        let zero = [
            ("exchanges_max", self.exchanges_max == 0),
            ("connections_max", self.connections_max == 0),
            ("progress_seconds", self.progress_seconds == 0),
            ("code_hours", self.code_hours == 0),
            ("backups_kept", self.backups_kept == 0),
        ];
        for (key, is_zero) in zero {
            if is_zero {
                return Err(Failure::input(format!("the setting {key} is 0"), format!("set {key} to at least 1")));
            }
        }
        for (key, count) in [("exchanges_max", self.exchanges_max), ("connections_max", self.connections_max)] {
            if count > COUNT_MAX {
                return Err(Failure::input(
                    format!("the setting {key} is above {COUNT_MAX}"),
                    format!("set {key} to 1 .. {COUNT_MAX}"),
                ));
            }
        }
        if self.waiting() >= self.connections_max {
            return Err(Failure::input(
                format!(
                    "the setting waiting_max is {}, connections_max {}: that leaves no connection for exchanges that do \
                     not wait",
                    self.waiting(),
                    self.connections_max
                ),
                "set waiting_max below connections_max, or leave it out: then it is three quarters of connections_max",
            ));
        }
        if self.wait_seconds > WAIT_SECONDS_MAX {
            return Err(Failure::input(
                format!("the setting wait_seconds is above {WAIT_SECONDS_MAX}"),
                "set it to 0 .. 600: nodes take a longer silence for a broken link",
            ));
        }
        if self.report_minute >= 24 * 60 {
            return Err(Failure::input("the setting report_minute is not a minute of the day", "set it to 0 .. 1439"));
        }
        Plan::of(self, Path::new(""))?;
        let is_name = |name: &str| {
            name.len() <= NAME_MAX && name.bytes().all(|one| one.is_ascii_alphanumeric() || b"-. ".contains(&one))
        };
        if self.desk_names.as_deref().is_some_and(|names| !names.split(',').all(is_name)) {
            return Err(Failure::input(
                "the setting desk_names holds something that is no name of a host",
                "write it like hub.example.go.id, or several with commas between them; no https://, no port",
            ));
        }
        if self.public_url.as_deref().is_some_and(|url| !is_public_url(url)) {
            return Err(Failure::input(
                "the setting public_url is no address that a QR code can begin with",
                "write it like https://surat.example.go.id: https, at most 100 characters, nothing behind ? or #",
            ));
        }
        if self.metrics_token.as_ref().is_some_and(|token| token.told().len() < TOKEN_BYTES_MIN) {
            return Err(Failure::input(
                format!("the setting metrics_token has less than {TOKEN_BYTES_MIN} characters"),
                "take one that nobody guesses: openssl rand -hex 24",
            ));
        }
        Channels::of(self).map(|_| ())
    }
}

/// Whether citizens' browsers can be sent there. Each character makes the QR code larger.
fn is_public_url(url: &str) -> bool {
    let parsed = url.parse::<axum::http::Uri>().ok();
    let is_page =
        |uri: &axum::http::Uri| uri.scheme_str() == Some("https") && uri.host().is_some_and(|host| !host.is_empty());
    url.len() <= PUBLIC_URL_MAX && !url.contains(['?', '#', '@']) && parsed.as_ref().is_some_and(is_page)
}

const KEYS: &[&str] = &[
    "listen",
    "public_url",
    "desk_names",
    "exchanges_max",
    "connections_max",
    "waiting_max",
    "wait_seconds",
    "progress_seconds",
    "retry_seconds",
    "code_hours",
    "report_minute",
    "holidays",
    "backup_dir",
    "backups_kept",
    "log",
    "log_format",
    "metrics_token",
    "alarm_silent_hours",
    "alarm_disk_mb",
    "alarm_backup_hours",
    "webhook_url",
    "webhook_secret",
    "smtp_host",
    "smtp_port",
    "smtp_tls",
    "smtp_user",
    "smtp_password",
    "mail_from",
    "mail_to",
];

/// Texts that may look like numbers.
const TEXTS: &[&str] = &["metrics_token", "webhook_secret", "smtp_user", "smtp_password"];

fn wrong(place: &str, error: &toml::de::Error) -> Failure {
    Failure::input(
        format!("the settings in {place} are wrong: {}", error.message()),
        "correct them; sync-server config example prints every key",
    )
}

#[cfg(test)]
mod tests;

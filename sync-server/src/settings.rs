//! Settings: from flags, else the environment, else the file in the data folder, else the defaults.

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::flags::Flags;
use crate::night::Plan;

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
                let value = text.parse().map_or(toml::Value::String(text), toml::Value::Integer);
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
        Ok(())
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
];

fn wrong(place: &str, error: &toml::de::Error) -> Failure {
    Failure::input(
        format!("the settings in {place} are wrong: {}", error.message()),
        "correct them; sync-server config example prints every key",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_default() {
        assert_eq!(toml::from_str::<Settings>(EXAMPLE).unwrap(), Settings::default());
        for key in KEYS {
            assert!(EXAMPLE.contains(&format!("{key} =")), "{key}");
        }
    }

    #[test]
    fn those_that_wait_leave_connections_for_the_others() {
        for connections_max in 1..3000 {
            let waiting = Settings { connections_max, ..Settings::default() }.waiting();
            assert!(
                waiting < connections_max && waiting >= (connections_max - 1) / 2,
                "{waiting} of {connections_max}"
            );
        }
        assert_eq!(Settings::default().waiting(), 1536);
        let told = |text: &str| {
            Settings::load(
                Path::new("/nowhere"),
                |name| (name == "SYNC_SERVER_WAITING_MAX").then(|| text.to_owned()),
                &Flags::default(),
            )
        };
        assert_eq!(told("9").unwrap().waiting(), 9);
        let refused = told("2048").unwrap_err();
        assert!(refused.error.contains("2048") && refused.next.contains("connections_max"), "{refused}");
    }

    /// A value of the kind that a setting has, another one for each place.
    fn other(key: &str, place: i64) -> toml::Value {
        match key {
            "listen" => format!("127.0.0.1:{place}").into(),
            "log" => format!("place{place}=info").into(),
            "waiting_max" => toml::Value::Integer(place),
            "public_url" => format!("https://place{place}.example.go.id").into(),
            "desk_names" => format!("place{place}.example.go.id").into(),
            "holidays" => format!("2026-03-2{place}").into(),
            "backup_dir" => format!("/mnt/place{place}").into(),
            _ => {
                let built_in = toml::Table::try_from(Settings::default()).unwrap();
                toml::Value::Integer(built_in[key].as_integer().unwrap() + place)
            }
        }
    }

    fn heard(dir: &Path, key: &str, variable: &str, flags: &Flags) -> toml::Value {
        let text = |value: toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let environment = |name: &str| (name == variable).then(|| text(other(key, 2)));
        toml::Table::try_from(Settings::load(dir, environment, flags).unwrap()).unwrap()[key].clone()
    }

    #[test]
    fn every_setting_is_heard_from_the_file_the_environment_before_it_and_its_flag_before_both() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            flags: Flags,
        }
        let none = Flags::default();
        let set = Settings {
            waiting_max: Some(1),
            public_url: Some("https://x.example".to_owned()),
            desk_names: Some("x.example".to_owned()),
            holidays: Some("2026-03-20".to_owned()),
            backup_dir: Some("backups".to_owned()),
            ..Settings::default()
        };
        let set = toml::Table::try_from(set).unwrap();
        assert!(set.len() == KEYS.len() && KEYS.iter().all(|key| set.contains_key(*key)));
        for key in KEYS {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(FILE), format!("{key} = {}\n", other(key, 1))).unwrap();
            assert_eq!(heard(dir.path(), key, "", &none), other(key, 1), "{key}");
            let variable = format!("SYNC_SERVER_{}", key.to_ascii_uppercase());
            assert_eq!(heard(dir.path(), key, &variable, &none), other(key, 2), "{key}");
            let value = other(key, 3);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let flag = format!("--{}={text}", key.replace('_', "-"));
            // `enrol --hours` it is, where it is asked for.
            if *key != "code_hours" {
                let line = <Line as clap::Parser>::try_parse_from(["sync-server", &flag]).unwrap();
                assert_eq!(heard(dir.path(), key, &variable, &line.flags), value, "{key}");
            }
        }
    }

    #[test]
    fn the_desk_knows_its_names() {
        let public_url = Some("https://surat.example.go.id:8217/".to_owned());
        let settings = Settings { public_url, desk_names: Some("Hub.lan, pusat".to_owned()), ..Settings::default() };
        assert_eq!(settings.own_names(), ["localhost", "surat.example.go.id", "hub.lan", "pusat"]);
        assert!(settings.check().is_ok());
        for bad in ["https://hub.lan", "hub.lan:8217", "a_b"] {
            assert!(Settings { desk_names: Some(bad.to_owned()), ..Settings::default() }.check().is_err(), "{bad}");
        }
    }

    #[test]
    fn letters_are_sent_to_addresses_of_pages_only() {
        for good in ["https://surat.example.go.id", "https://surat.example.go.id:8217/", "https://example.go.id/surat"]
        {
            assert!(is_public_url(good), "{good}");
        }
        let long = format!("https://{}.example", "x".repeat(100));
        for bad in
            ["", "surat.example.go.id", "http://a.example", "https://", "https://a.example/?a", "https://a b", &long]
        {
            assert!(!is_public_url(bad), "{bad}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let dir = tempfile::tempdir().unwrap();
        let load = |name: &'static str, text: &'static str| {
            Settings::load(dir.path(), |asked| (asked == name).then(|| text.to_owned()), &Flags::default())
        };
        assert!(load("SYNC_SERVER_LISTEN", "here").unwrap_err().error.contains("SYNC_SERVER_LISTEN"));
        assert!(load("SYNC_SERVER_EXCHANGES_MAX", "9000000000").unwrap_err().error.contains("exchanges_max"));
        std::fs::write(dir.path().join(FILE), "code_hour = 5\n").unwrap();
        assert!(load("", "").unwrap_err().error.contains("code_hour"));
        std::fs::write(dir.path().join(FILE), "exchanges_max = 0\n").unwrap();
        assert!(load("", "").unwrap_err().error.contains("exchanges_max"));
    }
}

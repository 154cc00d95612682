//! Settings: from flags, else the environment, else the file in the data folder, else the defaults.

use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;

use crate::Failure;

/// The name of the settings file in the data folder.
pub const FILE: &str = "sync-server.toml";

/// The commented file that `config example` prints. Every value in it is the default.
pub const EXAMPLE: &str = include_str!("../sync-server.example.toml");

/// No node believes in a longer silence.
const WAIT_SECONDS_MAX: u32 = 600;

/// How the hub serves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
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
    /// What is logged: error, warn, info, debug, or a filter of `tracing`.
    pub log: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8217)),
            exchanges_max: 256,
            connections_max: 2048,
            waiting_max: None,
            wait_seconds: 240,
            progress_seconds: 30,
            retry_seconds: 30,
            code_hours: 72,
            report_minute: 360,
            log: "info".to_owned(),
        }
    }
}

impl Settings {
    /// Reads the file of a data folder, if there is one, and then the environment.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, has an unknown key, or a value is not of its kind.
    pub fn load(dir: &Path, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
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
        settings.check()?;
        Ok(settings)
    }

    /// Exchanges that may wait for news at the same time: as set, else three quarters of the connections.
    #[must_use]
    pub fn waiting(&self) -> usize {
        // Who changes only connections_max is not made to set this one as well.
        self.waiting_max.unwrap_or(self.connections_max - self.connections_max.div_ceil(4))
    }

    fn check(&self) -> Result<(), Failure> {
        let zero = [
            ("exchanges_max", self.exchanges_max == 0),
            ("connections_max", self.connections_max == 0),
            ("progress_seconds", self.progress_seconds == 0),
            ("code_hours", self.code_hours == 0),
        ];
        for (key, is_zero) in zero {
            if is_zero {
                return Err(Failure::new(format!("the setting {key} is 0"), format!("set {key} to at least 1")));
            }
        }
        if self.waiting() >= self.connections_max {
            return Err(Failure::new(
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
            return Err(Failure::new(
                format!("the setting wait_seconds is above {WAIT_SECONDS_MAX}"),
                "set it to 0 .. 600: nodes take a longer silence for a broken link",
            ));
        }
        if self.report_minute >= 24 * 60 {
            return Err(Failure::new("the setting report_minute is not a minute of the day", "set it to 0 .. 1439"));
        }
        Ok(())
    }
}

const KEYS: &[&str] = &[
    "listen",
    "exchanges_max",
    "connections_max",
    "waiting_max",
    "wait_seconds",
    "progress_seconds",
    "retry_seconds",
    "code_hours",
    "report_minute",
    "log",
];

fn wrong(place: &str, error: &toml::de::Error) -> Failure {
    Failure::new(
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
            Settings::load(Path::new("/nowhere"), |name| (name == "SYNC_SERVER_WAITING_MAX").then(|| text.to_owned()))
        };
        assert_eq!(told("9").unwrap().waiting(), 9);
        let refused = told("2048").unwrap_err();
        assert!(refused.error.contains("2048") && refused.next.contains("connections_max"), "{refused}");
    }

    #[test]
    fn environment_goes_before_the_file_and_unknown_keys_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "code_hours = 5\nlog = \"warn\"\n").unwrap();
        let loaded =
            Settings::load(dir.path(), |name| (name == "SYNC_SERVER_CODE_HOURS").then(|| "7".to_owned())).unwrap();
        assert_eq!((loaded.code_hours, loaded.log.as_str()), (7, "warn"));
        let listening =
            Settings::load(dir.path(), |name| (name == "SYNC_SERVER_LISTEN").then(|| "127.0.0.1:9".to_owned()));
        assert_eq!(listening.unwrap().listen.port(), 9);
        assert!(Settings::load(dir.path(), |name| (name == "SYNC_SERVER_LISTEN").then(|| "here".to_owned())).is_err());
        std::fs::write(dir.path().join(FILE), "code_hour = 5\n").unwrap();
        assert!(Settings::load(dir.path(), |_| None).unwrap_err().error.contains("code_hour"));
        std::fs::write(dir.path().join(FILE), "exchanges_max = 0\n").unwrap();
        assert!(Settings::load(dir.path(), |_| None).is_err());
    }
}

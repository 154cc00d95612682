//! What is bad about a line.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How bad a line is. The default is a perfect one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkPlan {
    /// Every byte comes so much later, each way.
    pub latency: Duration,
    /// Bytes a second, each way; nothing: as fast as the machine.
    pub bytes_per_second: Option<u32>,
    /// The connection is cut whenever so many bytes went through the line, both ways counted together, over all its
    /// connections.
    pub cut_every: Option<u64>,
    /// Goes up and down by itself.
    pub flap: Option<Flap>,
}

/// Times up and down, drawn anew each time, evenly between the two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flap {
    /// Shortest and longest time up.
    pub up: (Duration, Duration),
    /// Shortest and longest time down.
    pub down: (Duration, Duration),
}

/// The text given names no kind of line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no kind of line: one of good, slow, far, cut, flapping, village expected")]
pub struct ParseLinkPlanError(String);

impl LinkPlan {
    /// The kinds that have a name.
    pub const NAMES: [&str; 6] = ["good", "slow", "far", "cut", "flapping", "village"];
}

impl FromStr for LinkPlan {
    type Err = ParseLinkPlanError;

    fn from_str(name: &str) -> Result<Self, ParseLinkPlanError> {
        let good = Self::default();
        let flap = Flap {
            up: (Duration::from_millis(1_500), Duration::from_secs(6)),
            down: (Duration::from_millis(300), Duration::from_secs(2)),
        };
        match name {
            "good" => Ok(good),
            "slow" => Ok(Self { bytes_per_second: Some(8_000), ..good }),
            "far" => Ok(Self { latency: Duration::from_millis(300), ..good }),
            "cut" => Ok(Self { cut_every: Some(16 * 1024), ..good }),
            "flapping" => Ok(Self { flap: Some(flap), ..good }),
            "village" => Ok(Self {
                latency: Duration::from_millis(40),
                bytes_per_second: Some(64_000),
                cut_every: Some(16 * 1024),
                flap: Some(flap),
            }),
            _ => Err(ParseLinkPlanError(name.chars().take(32).collect())),
        }
    }
}

impl fmt::Display for LinkPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.latency.as_millis())?;
        if let Some(speed) = self.bytes_per_second {
            write!(f, ", {speed} B/s")?;
        }
        if let Some(bytes) = self.cut_every {
            write!(f, ", cut every {bytes} B")?;
        }
        if self.flap.is_some() {
            f.write_str(", goes up and down")?;
        }
        Ok(())
    }
}

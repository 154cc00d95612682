//! A progress bar for what is mostly quick: it shows itself after a second, on a terminal only.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

pub(super) struct LateBar {
    json: bool,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl LateBar {
    pub(super) fn new(json: bool) -> Self {
        Self { json, begun: Instant::now(), bar: None }
    }

    pub(super) fn set(&mut self, done: u64, all: u64) {
        if self.json || self.begun.elapsed() < Duration::from_secs(1) || !std::io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(all);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(done);
    }

    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

//! The live display: how many offices are up, down, behind, proven.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::office::Office;

const EVERY: Duration = Duration::from_millis(150);

/// One line on the terminal that follows the day; nothing where there is no terminal. Ends when dropped.
pub(super) struct Board {
    bar: ProgressBar,
    task: JoinHandle<()>,
}

impl Board {
    pub(super) fn start(phase: &'static str, offices: &[Arc<Office>]) -> Self {
        let bar = ProgressBar::new(offices.len() as u64);
        if let Ok(style) = ProgressStyle::with_template("{prefix:10} {elapsed:>4} [{bar:30}] {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(phase);
        let (shown, offices) = (bar.clone(), offices.to_vec());
        let task = tokio::spawn(async move {
            loop {
                show(&shown, &offices);
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { bar, task }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.task.abort();
        self.bar.abandon();
    }
}

fn show(bar: &ProgressBar, offices: &[Arc<Office>]) {
    let count = |is: &dyn Fn(&Office) -> bool| offices.iter().filter(|office| is(office)).count();
    let up = count(&|office| office.link.is_up());
    let proven = count(&Office::is_proven);
    let changes: u64 = offices.iter().map(|office| office.changes()).sum();
    bar.set_position(proven as u64);
    bar.set_message(format!(
        "up {up}, down {}, behind {}, proven {proven}; {changes} changes",
        offices.len() - up,
        offices.len() - proven
    ));
}

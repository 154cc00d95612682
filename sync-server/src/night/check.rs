//! Whether all that the hub stores is sound, for the report. Reads everything, changes nothing.

use std::path::Path;

use office_model::Bilingual;
use replica_store::{ProblemKind, Reader, Role};

use super::report::CheckLine;
use crate::keys::{self, HubKeys};

/// So many problems are named.
const NAMED: usize = 20;

/// Checks a hub. What cannot be looked at is a finding too: the report is made all the same. `dir`: where its keys are.
pub(crate) fn check(reader: &Reader, dir: &Path, now_millis: i64) -> CheckLine {
    let mut line = CheckLine { checked_millis: now_millis, ..CheckLine::default() };
    let (mut problems, advice) = match exchange_driver::verify_hub(reader, &mut |_, _| ()) {
        Ok(verified) => {
            let report = &verified.report;
            (line.logs, line.entries, line.documents) = (report.logs, report.entries, report.documents);
            (line.feeds, line.files) = (report.feeds, report.blobs);
            let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
            (problems, verified.advice(Role::Hub))
        }
        Err(error) => (vec![error.to_string()], vec![exchange_driver::advice(ProblemKind::File, Role::Hub)]),
    };
    line.advice = advice;
    let is_ours = HubKeys::load(dir).and_then(|keys| keys.hub()).map(|hub| hub == reader.hub());
    if !is_ours.unwrap_or(false) {
        problems.push("the key file cannot be read, or belongs to another hub than the database".to_owned());
        line.advice.push(Bilingual::new(
            format!("Kembalikan {} milik pusat ini ke samping basis datanya.", keys::FILE),
            format!("Put the {} of this hub back beside its database.", keys::FILE),
        ));
    }
    line.sound = problems.is_empty();
    line.problems_left_out = problems.len().saturating_sub(NAMED) as u64;
    problems.truncate(NAMED);
    line.problems = problems;
    line
}

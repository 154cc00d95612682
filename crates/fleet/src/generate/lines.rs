//! Records as JSON lines, the form that `village-node record --lines` takes.

use std::io::{self, Write};

use super::record::Generator;

/// Lines that could not be written. What was written before stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The output refuses.
    #[error("the records could not be written ({0}): check that the disk has room, then run again")]
    Output(#[from] io::Error),
    /// A record has no JSON form.
    #[error("a record could not be made into JSON ({0}): this is a fault of this program")]
    Json(#[from] serde_json::Error),
}

/// How much of a record its line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineForm {
    /// What a form is filled in with: `{"service":"G01","fields":{...}}`. `village-node record --lines` takes it.
    Form,
    /// The steps taken since as well: `{"service":"G01","fields":{...},"steps":[{"to":"diajukan"}]}`.
    WithSteps,
}

/// Writes so many records, one JSON object a line.
///
/// # Errors
///
/// When the output refuses.
pub fn write_lines(
    output: &mut dyn Write,
    generator: &mut Generator,
    count: usize,
    form: LineForm,
) -> Result<(), LinesError> {
    for mut record in generator.take(count) {
        if form == LineForm::Form {
            record.steps.clear();
        }
        serde_json::to_writer(&mut *output, &record)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(())
}

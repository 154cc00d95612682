//! Steps: how a transaction moves from one status to the next, and how two that moved it apart are settled.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjType, ROOT, ReadDoc};
use office_model::{Approval, FieldPath, Status};
use serde_json::Value;

use crate::error::DocumentError;
use crate::layout::{STATUS, STEP_FROM, STEP_TO, STEP_WHY, STEPS};
use crate::{Authored, Divergence, Stamp, TransactionDocument, divergence, path};

impl TransactionDocument {
    /// Takes a step by the table that holds for every service. Who knows the service's rule about the
    /// sub-district's approval calls [`TransactionDocument::step_under`].
    ///
    /// # Errors
    ///
    /// As [`TransactionDocument::step_under`].
    pub fn step(&mut self, to: Status, reason: Option<&str>, stamp: &Stamp) -> Result<Authored, DocumentError> {
        self.step_under(Approval::Conditional, to, reason, stamp)
    }

    /// Takes a step by the table of office-model, with the service's rule about approval.
    ///
    /// # Errors
    ///
    /// When the table does not have the step, a due reason is missing, or two people moved the transaction apart
    /// and nobody settled that yet.
    pub fn step_under(
        &mut self,
        approval: Approval,
        to: Status,
        reason: Option<&str>,
        stamp: &Stamp,
    ) -> Result<Authored, DocumentError> {
        let from = self.status()?;
        if self.divergences().iter().any(|divergence| path::is_status(&self.names().place(&divergence.path))) {
            return Err(DocumentError::Step(
                "two people moved this record to different states: settle `status` first".to_owned(),
            ));
        }
        from.check_step(to, approval, reason).map_err(|error| DocumentError::Step(error.to_string()))?;
        let why = reason.map(str::trim).filter(|reason| !reason.is_empty());
        self.commit(stamp, |transaction| write_step(transaction, from, to, why))?
            .ok_or_else(|| DocumentError::Internal("a step changed nothing".to_owned()))
    }

    /// Fields with several concurrent values, in the order of their paths.
    pub fn divergences(&self) -> Vec<Divergence> {
        // The document was read whole when its row was made, so reading it again cannot fail.
        divergence::list(&self.automerge).unwrap_or_default()
    }

    /// Settles a divergence: an ordinary edit that takes the place of all its values. Settling `status` stands
    /// among the steps as well.
    ///
    /// # Errors
    ///
    /// When there is nothing to settle at `path`, or the value cannot stand there.
    pub fn settle(&mut self, path: &FieldPath, value: Value, stamp: &Stamp) -> Result<Authored, DocumentError> {
        let place = self.names().place(path);
        if !self.divergences().iter().any(|divergence| self.names().place(&divergence.path) == place) {
            return Err(DocumentError::Step(format!("`{path}` has one value only, there is nothing to settle")));
        }
        let nothing = || DocumentError::Internal("settling changed nothing".to_owned());
        if !path::is_status(&place) {
            return self.set_all(&[(path.clone(), value)], stamp)?.ok_or_else(nothing);
        }
        let from = self.status()?;
        let to: Status = value
            .as_str()
            .ok_or_else(|| DocumentError::Value(path.to_string()))?
            .parse()
            .map_err(|error: office_model::ParseStatusError| DocumentError::Step(error.to_string()))?;
        self.commit(stamp, |transaction| write_step(transaction, from, to, None))?.ok_or_else(nothing)
    }

    fn status(&self) -> Result<Status, DocumentError> {
        self.row().status.parse().map_err(|_| {
            DocumentError::Step(format!(
                "the record is `{}`, a state this version does not know: update the program",
                self.row().status
            ))
        })
    }
}

fn write_step(
    transaction: &mut Transaction<'_>,
    from: Status,
    to: Status,
    why: Option<&str>,
) -> Result<(), DocumentError> {
    transaction.put(ROOT, STATUS, to.as_str())?;
    let Some((_, steps)) = transaction.get(ROOT, STEPS)? else {
        return Err(DocumentError::Unreadable("the document has no `steps`".to_owned()));
    };
    let end = transaction.length(&steps);
    let step = transaction.insert_object(&steps, end, ObjType::Map)?;
    transaction.put(&step, STEP_FROM, from.as_str())?;
    transaction.put(&step, STEP_TO, to.as_str())?;
    if let Some(why) = why {
        transaction.put(&step, STEP_WHY, why)?;
    }
    Ok(())
}

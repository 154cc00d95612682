//! Steps: how a transaction moves from one status to the next, and how two that moved it apart are settled.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjType, ROOT, ReadDoc};
use office_model::{Approval, Catalogue, FieldPath, Status};
use serde_json::Value;

use crate::error::DocumentError;
use crate::layout::{FIELDS, STATUS, STEP_CAMAT, STEP_FROM, STEP_SEAL, STEP_TO, STEP_UNDER, STEP_WHY, STEPS};
use crate::signature::{SignedBy, leads_to_letter};
use crate::{ApprovingCamat, Authored, Divergence, Stamp, TransactionDocument, divergence, path, writing};

impl TransactionDocument {
    /// Takes a step by the rules of the service in the catalogue version the record was made under; by the rules that
    /// hold for every service where this program does not have that version.
    ///
    /// # Errors
    ///
    /// When the rules do not have the step, a due reason is missing, or two people moved the record apart and
    /// nobody settled that yet.
    pub fn step(&mut self, to: Status, reason: Option<&str>, stamp: &Stamp) -> Result<Authored, DocumentError> {
        self.step_signed(to, reason, SignedBy::default(), stamp)
    }

    /// [`TransactionDocument::step`]; where it leads to a letter, the step says what of its paper is to stay.
    ///
    /// # Errors
    ///
    /// As [`TransactionDocument::step`].
    pub fn step_signed(
        &mut self,
        to: Status,
        reason: Option<&str>,
        by: SignedBy<'_>,
        stamp: &Stamp,
    ) -> Result<Authored, DocumentError> {
        let from = self.status()?;
        let apart = self.divergences().into_iter().find(|found| path::is_status(&self.names().place(&found.path)));
        if let Some(apart) = apart {
            return Err(DocumentError::StatusDiverged(apart.path.to_string()));
        }
        let row = self.row();
        let service = Catalogue::of_version(row.catalogue).and_then(|catalogue| catalogue.service(&row.service));
        match (service, self.to_json().get(FIELDS).and_then(Value::as_object)) {
            (Some(service), Some(fields)) => service.check_step(from, to, reason, fields),
            _ => from.check_step(to, Approval::Conditional, reason),
        }?;
        let why = reason.map(str::trim).filter(|reason| !reason.is_empty());
        let by = SignedBy {
            under: by.under.filter(|_| leads_to_letter(to)),
            seal: by.seal.filter(|_| to == Status::Ditandatangani),
            camat: by.camat.filter(|_| (from, to) == (Status::MenungguCamat, Status::Ditandatangani)),
        };
        self.commit(stamp, |transaction| write_step(transaction, (from, to), why, by))?
            .ok_or_else(|| DocumentError::Internal("a step changed nothing".to_owned()))
    }

    /// Fields with several concurrent values, in the order of their paths.
    pub fn divergences(&self) -> Vec<Divergence> {
        // The document was read whole when its row was made, so reading it again cannot fail.
        divergence::list(&self.automerge).unwrap_or_default()
    }

    /// Settles a divergence: an ordinary edit that takes the place of all its values. Settling `status` stands
    /// among the steps as well. Of the record's own values only one can stand that is there: nobody signs, nor gives a
    /// number, by settling.
    ///
    /// # Errors
    ///
    /// When there is nothing to settle at `path`, or the value cannot stand there.
    pub fn settle(&mut self, path: &FieldPath, value: Value, stamp: &Stamp) -> Result<Authored, DocumentError> {
        let place = self.names().place(path);
        let divergences = self.divergences();
        let Some(apart) = divergences.iter().find(|divergence| self.names().place(&divergence.path) == place) else {
            return Err(DocumentError::NothingToSettle(path.to_string()));
        };
        if apart.own.is_some() && !apart.values.iter().any(|standing| standing.value == value) {
            return Err(DocumentError::Value(path.to_string()));
        }
        let nothing = || DocumentError::Internal("settling changed nothing".to_owned());
        if !path::is_status(&place) {
            return self.set_all(&[(path.clone(), value)], stamp)?.ok_or_else(nothing);
        }
        let from = self.status()?;
        let word = value.as_str().ok_or_else(|| DocumentError::Value(path.to_string()))?;
        let to: Status = word.parse().map_err(|_| DocumentError::Value(path.to_string()))?;
        self.commit(stamp, |transaction| write_step(transaction, (from, to), None, SignedBy::default()))?
            .ok_or_else(nothing)
    }

    fn status(&self) -> Result<Status, DocumentError> {
        let word = &self.row().status;
        word.parse().map_err(|_| DocumentError::UnknownStatus(word.clone()))
    }
}

fn write_step(
    transaction: &mut Transaction<'_>,
    (from, to): (Status, Status),
    why: Option<&str>,
    by: SignedBy<'_>,
) -> Result<(), DocumentError> {
    writing::put(transaction, &ROOT, STATUS.into(), to.as_str().into())?;
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
    if let Some(under) = by.under {
        transaction.put(&step, STEP_UNDER, under.text())?;
    }
    if let Some(seal) = by.seal {
        transaction.put(&step, STEP_SEAL, seal)?;
    }
    if let Some(camat) = by.camat.and_then(ApprovingCamat::text) {
        transaction.put(&step, STEP_CAMAT, camat)?;
    }
    Ok(())
}

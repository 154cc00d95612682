//! Issuing letter numbers: from this node's leases, in the commit of the record that gets one.

use change_log::{ChangeHash, DocumentId};
use chrono::Datelike;
use office_model::{NumberParts, Serial, ServiceId, calendar};
use service_document::{DocumentError, Lease};

use crate::documents::authoring;
use crate::documents::authoring::{close, own_log};
use crate::file::work::Work;
use crate::numbers::lease::{self, LeaseState};
use crate::{Clock, Replica, StoreError};

/// What the store does not know of letter numbers.
#[derive(Clone, Copy)]
pub struct Numbering<'a> {
    /// The archive code of a service's letters, by the catalogue version of a record; nothing where the service ends in
    /// no letter.
    pub code: &'a dyn Fn(ServiceId, u32) -> Option<String>,
    /// Whether a lease is signed by the hub.
    pub trusts: &'a dyn Fn(&Lease) -> bool,
}

impl Numbering<'_> {
    /// Gives out nothing.
    pub fn none() -> Self {
        Self { code: &|_, _| None, trusts: &|_| false }
    }
}

/// A number that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenNumber {
    /// What makes it unique.
    pub serial: Serial,
    /// As it is printed.
    pub text: String,
}

/// Why a record got no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoNumber {
    /// Its service ends in no letter.
    NoLetter,
    /// It has one.
    HasOne,
    /// No lease of this node has any left for it.
    NoneLeft,
}

/// Gives out serials, lowest first, inside one write.
pub(crate) struct Issuer {
    leases: Vec<LeaseState>,
    touched: Vec<bool>,
    date: Option<chrono::NaiveDate>,
}

impl Issuer {
    /// `clock` tells the day: with what is known of the hub's time, since the clocks of village machines are often wrong.
    pub(crate) fn open(work: &Work<'_>, numbering: &Numbering<'_>, clock: &Clock) -> Result<Self, StoreError> {
        let date = calendar::wib_date(clock.millis.saturating_add(clock.hub_offset_millis.unwrap_or(0)));
        let year = date.map(|date| date.year());
        let mut leases = match work.node {
            Some(node) => lease::of_life(work.connection, node, work.epoch)?,
            None => Vec::new(),
        };
        leases.retain(|state| {
            let lease = &state.lease;
            let fits = Some(lease.office) == work.office && Some(lease.year) == year;
            fits && state.left() > 0 && (numbering.trusts)(lease)
        });
        Ok(Self { touched: vec![false; leases.len()], leases, date })
    }

    /// The next number for a letter with this archive code; nothing when none is left.
    pub(crate) fn issue(&mut self, code: &str) -> Option<GivenNumber> {
        let date = self.date?;
        let usable = |state: &LeaseState| state.left() > 0 && state.lease.series.counts(code);
        let at = self.leases.iter().position(usable)?;
        let state = self.leases.get_mut(at)?;
        let serial = Serial { series: state.lease.series.clone(), year: state.lease.year, serial: state.next };
        let parts = NumberParts { code, serial: serial.serial, office: state.lease.office, unit: "", date };
        let text = state.lease.template.render(&parts);
        state.next += 1;
        if let Some(touched) = self.touched.get_mut(at) {
            *touched = true;
        }
        Some(GivenNumber { serial, text })
    }

    /// Keeps what was given out.
    pub(crate) fn close(&self, work: &Work<'_>) -> Result<(), StoreError> {
        let touched = self.leases.iter().zip(&self.touched).filter(|(_, touched)| **touched);
        for (state, _) in touched {
            lease::note_use(work.connection, state)?;
        }
        Ok(())
    }
}

impl Replica {
    /// Gives a number to a letter that has none, because there was none left when it was recorded.
    ///
    /// # Errors
    ///
    /// As [`Replica::create_transaction`], and when there is no such document.
    pub fn issue_number(
        &mut self,
        id: DocumentId,
        numbering: &Numbering<'_>,
        clock: &Clock,
    ) -> Result<Result<(GivenNumber, ChangeHash), NoNumber>, StoreError> {
        self.write(|work| {
            let mut log = own_log(work)?;
            let mut issuer = Issuer::open(work, numbering, clock)?;
            let stamp = clock.stamp(work);
            let mut outcome = Err(NoNumber::HasOne);
            let given = authoring::change_one(work, &mut log, id, |document| {
                let row = document.row();
                if row.number.is_some() {
                    return Ok(None);
                }
                let Some(code) = (numbering.code)(row.service, row.catalogue) else {
                    outcome = Err(NoNumber::NoLetter);
                    return Ok(None);
                };
                let Some(number) = issuer.issue(&code) else {
                    outcome = Err(NoNumber::NoneLeft);
                    return Ok(None);
                };
                let authored = document.give_number(&number.serial, &number.text, &stamp)?;
                outcome = Ok(number);
                Ok::<_, DocumentError>(Some(authored))
            })?;
            if given.is_some() {
                issuer.close(work)?;
                close(work, &log)?;
            }
            Ok(match (outcome, given) {
                (Ok(number), Some(hash)) => Ok((number, hash)),
                (Ok(_), None) => Err(NoNumber::HasOne),
                (Err(why), _) => Err(why),
            })
        })
    }
}

//! A service as a form offers it.

use office_model::{Catalogue, Service, ServiceId};

use crate::desk::form::window::WINDOW;
use crate::desk::form::{Kept, Typed};
use crate::desk::frame::page::Halt;
use crate::desk::people::visitor::Form;
use crate::{Blame, Failure};

/// A service as a catalogue has it. A form stays with the version that it was begun under: a new one that arrives
/// meanwhile changes nothing in it.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Offered {
    pub(in crate::desk) catalogue: &'static Catalogue,
    pub(in crate::desk) service: &'static Service,
}

impl Offered {
    /// `version`: as a form says it; without one that is known, the newest.
    pub(in crate::desk) fn find(id: &str, version: &str) -> Option<Self> {
        let known = version.parse().ok().and_then(Catalogue::of_version);
        let catalogue = known.unwrap_or_else(Catalogue::current);
        let service = id.parse::<ServiceId>().ok().and_then(|id| catalogue.service(&id))?;
        Some(Self { catalogue, service })
    }

    /// What was typed into its form, and what that is a form of.
    pub(in crate::desk) fn keep(self, form: &Form) -> Kept {
        let typed = Typed::of_pairs(self.service, &form.0);
        let window = form.get(WINDOW).to_owned();
        Kept { typed, catalogue: self.catalogue.version().to_string(), edit: None, window }
    }

    /// The same; a failure where there is no such service.
    pub(super) fn of(id: &str, version: &str) -> Result<Self, Halt> {
        let found = Self::find(id, version).ok_or_else(|| {
            Failure::new(
                Blame::NotFound,
                "unknown_service",
                "Tidak ada layanan itu. Tidak ada yang berubah; pilih layanan dari daftar.",
                "There is no such service. Nothing was changed; choose one from the list.",
            )
        })?;
        Ok(found)
    }
}

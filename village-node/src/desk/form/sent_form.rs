//! A form for a new record as it was sent: by whom, what it is a form of, and what stands in it.

use std::sync::Arc;

use axum::http::HeaderMap;

use crate::Failure;
use crate::action::attachments;
use crate::desk::form::carried::{self, Sender};
use crate::desk::form::offered::Offered;
use crate::desk::form::window::Seen;
use crate::desk::form::{Kept, drafts};
use crate::desk::frame::page::Halt;
use crate::desk::frame::upload::{SentFile, Upload};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::serve::Shared;
use crate::serve::entrance::Entrance;

/// What was sent, and by whom.
pub(super) struct SentForm {
    pub(super) visitor: Visitor,
    pub(super) offered: Offered,
    /// As it came.
    pub(super) form: Form,
    pub(super) kept: Kept,
    /// The draft that it says it is of. Of a form that does not say so, nobody can tell whether it came before.
    pub(super) draft: Option<[u8; 16]>,
    /// What its window has seen of that draft.
    pub(super) seen: Seen,
    pub(super) coming: Option<Coming>,
}

/// A file that comes with a form.
pub(super) struct Coming {
    /// Which paper it is said to be.
    pub(super) kind: String,
    pub(super) file: SentFile,
}

impl SentForm {
    /// Whether a file comes with it that seems to be damaged.
    ///
    /// # Errors
    ///
    /// When that cannot be found out.
    pub(super) async fn brings_damaged(&self, shared: &Shared) -> Result<bool, Failure> {
        let Some(bytes) = self.coming.as_ref().map(|coming| coming.file.bytes.clone()) else { return Ok(false) };
        shared.node.blocking(move |_| Ok(attachments::warning(&bytes).is_some())).await
    }

    /// What came for the form of a service; what was typed goes along where its sender has to sign in first.
    ///
    /// # Errors
    ///
    /// The answer for who may not, or not yet, and for a service that there is not.
    pub(super) async fn of(
        shared: &Arc<Shared>,
        (sender, entrance, headers): (Sender, &Entrance, &HeaderMap),
        service: &str,
        upload: Upload,
    ) -> Result<Self, Halt> {
        let to = format!("/baru/{service}");
        let visitor = carried::sender(shared, sender, (entrance, headers), &to, &upload.form).await?;
        Self::by(visitor, service, upload)
    }

    /// The same, of somebody who is known.
    ///
    /// # Errors
    ///
    /// When records are not for them, or there is no such service.
    pub(super) fn by(visitor: Visitor, service: &str, Upload { form, file }: Upload) -> Result<Self, Halt> {
        allow(visitor.role().may_record())?;
        let offered = Offered::of(service, form.get("katalog"))?;
        Ok(Self {
            visitor,
            kept: offered.keep(&form),
            draft: drafts::parse_id(form.get("draf")),
            seen: Seen::of(&form),
            coming: file.map(|file| Coming { kind: form.get("kind").to_owned(), file }),
            offered,
            form,
        })
    }
}

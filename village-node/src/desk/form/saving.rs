//! A new form that was sent: saved as a record, kept as a draft, or led back with what is wrong in it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use data_encoding::HEXLOWER;
use office_model::{Bilingual, ClerkId};
use replica_store::Reader;
use serde_json::Value;

use crate::action::NewRecord;
use crate::desk::form::carried::Sender;
use crate::desk::form::draft_files::has_files;
use crate::desk::form::offered::Offered;
use crate::desk::form::saved::{self, Sent};
use crate::desk::form::sent_form::SentForm;
use crate::desk::form::services::note_used;
use crate::desk::form::{draft_files, drafts};
use crate::desk::frame::page::Answer;
use crate::desk::frame::upload::Upload;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::sign_in::note_in;
use crate::desk::record::queue;
use crate::right::Right;
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Act, Action, Blame, Failure, Node, moment};

pub(in crate::desk) async fn save(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    upload: Upload,
) -> Answer {
    let sent = SentForm::of(&shared, (sender, &entrance, &headers), &id, upload).await?;
    let is_damaged = sent.brings_damaged(&shared).await?;
    let SentForm { visitor, offered, form, kept, draft, seen, coming } = sent;
    let (clerk, right) = (visitor.clerk().clone(), visitor.right(&shared));
    let done = shared.node.blocking(move |node| {
        let known = |draft| Sent::new(draft, &kept).record(&node.replica());
        if let Some(record) = draft.map_or(Ok(None), known)? {
            return Ok(Outcome::Saved(record));
        }
        let mut draft = draft;
        // Of one draft two windows make no two records: what is typed in the later one waits until somebody says so.
        if let Some(own) = draft {
            let mut replica = node.replica();
            // Sent twice at once, it was saved since it was looked for.
            if let Some(record) = Sent::new(own, &kept).record(&replica)? {
                return Ok(Outcome::Saved(record));
            }
            let by = (own, clerk.as_str());
            let word = match saved::became(&replica, own)? {
                Some(record) => Some(Word::SavedBefore(record)),
                None => seen.changed_elsewhere(&replica, by, &kept)?.map(|_| Word::DraftApart(HEXLOWER.encode(&own))),
            };
            if let Some(word) = word {
                let (service, now) = (offered.service.id, moment::now_millis());
                let apart = drafts::keep_apart(&mut replica, by, service, &kept, now)?;
                drop(replica);
                let Some(coming) = coming else { return Ok(Outcome::Apart(apart, word)) };
                let (kept, by) = ((&kept, &seen), (Some(apart), clerk.as_str()));
                return Ok(match draft_files::keep(node, by, offered, kept, &coming)? {
                    (apart, None) => Outcome::Apart(apart, word),
                    (apart, Some(failure)) => Outcome::FileRefused(apart, failure),
                });
            }
        }
        // Chosen, and the form sent at once.
        if let Some(coming) = coming {
            let (kept_as, failure) =
                draft_files::keep(node, (draft, clerk.as_str()), offered, (&kept, &seen), &coming)?;
            if let Some(failure) = failure {
                return Ok(Outcome::FileRefused(kept_as, failure));
            }
            draft = Some(kept_as);
        }
        let Offered { catalogue, service } = offered;
        let sent = draft.map(|draft| Sent::new(draft, &kept));
        let record = NewRecord::new(service.id, kept.typed.to_record(), Some(catalogue.version()));
        match save_once(node, record, (&clerk, &right), sent.as_ref())? {
            Saving::Done(id) => Ok(Outcome::Saved(id)),
            Saving::Already(record) => {
                let (by, now) = ((draft.unwrap_or_default(), clerk.as_str()), moment::now_millis());
                let apart = drafts::keep_apart(&mut node.replica(), by, service.id, &kept, now)?;
                Ok(Outcome::Apart(apart, Word::SavedBefore(record)))
            }
            Saving::Refused if kept.typed.is_blank() && !has_files(&node.replica(), draft)? => {
                // What stood in it was taken out again.
                draft.map_or(Ok(()), |draft| drafts::drop_own(&mut node.replica(), draft, clerk.as_str()))?;
                Ok(Outcome::Refused(None))
            }
            Saving::Refused => {
                let (by, now) = ((draft, clerk.as_str()), moment::now_millis());
                Ok(Outcome::Refused(Some(drafts::keep_new(&mut node.replica(), by, service.id, &kept, now)?)))
            }
        }
    });
    // Pages of their own: going back to one asks nobody to send a form again.
    let done = match done.await {
        // Not even a draft can be kept: what was typed waits in memory, and stands in the form again.
        Err(failure) if failure.blame == Blame::Machine => {
            return Ok(visitor.refuses(&shared, &format!("/baru/{id}"), (Part::Form, vec![failure.text], &form)));
        }
        done => done?,
    };
    Ok(match done {
        Outcome::Saved(record) => {
            let word = if is_damaged { Word::AttachedDamaged } else { Word::Saved };
            visitor.leads(&shared, &format!("/berkas/{record}"), word)
        }
        Outcome::FileRefused(draft, failure) => draft_files::refused((&visitor, &shared), &id, draft, &failure),
        Outcome::Apart(draft, word) => {
            visitor.leads(&shared, &format!("/baru/{id}?draf={}", HEXLOWER.encode(&draft)), word)
        }
        Outcome::Refused(None) => visitor.leads(&shared, &format!("/baru/{id}"), Word::FormRefused),
        Outcome::Refused(Some(draft)) => {
            let to = format!("/baru/{id}?draf={}", HEXLOWER.encode(&draft));
            visitor.leads(&shared, &to, Word::FormRefused)
        }
    })
}

/// Where a form that was sent leads.
enum Outcome {
    /// To the record of this id.
    Saved(String),
    /// To a draft of its own, which says that another window saved or changed the one that it was.
    Apart([u8; 16], Word),
    /// To its draft, beside which the file that came with it was not taken.
    FileRefused([u8; 16], Failure),
    /// To itself, with what is wrong in it: as its draft, where anything was typed.
    Refused(Option<[u8; 16]>),
}

/// What came of a form.
enum Saving {
    /// It is the record of this id.
    Done(String),
    /// What another window had in the same draft is the record of this id.
    Already(String),
    /// Something in it is wrong.
    Refused,
}

/// The record that a form becomes. Sent twice (a double click, a page loaded again, after a power cut) it is the same one:
/// with the record go its draft, its number in the queue and what it became, in one commit.
fn save_once(
    node: &Node,
    mut record: NewRecord,
    (clerk, right): (&ClerkId, &Right),
    sent: Option<&Sent>,
) -> Result<Saving, Failure> {
    let known = |reader: &Reader| sent.map_or(Ok(None), |sent| sent.record(reader));
    if let Some(record) = known(&node.replica())? {
        return Ok(Saving::Done(record));
    }
    let became = |reader: &Reader| sent.map_or(Ok(None), |sent| sent.became(reader));
    let (name, service) = (clerk.to_string(), record.service);
    let files_of = |reader: &Reader| sent.map_or(Ok(Vec::new()), |sent| sent.files(reader, &name));
    let files = files_of(&node.replica())?;
    if let Some(sent) = sent {
        sent.place(&node.replica(), &files, false)?;
    }
    record.files.clone_from(&files);
    let action = Action::Record { records: vec![record], clerk: clerk.clone() };
    let answer = node.act(right, |doing| {
        let answer = doing.perform(&action)?;
        let replica = &mut *doing.replica;
        let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) else { return Ok(answer) };
        if became(replica)?.is_some() {
            return Err(sent_twice());
        }
        if files_of(replica)? != files {
            return Err(attached_meanwhile());
        }
        // Nothing named them in between: they may have been swept away.
        sent.map_or(Ok(()), |sent| sent.place(replica, &files, true))?;
        note_in(replica, &name, Act::Record, id)?;
        for file in &files {
            replica.note_blob(file.hash, file.size, doing.now_millis)?;
            note_in(replica, &name, Act::Attach, id)?;
        }
        if let Ok(id) = id.parse() {
            queue::give(replica, id)?;
        }
        if let Some(sent) = sent {
            sent.note(replica, (id, &name), doing.now_millis)?;
        }
        note_used(replica, &name, service.as_str())?;
        Ok(answer)
    });
    let answer = match answer {
        Err(failure) => {
            let reader = node.replica();
            return match (known(&reader)?, became(&reader)?) {
                // The same form, sent at the same moment, was saved meanwhile.
                (Some(record), _) => Ok(Saving::Done(record)),
                (None, Some(record)) => Ok(Saving::Already(record)),
                (None, None) => Err(failure),
            };
        }
        Ok(answer) => answer,
    };
    if let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) {
        return Ok(Saving::Done(id.to_owned()));
    }
    let problems = answer.pointer("/refused/0/problems").and_then(Value::as_array);
    if problems.is_some_and(|problems| !problems.is_empty()) {
        return Ok(Saving::Refused);
    }
    let text = answer.pointer("/refused/0/text").cloned().unwrap_or_default();
    let text: Bilingual = serde_json::from_value(text).unwrap_or_else(|_| Bilingual::new("", ""));
    Err(Failure::input("refused", text.id, text.en))
}

/// From another window with the same form.
fn attached_meanwhile() -> Failure {
    Failure::input(
        "attached_meanwhile",
        "Sebuah lampiran bertambah saat formulir ini disimpan. Belum ada yang tersimpan, dan yang Anda ketik masih ada; simpan lagi.",
        "A file was attached while this form was being saved. Nothing was saved, and what you typed is still there; save again.",
    )
}

/// Never seen: the record that the form became is shown instead.
fn sent_twice() -> Failure {
    Failure::input(
        "sent_twice",
        "Formulir ini sudah tersimpan. Tidak ada yang berubah.",
        "This form is saved already. Nothing was changed.",
    )
}

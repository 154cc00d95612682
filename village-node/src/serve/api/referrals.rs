//! Referrals: to an office above the villages, and its answer.

use axum::response::Response;
use office_model::{Answer, ClerkId, OfficeCode};
use replica_store::Replica;
use serde::Deserialize;

use super::writing::{Sent, change};
use crate::serve::caller::Caller;
use crate::{Act, Action};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferBody {
    office: OfficeCode,
    #[serde(default)]
    asked: String,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    answer: Answer,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

pub(super) async fn refer(sent: Sent) -> Response {
    change(sent, Act::Refer, Caller::may_record, |id, _, ReferBody { office, asked, clerk }| {
        Ok((clerk, move |_: &Replica, clerk| Ok(Action::Refer { id, to: office, asked: asked.clone(), clerk })))
    })
    .await
}

pub(super) async fn answer_it(sent: Sent) -> Response {
    change(sent, Act::Answer, Caller::may_answer, |id, _, AnswerBody { answer, reason, clerk }| {
        Ok((clerk, move |_: &Replica, clerk| Ok(Action::Answer { id, answer, reason: reason.clone(), clerk })))
    })
    .await
}

//! `POST /v1/wiped`: a machine that was told to wipe itself says that it did.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use change_log::NodeId;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::json;
use sync_protocol::{Signature, VerifyingKey, WipeReport};
use tokio::time::timeout;

use super::enrolment::BODY_TIME;
use super::{Hub, enrolment};
use crate::{clock, devices};

/// What the node says. Members it does not know, the hub skips.
#[derive(Deserialize)]
struct Said {
    node: NodeId,
    /// When the order was given.
    ordered_millis: i64,
    unsent: u64,
    /// 64 bytes in hexadecimal.
    signature: String,
}

pub(super) async fn wiped(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let Ok(body) = timeout(BODY_TIME, enrolment::read(request)).await else {
        return refusal(StatusCode::REQUEST_TIMEOUT, "slow");
    };
    let Some(report) = body.and_then(|body| parse(&body)) else {
        return refusal(StatusCode::BAD_REQUEST, "malformed");
    };
    let hub_id = hub.identity.hub;
    let noted = hub.writer.run(move |replica| {
        let known = replica.registered_node(report.node)?.filter(|node| node.revoked_millis.is_some());
        let is_its = known.is_some_and(|node| {
            VerifyingKey::from_bytes(&node.public_key).is_ok_and(|key| report.verify(&key, hub_id).is_ok())
        });
        if is_its { devices::note_wiped(replica, &report, clock::now_millis()) } else { Ok(false) }
    });
    match noted.await {
        Ok(true) => {
            tracing::info!(node = %report.node, unsent = report.unsent, "a machine was wiped");
            Json(json!({ "noted": true })).into_response()
        }
        // A stranger is not told what of it is wrong.
        Ok(false) => refusal(StatusCode::FORBIDDEN, "unknown"),
        Err(failure) => {
            tracing::error!(%failure, "the report of a wipe could not be kept");
            refusal(StatusCode::SERVICE_UNAVAILABLE, "storage")
        }
    }
}

fn parse(body: &[u8]) -> Option<WipeReport> {
    let said: Said = serde_json::from_slice(body).ok()?;
    let signature = HEXLOWER.decode(said.signature.as_bytes()).ok()?.try_into().ok()?;
    let Said { node, ordered_millis, unsent, .. } = said;
    Some(WipeReport { node, issued_millis: ordered_millis, unsent, signature: Signature(signature) })
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let (id, en) = match code {
        "malformed" => ("Laporan tidak dapat dibaca.", "The report cannot be read."),
        "slow" => {
            ("Laporan terlalu lambat; dikirim lagi sendiri.", "The report took too long; it is sent again by itself.")
        }
        "storage" => (
            "Server pusat sedang terganggu; laporan dikirim lagi sendiri.",
            "The hub has a fault just now; the report is sent again by itself.",
        ),
        _ => (
            "Komputer ini tidak dikenal, atau tidak diminta menghapus isinya.",
            "This machine is not known, or was not told to wipe itself.",
        ),
    };
    (status, Json(json!({ "code": code, "text_id": id, "text_en": en }))).into_response()
}

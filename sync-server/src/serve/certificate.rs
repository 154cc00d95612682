//! `POST /v1/certificate`: a node that joined before there were certificates gets its own, and each hears where the hub's
//! pages are.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use change_log::NodeId;
use data_encoding::HEXLOWER;
use replica_store::Node;
use serde::Deserialize;
use serde_json::json;
use sync_protocol::{CertificateRequest, CertifiedNode, NodeCertificate, Signature, SigningKey, VerifyingKey};
use tokio::time::timeout;

use super::enrolment::BODY_TIME;
use super::{Hub, enrolment};

/// What the node says. Members it does not know, the hub skips.
#[derive(Deserialize)]
struct Asked {
    node: NodeId,
    /// 64 bytes in hexadecimal.
    signature: String,
}

/// The certificate of a registered node; nothing when its key is none.
pub(super) fn of(hub_key: &SigningKey, node: &Node) -> Option<NodeCertificate> {
    let key = VerifyingKey::from_bytes(&node.public_key).ok()?;
    let issued_seconds = node.enrolled_millis.div_euclid(1000);
    Some(NodeCertificate::issue(hub_key, CertifiedNode { key, office: node.office, issued_seconds }))
}

pub(super) async fn certificate(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let Ok(body) = timeout(BODY_TIME, enrolment::read(request)).await else {
        return refusal(StatusCode::REQUEST_TIMEOUT, "slow");
    };
    let Some(request) = body.and_then(|body| parse(&body)) else {
        return refusal(StatusCode::BAD_REQUEST, "malformed");
    };
    let known = match hub.readers.with(move |reader| reader.registered_node(request.node)).await {
        Ok(Ok(known)) => known,
        Ok(Err(error)) => {
            tracing::error!(%error, "a certificate could not be given");
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "storage");
        }
        Err(failure) => {
            tracing::error!(%failure, "a certificate could not be given");
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "storage");
        }
    };
    // A stranger is not told which of the three it is.
    let admitted = known.filter(|node| node.revoked_millis.is_none()).filter(|node| {
        VerifyingKey::from_bytes(&node.public_key).is_ok_and(|key| request.verify(&key, hub.identity.hub).is_ok())
    });
    let Some(certificate) = admitted.and_then(|node| of(&hub.identity.key, &node)) else {
        return refusal(StatusCode::FORBIDDEN, "unknown");
    };
    Json(json!({ "certificate": certificate.to_string(), "public_url": hub.settings.public_url })).into_response()
}

fn parse(body: &[u8]) -> Option<CertificateRequest> {
    let asked: Asked = serde_json::from_slice(body).ok()?;
    let signature = HEXLOWER.decode(asked.signature.as_bytes()).ok()?.try_into().ok()?;
    Some(CertificateRequest { node: asked.node, signature: Signature(signature) })
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let (id, en) = match code {
        "malformed" => (
            "Permintaan sertifikat tidak dapat dibaca. Tidak ada yang berubah. Pasang versi terbaru.",
            "The request for a certificate cannot be read. Nothing was changed. Install the newest version.",
        ),
        "slow" => (
            "Permintaan terlalu lambat. Tidak ada yang berubah; komputer ini meminta lagi sendiri.",
            "The request took too long. Nothing was changed; this machine asks again by itself.",
        ),
        "storage" => (
            "Server pusat sedang terganggu. Tidak ada yang berubah; komputer ini meminta lagi sendiri.",
            "The hub has a fault just now. Nothing was changed; this machine asks again by itself.",
        ),
        _ => (
            "Komputer ini tidak dikenal atau sudah dikeluarkan. Tidak ada yang berubah. Hubungi operator.",
            "This machine is not known or was shut out. Nothing was changed. Talk to the operator.",
        ),
    };
    (status, Json(json!({ "code": code, "text_id": id, "text_en": en }))).into_response()
}

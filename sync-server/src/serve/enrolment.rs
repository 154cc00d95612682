//! `POST /v1/enrol`: a machine presents a one-time code and its public key, and is admitted to an office.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use data_encoding::HEXLOWER_PERMISSIVE;
use office_model::OfficeCode;
use replica_store::{Redeemed, StoreError};
use serde::Deserialize;
use serde_json::json;
use sync_protocol::VerifyingKey;
use sync_protocol::enrolment::Code;

use super::{Hub, certificate};
use crate::{clock, operators};

/// For the whole body of a request.
pub(super) const BODY_TIME: Duration = Duration::from_secs(30);

/// What the machine says. Members it does not know, the hub skips.
#[derive(Deserialize)]
struct Asked {
    /// The secret of the code: 16 bytes in hexadecimal.
    secret: String,
    /// Its Ed25519 key: 32 bytes in hexadecimal.
    public_key: String,
    /// Its program and version.
    #[serde(default)]
    software: String,
    /// The office that it belongs to already, where this hub lost it: it comes back with all that it holds.
    #[serde(default)]
    office: Option<OfficeCode>,
}

pub(super) async fn enrol(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let body = match tokio::time::timeout(BODY_TIME, read(request)).await {
        Ok(Some(body)) => body,
        Ok(None) => return refusal(StatusCode::BAD_REQUEST, "malformed", BAD_REQUEST),
        Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT, "slow", SLOW),
    };
    let Some((secret, key, software, own)) = parse(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "malformed", BAD_REQUEST);
    };
    let (node, now) = (key.node_id(), clock::now_millis());
    let redeemed = hub
        .writer
        .run(move |replica| {
            // A key that was shut out stays out, whatever code it brings.
            if replica.registered_node(node)?.is_some_and(|known| known.revoked_millis.is_some()) {
                return Ok((None, Vec::new(), replica.epoch()));
            }
            let by = (node, key.to_bytes());
            let redeemed = replica.together(|replica| {
                let redeemed = replica.redeem_code_of(Code::secret_hash(&secret), own, by, now)?;
                if matches!(redeemed, Redeemed::Admitted(_)) {
                    operators::note(replica, operators::ITSELF, "device_joined", &node.to_string(), now)?;
                }
                Ok::<_, StoreError>(redeemed)
            })?;
            Ok((Some(redeemed), replica.registered_nodes()?, replica.epoch()))
        })
        .await;
    let (redeemed, registered, epoch) = match redeemed {
        Ok(done) => done,
        Err(failure) => {
            tracing::error!(%failure, "an enrolment could not be stored");
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "storage", STORAGE);
        }
    };
    match redeemed {
        Some(Redeemed::Admitted(office)) => {
            let (Ok(hub_id), Ok(public_key)) = (hub.keys.hub(), hub.keys.public_key()) else {
                return refusal(StatusCode::SERVICE_UNAVAILABLE, "storage", STORAGE);
            };
            let certificate = registered.iter().find(|one| one.id == node);
            let certificate = certificate.and_then(|node| certificate::of(&hub.identity.key, node));
            // In the order in which they joined, those included that are shut out.
            let machine = registered.iter().filter(|one| one.office == office).position(|one| one.id == node);
            hub.strangers.joined(node);
            tracing::info!(%office, %node, software, "a node was admitted");
            Json(json!({
                "office": office,
                "node": node,
                "hub": hub_id,
                "hub_public_key": data_encoding::HEXLOWER.encode(&public_key),
                "hub_epoch": epoch,
                "millis": now,
                "certificate": certificate.map(|certificate| certificate.to_string()),
                "public_url": hub.settings.public_url,
                "machine": machine.map(|before| before + 1),
            }))
            .into_response()
        }
        Some(Redeemed::OtherOffice) => refusal(StatusCode::FORBIDDEN, "other_office", OTHER_OFFICE),
        Some(Redeemed::Unknown) => refusal(StatusCode::FORBIDDEN, "unknown", UNKNOWN),
        Some(Redeemed::Expired) => refusal(StatusCode::FORBIDDEN, "expired", EXPIRED),
        Some(Redeemed::Used(by)) => {
            tracing::warn!(first = %by, second = %node, "ALARM: an enrolment code was used a second time");
            refusal(StatusCode::FORBIDDEN, "used", USED)
        }
        None => refusal(StatusCode::FORBIDDEN, "revoked", REVOKED),
    }
}

pub(super) async fn read(request: Request) -> Option<Bytes> {
    use axum::extract::FromRequest as _;
    Bytes::from_request(request, &()).await.ok()
}

fn parse(body: &[u8]) -> Option<([u8; 16], VerifyingKey, String, Option<OfficeCode>)> {
    let asked: Asked = serde_json::from_slice(body).ok()?;
    let secret = HEXLOWER_PERMISSIVE.decode(asked.secret.as_bytes()).ok()?.try_into().ok()?;
    let software = asked.software.chars().filter(|letter| office_model::is_visible(*letter)).take(64).collect();
    Some((secret, asked.public_key.parse().ok()?, software, asked.office))
}

/// A text in Indonesian and in English.
type Texts = (&'static str, &'static str);

const BAD_REQUEST: Texts = (
    "Permintaan pendaftaran tidak dapat dibaca. Tidak ada yang disimpan. Pasang versi terbaru lalu coba lagi.",
    "The enrolment request cannot be read. Nothing was stored. Install the newest version, then try again.",
);
const SLOW: Texts = (
    "Permintaan terlalu lambat. Tidak ada yang disimpan. Coba lagi dengan kode yang sama.",
    "The request took too long. Nothing was stored. Try again with the same code.",
);
const STORAGE: Texts = (
    "Server pusat tidak dapat menyimpan. Tidak ada yang disimpan. Coba lagi nanti dengan kode yang sama.",
    "The hub cannot store. Nothing was stored. Try again later with the same code.",
);
const UNKNOWN: Texts = (
    "Kode pendaftaran tidak dikenal. Periksa kode itu, atau minta kode baru kepada operator.",
    "The enrolment code is not known. Check it, or ask the operator for a new one.",
);
const OTHER_OFFICE: Texts = (
    "Kode ini untuk kantor lain daripada kantor folder ini. Kodenya belum terpakai; minta kode untuk kantor ini kepada operator.",
    "This code is for another office than this folder's. It is not used up; ask the operator for one of this office.",
);
const EXPIRED: Texts = (
    "Masa berlaku kode pendaftaran sudah habis. Minta kode baru kepada operator.",
    "The time of the enrolment code is over. Ask the operator for a new one.",
);
const USED: Texts = (
    "Kode pendaftaran sudah dipakai oleh mesin lain. Operator diberi tahu. Minta kode baru.",
    "Another machine used the enrolment code before. The operator is told. Ask for a new one.",
);
const REVOKED: Texts = (
    "Mesin ini sudah dikeluarkan oleh operator. Hubungi operator.",
    "The operator shut this machine out. Talk to the operator.",
);

fn refusal(status: StatusCode, code: &str, (id, en): Texts) -> Response {
    (status, Json(json!({ "code": code, "text_id": id, "text_en": en }))).into_response()
}

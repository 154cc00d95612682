//! The hub's certificate, for a node that joined before there were any; and where the hub's pages are, which may change.

use std::time::Duration;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::json;
use sync_protocol::CertificateRequest;

use crate::sealing::Sealing;
use crate::{Blame, Failure, Node, http, moment};

/// The setting that keeps when the hub was last asked, in milliseconds as decimal digits.
const ASKED: &str = "certificate_asked_millis";
/// A node without a certificate asks so often: an older hub gives none.
const EVERY_MISSING_MILLIS: i64 = 3_600_000;
/// A node that has one asks so often where letters' addresses begin.
const EVERY_MILLIS: i64 = 30 * 24 * EVERY_MISSING_MILLIS;
const PATIENCE: Duration = Duration::from_secs(10);
/// The hub's answer is short; more is not read.
const ANSWER_BYTES_MAX: usize = 4 * 1024;

#[derive(Deserialize)]
struct Answer {
    certificate: String,
    #[serde(default)]
    public_url: Option<String>,
}

/// Notes that the hub was asked just now, as it is by an enrolment.
pub(crate) fn note_asked(node: &Node) -> Result<(), Failure> {
    Ok(node.replica().set_setting(ASKED, moment::now_millis().to_string().as_bytes())?)
}

/// Asks the hub when it is time. What goes wrong is tried again another day: nothing but seals needs it.
pub(super) async fn ask_if_due(node: &Node) {
    if let Err(failure) = ask(node).await {
        tracing::warn!(code = failure.code, text = failure.text.en, "the hub gave no certificate");
    }
}

async fn ask(node: &Node) -> Result<(), Failure> {
    let due = node.blocking(|node| {
        let due = is_due(node)?;
        if due {
            note_asked(node)?;
        }
        Ok(due)
    });
    if !due.await? {
        return Ok(());
    }
    let identity = &node.live().identity;
    let request = CertificateRequest::sign(&identity.key, identity.hub);
    let body = json!({"node": request.node, "signature": HEXLOWER.encode(&request.signature.0)}).to_string();
    let answer = tokio::time::timeout(PATIENCE, send(node, body)).await.map_err(|_| {
        Failure::new(Blame::Link, "timeout", "Pusat tidak menjawab.", "The hub did not answer within 10 seconds.")
    })??;
    let Some(Answer { certificate, public_url }) = answer else { return Ok(()) };
    let identity = node.identity();
    let sealing = Sealing::of(identity, certificate, public_url).ok_or_else(|| {
        Failure::new(
            Blame::Hub,
            "certificate",
            "Sertifikat dari pusat bukan untuk komputer ini; dibiarkan.",
            "The certificate that the hub sent is not this machine's; it was left alone.",
        )
    })?;
    node.blocking(move |node| node.keep_sealing(sealing)).await
}

fn is_due(node: &Node) -> Result<bool, Failure> {
    let every = if node.sealer().is_certified() { EVERY_MILLIS } else { EVERY_MISSING_MILLIS };
    let asked = node.replica().setting(ASKED)?;
    let asked = asked.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse::<i64>().ok());
    // Clocks are set back, too.
    Ok(asked.is_none_or(|asked| (moment::now_millis() - asked).unsigned_abs() >= every.unsigned_abs()))
}

/// The hub's answer; nothing from a hub that knows no certificates.
async fn send(node: &Node, body: String) -> Result<Option<Answer>, Failure> {
    let url = http::page(&node.identity().hub_url, "/v1/certificate")?;
    let request = node.live().client().post(url).header("content-type", "application/json").body(body);
    let mut response = request.send().await.map_err(|error| http::unreachable(&error))?;
    let status = response.status();
    if status == reqwest::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| http::unreachable(&error))? {
        text.extend_from_slice(&chunk);
        if text.len() > ANSWER_BYTES_MAX {
            break;
        }
    }
    let answer = if status.is_success() { serde_json::from_slice(&text).ok() } else { None };
    answer.map(Some).ok_or_else(|| {
        Failure::new(
            Blame::Hub,
            "certificate",
            format!("Pusat tidak memberi sertifikat ({status}); diminta lagi nanti."),
            format!("The hub gave no certificate ({status}); it is asked again later."),
        )
    })
}

//! Joining an office: a one-time code, a new key, a hub that is checked before anything is said to it.

use std::path::Path;
use std::time::Duration;

use change_log::{EpochId, HubId, NodeId};
use data_encoding::HEXLOWER;
use office_model::{Bilingual, OfficeCode};
use replica_store::{NewReplica, Opened, Replica, Role};
use serde::{Deserialize, Serialize};
use sync_protocol::SigningKey;
use sync_protocol::enrolment::{Code, ParseCodeError};

use crate::identity::{Bytes32, DATABASE};
use crate::node::{Opening, plain_url};
use crate::pin::Pin;
use crate::wiping::Wiped;
use crate::{Blame, Failure, Identity, Node, NodeOptions, Sealing, action, http, moment, private_file, wiping};

/// So long an enrolment may take in all.
const PATIENCE: Duration = Duration::from_secs(60);
/// The hub's answer is short; more is not read.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What came of an enrolment.
#[derive(Debug)]
pub struct Enrolled {
    /// The node, open.
    pub node: Node,
    /// Hub clock minus device clock in milliseconds.
    pub hub_offset_millis: i64,
}

#[derive(Serialize)]
struct Question {
    secret: String,
    public_key: String,
    software: String,
    /// Of a folder that joined before.
    #[serde(skip_serializing_if = "Option::is_none")]
    office: Option<OfficeCode>,
}

#[derive(Deserialize)]
struct Answer {
    office: OfficeCode,
    node: NodeId,
    hub: HubId,
    hub_public_key: Bytes32,
    millis: i64,
    /// An older hub gives none.
    #[serde(default)]
    certificate: Option<String>,
    #[serde(default)]
    public_url: Option<String>,
    /// The how manieth machine of its office it is, from 1; an older hub does not say.
    #[serde(default)]
    machine: Option<u32>,
}

/// Joins the office that `code` is for. The hub's TLS key is checked against the code before anything is sent. When
/// the answer gets lost, the same call again gets the same answer: the key is kept in the folder from the start.
///
/// # Errors
///
/// When the folder has joined already, the code is mistyped, used or expired, the hub is not the one the code is for
/// or cannot be reached, or the disk refuses. The folder holds no node then, and the call can be made again.
pub async fn enrol(dir: &Path, hub_url: &str, code: &str, options: &NodeOptions) -> Result<Enrolled, Failure> {
    if Wiped::load(dir)?.is_none() {
        must_be_vacant(dir, options)?;
    }
    let code: Code = code.trim().parse().map_err(bad_code)?;
    // With a new code a machine that was wiped joins anew.
    wiping::forget(dir)?;
    let url = http::page(hub_url, "/v1/enrol")?;
    private_file::make_folder(dir)?;
    let seed = key_of(dir)?;
    let key = SigningKey::from_seed(&seed);
    let (answer, server_pin) = present(url, &code, &key, None).await?;
    let mut identity = Identity {
        office: answer.office,
        node: answer.node,
        hub: answer.hub,
        hub_public_key: answer.hub_public_key,
        hub_url: plain_url(hub_url),
        server_pin,
        secret_key: Bytes32(seed),
        sealing: None,
    };
    if let Some(certificate) = answer.certificate {
        identity.sealing = Some(Sealing::of(&identity, certificate, answer.public_url).ok_or_else(nonsense)?);
    }
    let node = establish(dir, &identity, options)?;
    if let Some(machine) = answer.machine {
        crate::desk::record::queue::note_machine(&mut node.replica(), machine)?;
    }
    let hub_offset_millis = answer.millis - moment::now_millis();
    action::note_hub_offset(&mut node.replica(), hub_offset_millis)?;
    if identity.sealing.is_some() {
        crate::sync::note_asked(&node)?;
    }
    Ok(Enrolled { node, hub_offset_millis })
}

/// Has a hub that does not know this folder's machine any more, since it was restored from a backup of before, admit it again:
/// with all that the folder holds, also what never reached the hub.
///
/// # Errors
///
/// When the folder has not joined or is in use, the code is for another office, the hub is another one or cannot be reached,
/// it shut this machine out, or the disk refuses. The folder is as it was then.
pub async fn enrol_again(dir: &Path, hub_url: &str, code: &str, options: &NodeOptions) -> Result<Enrolled, Failure> {
    let node = Node::open(dir, options)?;
    let mut identity = node.identity().clone();
    let code: Code = code.trim().parse().map_err(bad_code)?;
    let url = http::page(hub_url, "/v1/enrol")?;
    let key = SigningKey::from_seed(&identity.secret_key.0);
    let (answer, server_pin) = present(url, &code, &key, Some(identity.office)).await?;
    if (answer.office, answer.hub) != (identity.office, identity.hub) {
        return Err(other_hub());
    }
    identity.hub_url = plain_url(hub_url);
    identity.server_pin = server_pin;
    if let Some(certificate) = answer.certificate {
        identity.sealing = Sealing::of(&identity, certificate, answer.public_url);
    }
    identity.save(dir)?;
    identity.keep_in(&mut node.replica())?;
    let hub_offset_millis = answer.millis - moment::now_millis();
    action::note_hub_offset(&mut node.replica(), hub_offset_millis)?;
    Ok(Enrolled { node, hub_offset_millis })
}

/// Presents the code to the hub that it is for; what that answers, and the key that it showed.
async fn present(
    url: reqwest::Url,
    code: &Code,
    key: &SigningKey,
    office: Option<OfficeCode>,
) -> Result<(Answer, Bytes32), Failure> {
    let (tls, verifier) = http::tls(Pin::Fingerprint(code.fingerprint))?;
    let client = http::client(tls)?;
    let question = Question {
        secret: HEXLOWER.encode(&code.secret),
        public_key: key.verifying_key().to_string(),
        software: crate::sync::SOFTWARE.to_owned(),
        office,
    };
    let body = serde_json::to_vec(&question).unwrap_or_default();
    let answer = tokio::time::timeout(PATIENCE, ask(&client, url, body)).await.unwrap_or_else(|_| {
        Err(Failure::new(
            Blame::Link,
            "timeout",
            "Pusat tidak menjawab dalam 60 detik. Coba lagi dengan kode yang sama.",
            "The hub did not answer within 60 seconds. Try again with the same code.",
        ))
    })?;
    let hub_key = sync_protocol::VerifyingKey::from_bytes(&answer.hub_public_key.0).map_err(|_| nonsense())?;
    if hub_key.hub_id() != answer.hub || key.verifying_key().node_id() != answer.node {
        return Err(nonsense());
    }
    Ok((answer, Bytes32(verifier.seen().ok_or_else(nonsense)?)))
}

fn other_hub() -> Failure {
    Failure::new(
        Blame::Hub,
        "other_hub",
        "Kode ini dari pusat lain daripada pusat folder ini. Folder ini tidak berubah; minta kode kepada operator pusatnya.",
        "This code is of another hub than this folder's. The folder was not changed; ask the operator of its hub for one.",
    )
}

/// Makes the folder the node that `identity` says: its database, then its identity file.
///
/// # Errors
///
/// When there is another node in the folder, or the disk refuses.
pub fn establish(dir: &Path, identity: &Identity, options: &NodeOptions) -> Result<Node, Failure> {
    private_file::make_folder(dir)?;
    let fresh = EpochId(moment::random()?);
    let new = NewReplica {
        role: Role::Node,
        office: Some(identity.office),
        hub: identity.hub,
        node: Some(identity.node),
        epoch: fresh,
        machine: options.machine.clone(),
    };
    let (replica, opened) = match Replica::create_with(dir, &new, options.durability) {
        Ok(replica) => (replica, Opened { epoch_began: None }),
        // A crash right before the identity was written: the database is this node's already.
        Err(replica_store::OpenError::Exists(_)) => {
            Replica::open_with(dir, &options.machine, fresh, options.durability)?
        }
        Err(error) => return Err(error.into()),
    };
    let opening = Opening { opened, identity_rewritten: false };
    let node = Node::of(identity.clone(), replica, opening, options)?;
    identity.save(dir)?;
    // The key stands in the identity now. When this fails the file is only left over.
    let _ = std::fs::remove_file(dir.join(KEY_FILE));
    Ok(node)
}

/// A code works once: what is in the way in the folder must be found before the hub hears of it.
fn must_be_vacant(dir: &Path, options: &NodeOptions) -> Result<(), Failure> {
    let joined = Identity::file(dir).exists();
    let under_way = !joined && dir.join(KEY_FILE).exists();
    let used = joined || DATABASE.iter().any(|name| dir.join(name).exists());
    if under_way || !used {
        return Ok(());
    }
    match Node::open(dir, options) {
        Ok(_) => Err(already(dir)),
        Err(failure) if failure.code == "in_use" && Identity::load(dir).is_ok() => Err(already(dir)),
        Err(failure) if failure.code == "not_enrolled" => Ok(()),
        Err(failure) => Err(failure),
    }
}

const KEY_FILE: &str = "enrolling.key";

/// The key of an enrolment that is under way, or a new one, on the disk before the hub hears of it.
fn key_of(dir: &Path) -> Result<[u8; 32], Failure> {
    let path = dir.join(KEY_FILE);
    if let Some(seed) = std::fs::read(&path).ok().and_then(|bytes| bytes.try_into().ok()) {
        return Ok(seed);
    }
    let seed: [u8; 32] = moment::random()?;
    private_file::write(&path, &seed)?;
    Ok(seed)
}

async fn ask(client: &reqwest::Client, url: reqwest::Url, body: Vec<u8>) -> Result<Answer, Failure> {
    let mut response = client
        .post(url)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .map_err(|error| unreachable(&error))?;
    let status = response.status();
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        text.extend_from_slice(&chunk);
        if text.len() > ANSWER_BYTES_MAX {
            return Err(nonsense());
        }
    }
    if status.is_success() {
        return serde_json::from_slice(&text).map_err(|_| nonsense());
    }
    let told: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    // The hub's own words, where it has any: `{"code", "text": {"id", "en"}}` or flat.
    let find = |key: &str| {
        let text = told.get("text").and_then(|text| text.get(key)).or_else(|| told.get(format!("text_{key}")));
        text.and_then(serde_json::Value::as_str).map(|text| text.chars().take(600).collect::<String>())
    };
    let code = told.get("code").and_then(serde_json::Value::as_str).unwrap_or("refused");
    Err(Failure::new(
        Blame::Hub,
        code,
        find("id").unwrap_or_else(|| format!("Pusat menolak kode ini ({status}). Minta kode baru dari operator.")),
        find("en").unwrap_or_else(|| format!("The hub refused this code ({status}). Ask the operator for a new one.")),
    ))
}

fn already(dir: &Path) -> Failure {
    let office = Identity::load(dir).map(|identity| identity.office.to_string()).unwrap_or_default();
    Failure::new(
        Blame::State,
        "already_enrolled",
        format!(
            "Folder {} sudah terdaftar untuk kantor {office}. Tidak ada yang berubah; untuk komputer kedua, atau sesudah \
             komputer ini dikeluarkan, pakai folder --data lain. Bila pusat tidak mengenal komputer ini lagi (sesudah pusat \
             dipulihkan), tambahkan --again.",
            dir.display()
        ),
        format!(
            "The folder {} has joined office {office} already. Nothing was changed; use another --data folder for a \
             second node, or after this one was shut out. Where the hub does not know this machine any more (after it was \
             restored), add --again.",
            dir.display()
        ),
    )
}

fn unreachable(error: &reqwest::Error) -> Failure {
    let mut failure = http::unreachable(error);
    // Nothing is recorded yet, so nothing "goes later": the clerk has to come back with the code.
    failure.text = match failure.code.as_str() {
        "wrong_server" => return failure,
        "unreachable" => Bilingual::new(
            "Pusat tidak dapat dihubungi. Komputer ini belum terdaftar dan kode belum terpakai. Periksa jaringan dan alamat \
             pusat (--hub), lalu ulangi dengan kode yang sama.",
            "The hub could not be reached. This machine has not joined, and the code is not used up. Check the network and \
             the hub's address (--hub), then try again with the same code.",
        ),
        _ => Bilingual::new(
            "Sambungan terputus sebelum pusat menjawab. Komputer ini belum terdaftar. Periksa jaringan, lalu ulangi dari \
             folder data yang sama dengan kode yang sama.",
            "The link broke before the hub's answer came. This machine has not joined. Check the network, then try again \
             from the same data folder with the same code.",
        ),
    };
    failure
}

fn bad_code(error: ParseCodeError) -> Failure {
    let id = match error {
        ParseCodeError::Length { count } => format!(
            "Kode pendaftaran terdiri dari sembilan kelompok berisi lima huruf dan angka; yang ini {count} karakter. Salin lagi \
             seluruhnya"
        ),
        ParseCodeError::Character { character } => {
            format!("Tidak ada \"{character}\" dalam kode pendaftaran. Baca lagi bagian itu")
        }
        ParseCodeError::Check => {
            "Satu karakter kode pendaftaran salah, atau dua tertukar. Bandingkan dengan aslinya".to_owned()
        }
        ParseCodeError::Version => {
            "Kode pendaftaran ini untuk versi program yang lebih baru. Pasang versi terbaru, lalu coba lagi".to_owned()
        }
    };
    Failure::input(
        "code",
        format!("{id}. Tidak ada yang dikirim."),
        format!("The enrolment code is not right: {error}. Nothing was sent."),
    )
}

fn nonsense() -> Failure {
    Failure::new(
        Blame::Hub,
        "answer",
        "Jawaban pusat tidak dapat dipahami. Komputer ini belum terdaftar; laporkan kepada operator.",
        "The hub's answer makes no sense. This machine has not joined; tell the operator.",
    )
}

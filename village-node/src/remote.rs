//! Talking to the `serve` that has the data folder open, over its loopback API.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use change_log::BlobHash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sync::Patience;
use crate::{Action, Failure, http, private_file};

/// Where a running `serve` is and what opens its door: `serve.json` in the data folder, for its owner only. The token
/// ends with that `serve`: left over, it opens nothing to whoever listens at the address then.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Door {
    pub(crate) address: String,
    pub(crate) token: String,
}

/// How to exchange until proven equal.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SyncBody {
    /// Give up after so many seconds without progress.
    pub(crate) patience_seconds: Option<u64>,
    /// Where the asker means the hub to be.
    pub(crate) hub: Option<String>,
}

/// An action, and who asks for it where it names nobody.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionBody<'a> {
    pub(crate) action: Cow<'a, Action>,
    pub(crate) asker: String,
}

impl SyncBody {
    pub(crate) fn patience(&self) -> Patience {
        let built_in = Patience::default();
        let without_progress = self.patience_seconds.map_or(built_in.without_progress, Duration::from_secs);
        Patience { without_progress, ..built_in }
    }
}

impl Door {
    pub(crate) fn file(dir: &Path) -> PathBuf {
        dir.join("serve.json")
    }

    pub(crate) fn save(&self, dir: &Path) -> Result<(), Failure> {
        private_file::write(&Self::file(dir), &serde_json::to_vec_pretty(self).unwrap_or_default())
    }

    pub(crate) fn load(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::file(dir)).ok()?).ok()
    }

    /// Asks for an action, as the person `asker` where it names nobody.
    pub(crate) async fn perform(&self, action: &Action, asker: &str) -> Result<Value, Failure> {
        let body = ActionBody { action: Cow::Borrowed(action), asker: asker.to_owned() };
        self.post("actions", serde_json::to_vec(&body).unwrap_or_default()).await
    }

    /// Asks for exchanges until proven equal.
    pub(crate) async fn sync(&self, how: &SyncBody) -> Result<Value, Failure> {
        self.post("sync", serde_json::to_vec(how).unwrap_or_default()).await
    }

    /// The bytes of an attached file, for the person `asker`.
    pub(crate) async fn attached_file(&self, hash: BlobHash, asker: &str) -> Result<Vec<u8>, Failure> {
        let url = format!("http://{}/api/own/attachments/{hash}?asker={asker}", self.address);
        self.read(http::local()?.get(url)).await
    }

    async fn post(&self, page: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let request = http::local()?.post(format!("http://{}/api/own/{page}", self.address));
        let bytes = self.read(request.header("content-type", "application/json").body(body)).await?;
        serde_json::from_slice(&bytes).map_err(|_| odd())
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, Failure> {
        let lost = |error: reqwest::Error| {
            Failure::machine(
                "serve_lost",
                format!("`village-node serve` di folder ini tidak menjawab. Periksa hasilnya dengan `list`. ({error})"),
                format!(
                    "The `village-node serve` of this folder does not answer. Check with `list` what was done. ({error})"
                ),
            )
        };
        let response = request.bearer_auth(&self.token).send().await.map_err(lost)?;
        let good = response.status().is_success();
        let bytes = response.bytes().await.map_err(lost)?;
        if good {
            return Ok(bytes.to_vec());
        }
        Err(serde_json::from_slice::<Failure>(&bytes).unwrap_or_else(|_| odd()))
    }
}

fn odd() -> Failure {
    Failure::machine(
        "serve_odd",
        "Jawaban `village-node serve` tidak dapat dipahami; mungkin versinya lain. Mulai ulang program itu.",
        "The answer of `village-node serve` makes no sense; it may be of another version. Start it again.",
    )
}

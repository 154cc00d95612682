//! Talking to the `serve` that has the data folder open, over its loopback API.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Action, Failure, http, private_file};

/// Where a running `serve` is and what opens its door: `serve.json` in the data folder, for its owner only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Door {
    pub(crate) address: String,
    pub(crate) token: String,
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

    /// Asks for an action.
    pub(crate) async fn perform(&self, action: &Action) -> Result<Value, Failure> {
        self.post("actions", serde_json::to_vec(action).unwrap_or_default()).await
    }

    /// Asks for exchanges until proven equal.
    pub(crate) async fn sync(&self) -> Result<Value, Failure> {
        self.post("sync", b"{}".to_vec()).await
    }

    async fn post(&self, page: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let lost = |error: reqwest::Error| {
            Failure::machine(
                "serve_lost",
                format!("`village-node serve` di folder ini tidak menjawab ({error}). Periksa hasilnya dengan `list`."),
                format!(
                    "The `village-node serve` of this folder does not answer ({error}). Check with `list` what was done."
                ),
            )
        };
        let client = http::local()?;
        let response = client
            .post(format!("http://{}/api/v1/{page}", self.address))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .map_err(lost)?;
        let good = response.status().is_success();
        let bytes = response.bytes().await.map_err(lost)?;
        if good {
            return serde_json::from_slice(&bytes).map_err(|_| odd());
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

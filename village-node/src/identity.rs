//! Who this node is: its key, its office, its hub. One file in the data folder that only its owner may read.

use std::fmt;
use std::path::{Path, PathBuf};

use change_log::{HubId, NodeId};
use data_encoding::HEXLOWER;
use office_model::OfficeCode;
use replica_store::Replica;
use serde::{Deserialize, Serialize};

use crate::action::IDENTITY_SETTING;
use crate::failure::not_enrolled;
use crate::{Failure, Sealing, private_file};

/// The files of a database.
pub(crate) const DATABASE: [&str; 3] = ["replica.db", "replica.db-wal", "replica.db-shm"];

/// Everything that makes this folder a node of an office.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The office, for life.
    pub office: OfficeCode,
    /// This node.
    pub node: NodeId,
    /// The hub.
    pub hub: HubId,
    /// The hub's Ed25519 key: it signs receipts.
    pub hub_public_key: Bytes32,
    /// Where the hub is: `https://host:port`.
    pub hub_url: String,
    /// SHA-256 of the `SubjectPublicKeyInfo` that the hub's TLS certificate must show.
    pub server_pin: Bytes32,
    /// This node's secret Ed25519 key.
    pub secret_key: Bytes32,
    /// What the hub gave it to seal letters with; nothing until it asked a hub that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealing: Option<Sealing>,
}

/// 32 bytes, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bytes32(pub [u8; 32]);

impl TryFrom<String> for Bytes32 {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).map_err(|_| "hexadecimal digits expected")?;
        bytes.try_into().map(Self).map_err(|_| "64 hexadecimal digits expected")
    }
}

impl From<Bytes32> for String {
    fn from(bytes: Bytes32) -> Self {
        HEXLOWER.encode(&bytes.0)
    }
}

impl fmt::Debug for Identity {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, {}, {:?}, {})", self.office, self.node, self.hub, self.hub_url)
    }
}

impl Identity {
    /// The file in a data folder.
    pub fn file(dir: &Path) -> PathBuf {
        dir.join("identity.json")
    }

    /// Reads the identity of a data folder.
    ///
    /// # Errors
    ///
    /// When the folder has not joined an office, or the file is damaged.
    pub fn load(dir: &Path) -> Result<Self, Failure> {
        let path = Self::file(dir);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(not_enrolled()),
            read => read.map_err(|error| Failure::file(&path, &error))?,
        };
        Self::parse(&bytes).ok_or_else(|| lost(dir, "identity_damaged"))
    }

    /// The identity that a database keeps, if it is the database's own.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn kept_in(replica: &Replica) -> Result<Option<Self>, Failure> {
        let kept = replica.setting(IDENTITY_SETTING)?.and_then(|bytes| Self::parse(&bytes));
        Ok(kept.filter(|identity| replica.node() == Some(identity.node) && replica.hub() == identity.hub))
    }

    /// Keeps the identity in its database: backups carry it, and a lost file is written again from there.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub(crate) fn keep_in(&self, replica: &mut Replica) -> Result<(), Failure> {
        let bytes = self.to_bytes();
        if replica.setting(IDENTITY_SETTING)?.as_ref() == Some(&bytes) {
            return Ok(());
        }
        for name in DATABASE {
            let file = replica.dir().join(name);
            if file.exists() {
                private_file::close_to_others(&file)?;
            }
        }
        Ok(replica.set_setting(IDENTITY_SETTING, &bytes)?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// Writes the identity of a data folder.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn save(&self, dir: &Path) -> Result<(), Failure> {
        private_file::write(&Self::file(dir), &self.to_bytes())
    }
}

/// The file is damaged or gone, and the database keeps no copy of it.
pub(crate) fn lost(dir: &Path, code: &str) -> Failure {
    let path = Identity::file(dir);
    let path = path.display();
    Failure::machine(
        code,
        format!(
            "Berkas {path} rusak atau hilang. Yang sudah dicatat tidak disentuh; jalankan `village-node restore \
             CADANGAN --replace`, atau hubungi operator pusat."
        ),
        format!(
            "The file {path} is damaged or gone. What was recorded was not touched; run `village-node restore BACKUP \
             --replace`, or ask the hub's operator."
        ),
    )
}

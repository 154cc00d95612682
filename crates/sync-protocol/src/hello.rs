//! Hello: who the node is, where its log ends, what it knows of the hub. Signed, so that it admits all that follows.

use change_log::{ChainHash, Digest, EpochId, HubId, NodeId, Position};
use office_model::OfficeCode;

use crate::wire::{Elements, Writer};
use crate::{
    FrameKind, MessageError, Problem, Signature, SignatureError, SigningKey, VerifyingKey, Versions, write_frame,
};

/// Longest name and version of a program, in bytes.
pub const SOFTWARE_BYTES_MAX: usize = 64;
/// Most rungs in one ladder.
pub const LADDER_MAX: usize = 64;

const SIGNATURE_LENGTH: usize = 64;
const CONTEXT: &[u8] = b"smart-kampung hello v1\0";
const WHAT: &str = "hello";

/// What a node says first in each exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Versions of the protocol it speaks.
    pub versions: Versions,
    /// Who it is.
    pub node: NodeId,
    /// The log it writes now.
    pub epoch: EpochId,
    /// The last position of that log, 0 if it is empty.
    pub position: Position,
    /// The chain at that position: commits to every change up to there.
    pub chain: ChainHash,
    /// Number of this exchange, strictly rising within the epoch: a hello recorded and sent again is refused.
    pub counter: u64,
    /// Up to where it believes that the hub has the log. Batches of this request start after it.
    pub acknowledged: Position,
    /// Highest number of a refusal it knows of, 0 if none.
    pub refusals_known: u64,
    /// Up to where it has the feed of its office.
    pub cursor: Option<Cursor>,
    /// Digest of all it holds of its office.
    pub digest: Digest,
    /// Its clock, in milliseconds since 1970 UTC. Village clocks are often wrong.
    pub millis: i64,
    /// Name and version of the program, at most [`SOFTWARE_BYTES_MAX`].
    pub software: String,
    /// The fingerprint of the [`crate::Repair`] that follows: the signature admits it as well.
    pub repair: Option<[u8; 32]>,
    /// Places of its feed, to find the last common one; sent when the hub asks. At most [`LADDER_MAX`] are sent.
    pub ladder: Option<Vec<Rung>>,
    /// Bits: [`Hello::WANTS_RECEIPT`], [`Hello::WAIT`], [`Hello::SPELL_OUT`],
    /// [`Hello::SPELLED_OUT`], [`Hello::CHECKS`]; the second byte is a [`BackupAge`]. Unknown ones mean nothing.
    pub flags: u32,
}

/// How long ago somebody made a backup of the node's records, beside the hub's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupAge {
    /// None was ever made.
    Never,
    /// So many whole days by the node's clock; [`BackupAge::DAYS_MAX`] stands for more, too.
    Days(u8),
}

impl BackupAge {
    /// The most that is told apart.
    pub const DAYS_MAX: u8 = u8::MAX - 2;
    /// Where its byte begins in the flags of a hello.
    const SHIFT: u32 = 8;

    /// As bits of the flags.
    pub const fn flags(self) -> u32 {
        let byte = match self {
            Self::Never => 1,
            Self::Days(days) if days < Self::DAYS_MAX => days as u32 + 2,
            Self::Days(_) => Self::DAYS_MAX as u32 + 2,
        };
        byte << Self::SHIFT
    }

    /// What flags tell; nothing when a program of before said nothing of it.
    const fn of_flags(flags: u32) -> Option<Self> {
        let [_, byte, _, _] = flags.to_le_bytes();
        match byte {
            0 => None,
            1 => Some(Self::Never),
            byte => Some(Self::Days(byte - 2)),
        }
    }
}

/// A place in the feed of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The life of the hub's database that the feed belongs to.
    pub hub_epoch: EpochId,
    /// The last position held.
    pub position: Position,
    /// The chain there.
    pub chain: ChainHash,
}

/// A place of a feed and the chain there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The place.
    pub position: Position,
    /// The chain there.
    pub chain: ChainHash,
}

impl Hello {
    /// Flag: a receipt was lost on the way; the hub sends one for what it has, even if nothing is new.
    pub const WANTS_RECEIPT: u32 = 1;
    /// Flag: the node sends nothing and knows that both sides were equal. The hub may hold its verdict back until there
    /// is something new for the node.
    pub const WAIT: u32 = 2;
    /// Flag: the node lost entries that it showed to hold. The hub names nothing by its place.
    pub const SPELL_OUT: u32 = 4;
    /// Flag: the node's own batches name nothing by its place.
    pub const SPELLED_OUT: u32 = 8;
    /// Flag: what the node was told is refused is compared, too. The hub gives its part of a salt even if both are equal.
    pub const CHECKS: u32 = 16;

    /// Whether a receipt is wanted though nothing is new.
    pub const fn wants_receipt(&self) -> bool {
        self.flags & Self::WANTS_RECEIPT != 0
    }

    /// Whether the verdict may be held back until there is something new.
    pub const fn may_wait(&self) -> bool {
        self.flags & Self::WAIT != 0
    }

    /// Whether what is refused is compared, too.
    pub const fn checks(&self) -> bool {
        self.flags & Self::CHECKS != 0
    }

    /// Whether the batches name nothing by its place.
    pub const fn is_spelled_out(&self) -> bool {
        self.flags & Self::SPELLED_OUT != 0
    }

    /// Whether the hub is to name nothing by its place.
    pub const fn wants_all_spelled_out(&self) -> bool {
        self.flags & Self::SPELL_OUT != 0
    }

    /// How old the node's last backup is, where it says so.
    pub const fn backup(&self) -> Option<BackupAge> {
        BackupAge::of_flags(self.flags)
    }

    /// Signs it for one hub and one office: anywhere else it means nothing.
    pub fn sign(self, key: &SigningKey, hub: HubId, office: OfficeCode) -> SignedHello {
        let body = self.body();
        let signature = key.sign(&signed_bytes(hub, office, &body));
        SignedHello { hello: self, body, signature }
    }

    fn body(&self) -> Vec<u8> {
        let ladder = self.ladder.as_deref().map(|rungs| rungs.get(..LADDER_MAX).unwrap_or(rungs));
        Writer::new(17)
            .unsigned(self.versions.min.into())
            .unsigned(self.versions.max.into())
            .bytes(self.node.as_bytes())
            .bytes(self.epoch.as_bytes())
            .unsigned(self.position)
            .bytes(&self.chain.0)
            .unsigned(self.counter)
            .unsigned(self.acknowledged)
            .unsigned(self.refusals_known)
            .optional(self.cursor, |out, cursor| {
                out.array(3).bytes(cursor.hub_epoch.as_bytes()).unsigned(cursor.position).bytes(&cursor.chain.0)
            })
            .unsigned(self.digest.count)
            .bytes(&self.digest.sum)
            .signed(self.millis)
            .text(&self.software, SOFTWARE_BYTES_MAX)
            .optional(self.repair, |out, fingerprint| out.bytes(&fingerprint))
            .optional(ladder, |out, rungs| {
                out.list(rungs, |out, rung| out.array(2).unsigned(rung.position).bytes(&rung.chain.0))
            })
            .unsigned(self.flags.into())
            .payload()
    }

    fn read(body: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Hello, body)?;
        let hello = Self {
            versions: Versions::read(&mut elements)?,
            node: NodeId(elements.array("node")?),
            epoch: EpochId(elements.array("epoch")?),
            position: elements.unsigned("position")?,
            chain: ChainHash(elements.array("chain")?),
            counter: elements.unsigned("counter")?,
            acknowledged: elements.unsigned("acknowledged position")?,
            refusals_known: elements.unsigned("last refusal known")?,
            cursor: elements.optional("cursor", |elements| elements.group("cursor", Cursor::read))?,
            digest: Digest { count: elements.unsigned("digest count")?, sum: elements.array("digest sum")? },
            millis: elements.signed("time")?,
            software: elements.text("software", SOFTWARE_BYTES_MAX)?,
            repair: elements.optional("repair", |elements| elements.array("repair"))?,
            ladder: elements.optional("ladder", |elements| {
                elements.list("ladder", LADDER_MAX, |rungs| rungs.group("rung", Rung::read))
            })?,
            flags: elements.unsigned_32("flags")?,
        };
        elements.finish()?;
        Ok(hello)
    }
}

impl Cursor {
    fn read(elements: &mut Elements<'_>) -> Result<Self, MessageError> {
        Ok(Self {
            hub_epoch: EpochId(elements.array("cursor's hub epoch")?),
            position: elements.unsigned("cursor's position")?,
            chain: ChainHash(elements.array("cursor's chain")?),
        })
    }
}

impl Rung {
    fn read(elements: &mut Elements<'_>) -> Result<Self, MessageError> {
        Ok(Self { position: elements.unsigned("rung's position")?, chain: ChainHash(elements.array("rung's chain")?) })
    }
}

/// A hello as it travels: CBOR array, then the 64 bytes of the signature. Its content comes out only with the
/// signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHello {
    hello: Hello,
    // The bytes as received: what is signed, with elements that are unknown here.
    body: Vec<u8>,
    signature: Signature,
}

impl SignedHello {
    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        let payload = [&self.body[..], &self.signature.0].concat();
        let mut out = Vec::with_capacity(payload.len() + 4);
        write_frame(&mut out, FrameKind::Hello, &payload);
        out
    }

    /// Reads the payload of a frame. The signature is not checked yet.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let (body, signature) = payload.split_last_chunk::<SIGNATURE_LENGTH>().ok_or(MessageError {
            message: FrameKind::Hello,
            field: "signature",
            problem: Problem::Missing,
        })?;
        Ok(Self { hello: Hello::read(body)?, body: body.to_vec(), signature: Signature(*signature) })
    }

    /// Who it claims to be from: tells which key and office to check it with, nothing more.
    pub const fn claimed_node(&self) -> NodeId {
        self.hello.node
    }

    /// The versions it claims to speak, for the fault to a node whose hello cannot be checked.
    pub const fn claimed_versions(&self) -> Versions {
        self.hello.versions
    }

    /// The content, if `key` signed it for this hub and this office.
    ///
    /// # Errors
    /// It did not.
    pub fn verify(self, key: &VerifyingKey, hub: HubId, office: OfficeCode) -> Result<Hello, SignatureError> {
        key.verify(WHAT, &signed_bytes(hub, office, &self.body), &self.signature)?;
        Ok(self.hello)
    }
}

/// What is signed. Unambiguous though the office code has no fixed length: it is ASCII, the body starts with the head
/// of a CBOR array, which is not.
fn signed_bytes(hub: HubId, office: OfficeCode, body: &[u8]) -> Vec<u8> {
    [CONTEXT, hub.as_bytes(), office.as_str().as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_backup_is_a_byte_of_the_flags_that_older_programs_leave_at_nothing() {
        for age in [BackupAge::Never, BackupAge::Days(0), BackupAge::Days(1), BackupAge::Days(BackupAge::DAYS_MAX)] {
            let others = Hello::WAIT | Hello::CHECKS | 0xffff_0000;
            assert_eq!(BackupAge::of_flags(age.flags() | others), Some(age));
        }
        assert_eq!(BackupAge::of_flags(Hello::WAIT | Hello::CHECKS | 0xffff_0000), None);
        let older = BackupAge::of_flags(BackupAge::Days(u8::MAX).flags());
        assert_eq!(older, Some(BackupAge::Days(BackupAge::DAYS_MAX)), "as old as can be told");
    }
}

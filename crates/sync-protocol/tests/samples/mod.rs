//! One or two messages of each kind, and a common face for all kinds.

use change_log::{ChainHash, Digest, EpochId, HubId};
use sync_protocol::{
    Ack, Comparison, ComparisonState, Cursor, End, Fault, FaultCode, FrameKind, Hello, LogName, MessageError, Receipt,
    Refusal, Refusals, Repair, RepairSketch, Rung, SUPPORTED, SignedHello, SigningKey, Verdict, VerdictState, Welcome,
    WipeOrder, WipeTarget,
};

/// Any control message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    Hello(Box<SignedHello>),
    End(End),
    Welcome(Welcome),
    Ack(Ack),
    Receipt(Receipt),
    Refusals(Refusals),
    Verdict(Verdict),
    Fault(Fault),
    Repair(Repair),
    Comparison(Comparison),
    WipeOrder(WipeOrder),
}

impl Message {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello(message) => message.encode(),
            Self::End(message) => message.encode(),
            Self::Welcome(message) => message.encode(),
            Self::Ack(message) => message.encode(),
            Self::Receipt(message) => message.encode(),
            Self::Refusals(message) => message.encode(),
            Self::Verdict(message) => message.encode(),
            Self::Fault(message) => message.encode(),
            Self::Repair(message) => message.encode(),
            Self::Comparison(message) => message.encode(),
            Self::WipeOrder(message) => message.encode(),
        }
    }

    /// Nothing for a kind that carries no control message.
    pub(crate) fn decode(kind: FrameKind, payload: &[u8]) -> Option<Result<Self, MessageError>> {
        Some(match kind {
            FrameKind::Hello => SignedHello::decode(payload).map(Box::new).map(Self::Hello),
            FrameKind::End => End::decode(payload).map(Self::End),
            FrameKind::Welcome => Welcome::decode(payload).map(Self::Welcome),
            FrameKind::Ack => Ack::decode(payload).map(Self::Ack),
            FrameKind::Receipt => Receipt::decode(payload).map(Self::Receipt),
            FrameKind::Refusals => Refusals::decode(payload).map(Self::Refusals),
            FrameKind::Verdict => Verdict::decode(payload).map(Self::Verdict),
            FrameKind::Fault => Fault::decode(payload).map(Self::Fault),
            FrameKind::Repair => Repair::decode(payload).map(Self::Repair),
            FrameKind::Comparison => Comparison::decode(payload).map(Self::Comparison),
            FrameKind::WipeOrder => WipeOrder::decode(payload).map(Self::WipeOrder),
            FrameKind::Batch | FrameKind::FeedBatch | FrameKind::RepairBatch | FrameKind::Unknown(_) => return None,
        })
    }
}

/// The node's and the hub's key, and the log between them.
pub(crate) fn parties() -> (SigningKey, SigningKey, LogName) {
    let (node, hub) = (SigningKey::from_seed(&[7; 32]), SigningKey::from_seed(&[8; 32]));
    let Ok(office) = "35.10.01.2001".parse() else { unreachable!("the code of a desa") };
    let log = LogName {
        hub: HubId::from_public_key(&hub.verifying_key().to_bytes()),
        office,
        node: node.verifying_key().node_id(),
        epoch: EpochId([0xe0; 16]),
    };
    (node, hub, log)
}

/// A hello when there is nothing to send, with figures as large as a village reaches in years.
pub(crate) fn idle_hello() -> Hello {
    let (_, _, log) = parties();
    Hello {
        versions: SUPPORTED,
        node: log.node,
        epoch: log.epoch,
        position: 412_345,
        chain: ChainHash([0xc1; 32]),
        counter: 98_765,
        acknowledged: 412_345,
        refusals_known: 1_234,
        cursor: Some(Cursor { hub_epoch: EpochId([0xe1; 16]), position: 512_345, chain: ChainHash([0xc2; 32]) }),
        digest: Digest { count: 512_340, sum: [0xd1; 32] },
        millis: 1_792_345_678_901,
        software: "village-node 0.1.0".to_owned(),
        repair: None,
        ladder: None,
        flags: Hello::SPELLED_OUT,
    }
}

/// Name and content of each.
pub(crate) fn samples() -> Vec<(&'static str, Message)> {
    let (node, hub, log) = parties();
    let sign = |hello: Hello| Message::Hello(Box::new(hello.sign(&node, log.hub, log.office)));
    let first = Hello {
        position: 0,
        counter: 1,
        acknowledged: 0,
        refusals_known: 0,
        cursor: None,
        digest: Digest::default(),
        millis: -5,
        flags: 0,
        ..idle_hello()
    };
    let repairing = Hello {
        repair: Some(repair().fingerprint()),
        ladder: Some((0..3).map(|step| Rung { position: 1 << (8 * step), chain: ChainHash([0xc4; 32]) }).collect()),
        ..idle_hello()
    };
    let refusal = |number, position, code: &str, detail: &str| Refusal {
        number,
        position,
        code: code.to_owned(),
        detail: detail.to_owned(),
    };
    let digest = Digest { count: 512_340, sum: [0xd1; 32] };
    vec![
        ("hello_first", sign(first)),
        ("hello_idle", sign(idle_hello())),
        ("hello_repairing", sign(repairing)),
        ("end", Message::End(End)),
        ("welcome", Message::Welcome(welcome(None))),
        ("welcome_new_hub_epoch", Message::Welcome(welcome(Some(EpochId([0xe3; 16]))))),
        ("ack", Message::Ack(Ack { position: 412_345 })),
        ("receipt", Message::Receipt(Receipt::sign(&hub, &log, 412_345, ChainHash([0xc1; 32])))),
        (
            "refusals",
            Message::Refusals(Refusals {
                repaired: None,
                refusals: vec![refusal(7, 4_000, "scope", "office 35.10.02"), refusal(9, 4_002, "number-used", "")],
            }),
        ),
        (
            "refusals_repaired",
            Message::Refusals(Refusals {
                repaired: Some(EpochId([0xe4; 16])),
                refusals: vec![refusal(3, 900, "malformed", "")],
            }),
        ),
        ("repair", Message::Repair(repair())),
        ("repair_returned", Message::Repair(Repair { sketch: None, returned: Some(vec![0xb1; 40]), ..repair() })),
        (
            "comparison_found",
            comparison(ComparisonState::Found { only_node: 2, only_hub: 1 }, &[0x0102_0304_0506_0708, u64::MAX]),
        ),
        ("comparison_too_few_cells", comparison(ComparisonState::TooFewCells, &[])),
        ("comparison_later", comparison(ComparisonState::Later { seconds: 90 }, &[])),
        ("verdict_proven", Message::Verdict(verdict(VerdictState::Proven, digest))),
        ("verdict_more", Message::Verdict(verdict(VerdictState::More, Digest::default()))),
        ("verdict_differ", Message::Verdict(verdict(VerdictState::Differ, digest))),
        ("fault_busy", Message::Fault(Fault::new(FaultCode::Busy, Some(90)))),
        ("wipe_order", wipe(&hub, log, false)),
        ("wipe_order_take_in", wipe(&hub, log, true)),
        ("fault_unknown", Message::Fault(Fault::new(FaultCode::Unknown(999), None))),
    ]
}

fn wipe(hub: &SigningKey, log: LogName, takes_in: bool) -> Message {
    let target = WipeTarget { hub: log.hub, office: log.office, node: log.node };
    Message::WipeOrder(WipeOrder::sign(hub, &target, 1_792_345_678_901, takes_in))
}

fn welcome(hub_epoch: Option<EpochId>) -> Welcome {
    let chain = hub_epoch.map(|_| ChainHash([0xc5; 32]));
    Welcome { version: 1, millis: 1_792_345_678_901, acknowledged: 412_345, hub_epoch, flags: 0, chain }
}

fn verdict(state: VerdictState, digest: Digest) -> Verdict {
    let salt = (state == VerdictState::Differ).then_some([0xa5; 16]);
    Verdict { state, feed_position: 512_345, digest, salt }
}

/// Three cells, each an offset of its count, an id and a check.
fn repair() -> Repair {
    let cells = (1..=3).flat_map(|cell: u8| [vec![cell], vec![0x10 * cell; 8], vec![cell; 4]].concat()).collect();
    let sketch = RepairSketch { slice_bits: 2, size: 128_085, cells };
    Repair { counter: 98_764, salt: [0x5a; 16], sketch: Some(sketch), returned: None }
}

fn comparison(state: ComparisonState, wanted: &[u64]) -> Message {
    Message::Comparison(Comparison { state, wanted: wanted.to_vec() })
}

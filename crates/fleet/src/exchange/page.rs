//! The bytes of an exchange as a page shows them: frame by frame, element by element.

use std::fmt::Write as _;

use minicbor::Decoder;
use minicbor::data::Type;
use sync_protocol::{FrameKind, FrameReader};

use super::play::Bodies;

/// Around the part of a page that is made here.
const BEGIN: &str = "<!-- made by `cargo run -p fleet -- exchange --write docs/protocol.md` -->";
const END: &str = "<!-- end of what is made -->";
/// Bytes a line.
const LINE: usize = 24;
const SIGNATURE_BYTES: usize = 64;

/// Both exchanges as Markdown.
///
/// # Errors
/// When the bytes are no exchange, or a message has other elements than are named here.
pub fn render([first, idle]: &[Bodies; 2]) -> Result<String, String> {
    let mut page = String::new();
    for (title, bodies) in [("Three changes go up, one comes down", first), ("Nothing new", idle)] {
        let (up, down) = (bodies.request.len(), bodies.reply.len());
        let _ = writeln!(page, "{title}: {up} bytes up, {down} down.\n\n```text");
        for (who, body) in [("node", &bodies.request), ("hub", &bodies.reply)] {
            frames(&mut page, who, body)?;
        }
        page += "```\n\n";
    }
    Ok(page)
}

/// The page with its marked part replaced; nothing when no part is marked.
pub fn put(page: &str, part: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{part}{END}{after}"))
}

fn frames(page: &mut String, who: &str, body: &[u8]) -> Result<(), String> {
    let mut reader = FrameReader::new();
    reader.push(body);
    let mut at = 0;
    while let Some(frame) = reader.next().map_err(|error| error.to_string())? {
        let end = body.len() - reader.pending();
        let bytes = body.get(at..end).unwrap_or_default();
        let (head, payload) =
            bytes.split_at_checked(bytes.len() - frame.payload.len()).ok_or("a frame without head")?;
        let _ = writeln!(page, "{who}: {:?}, {} bytes", frame.kind, bytes.len());
        line(page, head, &format!("kind {}, {} bytes follow", frame.kind.byte(), payload.len()));
        match frame.kind {
            FrameKind::Batch => line(page, payload, "the batch"),
            FrameKind::FeedBatch => feed(page, payload)?,
            kind => message(page, kind, payload)?,
        }
        at = end;
    }
    if reader.pending() > 0 { Err("the exchange ends within a frame".to_owned()) } else { Ok(()) }
}

fn feed(page: &mut String, payload: &[u8]) -> Result<(), String> {
    let mut reader = change_log::leb::Reader::new(payload);
    let mut start = payload.len();
    for name in ["after feed position", "up to feed position"] {
        let value = reader.unsigned().map_err(|error| error.to_string())?;
        let rest = reader.rest();
        let from = payload.len() - start;
        line(page, payload.get(from..payload.len() - rest.len()).unwrap_or_default(), &format!("{name}: {value}"));
        start = rest.len();
        reader = change_log::leb::Reader::new(rest);
    }
    let rest = reader.rest();
    let (chain, batch) = rest.split_at_checked(32).ok_or("a feed frame without chain")?;
    line(page, chain, "the feed's chain there");
    line(page, batch, "the batch");
    Ok(())
}

/// The names of a message's elements, in order, and whether a signature stands behind them.
fn names(kind: FrameKind) -> (&'static [&'static str], bool) {
    match kind {
        FrameKind::Hello => (
            &[
                "versions min",
                "versions max",
                "node",
                "epoch",
                "position",
                "chain",
                "counter",
                "acknowledged",
                "highest refusal known",
                "cursor (hub epoch, position, chain)",
                "digest count",
                "digest sum",
                "millis",
                "software",
                "repair",
                "ladder",
                "flags",
            ],
            true,
        ),
        FrameKind::Welcome => (&["version", "millis", "acknowledged", "hub epoch", "flags", "chain"], false),
        FrameKind::Ack => (&["position"], false),
        FrameKind::Receipt => (&["position", "chain", "signature"], false),
        FrameKind::Verdict => (&["state", "feed position", "digest count", "digest sum", "salt"], false),
        _ => (&[], false),
    }
}

fn message(page: &mut String, kind: FrameKind, payload: &[u8]) -> Result<(), String> {
    let (names, signed) = names(kind);
    let body = payload.len() - if signed { SIGNATURE_BYTES.min(payload.len()) } else { 0 };
    let mut decoder = Decoder::new(payload.get(..body).unwrap_or_default());
    let count = decoder.array().ok().flatten().ok_or("a message that is no array")?;
    if count != names.len() as u64 {
        return Err(format!("a {kind:?} has {count} elements and {} names: name them all here", names.len()));
    }
    line(page, payload.get(..decoder.position()).unwrap_or_default(), &format!("an array of {count}"));
    for name in names {
        let start = decoder.position();
        let value = value(&mut decoder).map_err(|error| format!("{kind:?}, {name}: {error}"))?;
        line(page, payload.get(start..decoder.position()).unwrap_or_default(), &format!("{name}{value}"));
    }
    if signed {
        line(page, payload.get(body..).unwrap_or_default(), "signature");
    }
    Ok(())
}

/// Passes over an element. What it says, where that can be read.
fn value(decoder: &mut Decoder<'_>) -> Result<String, minicbor::decode::Error> {
    Ok(match decoder.datatype()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => format!(": {}", decoder.u64()?),
        Type::String => format!(": {}", decoder.str()?),
        Type::Null => {
            decoder.null()?;
            ": none".to_owned()
        }
        _ => {
            decoder.skip()?;
            String::new()
        }
    })
}

/// Bytes in hexadecimal, and what they are beside the first line of them.
fn line(page: &mut String, bytes: &[u8], what: &str) {
    for (index, chunk) in bytes.chunks(LINE).enumerate() {
        let hex = chunk.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let what = if index == 0 { what } else { "" };
        let _ = writeln!(page, "{}", format!("  {hex:<width$}  {what}", width = 2 * LINE).trim_end());
    }
}

//! What only the program that moves attached files knows of them: which one moves, and how much of each the hub was last
//! heard to hold. It is added to what the store says.

use change_log::BlobHash;
use replica_store::Reader;
use serde_json::{Map, Value, json};

use super::Action;
use super::attachments::{Whereabouts, whereabouts};
use crate::Failure;
use crate::sync::Live;

/// How many bytes of a file the hub has, as far as it said so.
pub(crate) fn held_there(live: &Live, hash: BlobHash, size: u64) -> u64 {
    live.held_there.of(hash).min(size)
}

/// How many bytes the hub has of the files that are still to be sent, as far as it said so.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn held_of_unsent(reader: &Reader, live: &Live) -> Result<u64, Failure> {
    let mut sum = 0;
    for (hash, held) in live.held_there.all() {
        let file = reader.attached(hash)?.filter(|_| matches!(whereabouts(reader, hash), Ok(Whereabouts::HereOnly)));
        sum += file.map_or(0, |(_, file)| held.min(file.size));
    }
    Ok(sum)
}

/// The answer to an action, with all that is known.
pub(crate) fn added(reader: &Reader, live: &Live, action: &Action, mut answer: Value) -> Result<Value, Failure> {
    match action {
        Action::Status => {
            if let Some(files) = answer.get_mut("files").and_then(Value::as_object_mut) {
                files.insert("to_send_held".to_owned(), json!(held_of_unsent(reader, live)?));
                files.insert("moving".to_owned(), json!(live.line.now().map(crate::sync::Moving::to_json)));
            }
        }
        Action::Attachments { .. } => {
            let files = answer.get_mut("attachments").and_then(Value::as_array_mut);
            for file in files.into_iter().flatten().filter_map(Value::as_object_mut) {
                add_held(file, live);
            }
        }
        _ => {}
    }
    Ok(answer)
}

fn add_held(file: &mut Map<String, Value>, live: &Live) {
    let text = |key: &str| file.get(key).and_then(Value::as_str);
    let hash = text("hash").and_then(|hash| hash.parse().ok());
    let size = file.get("size").and_then(Value::as_u64).unwrap_or_default();
    let is_unsent = text("state") == Some(Whereabouts::HereOnly.word());
    if let Some(hash) = hash.filter(|_| is_unsent) {
        file.insert("held".to_owned(), json!(held_there(live, hash, size)));
    }
}

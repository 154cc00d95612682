//! The pages about machines: all of them, one of them, a new one, and whose data is on one.

mod enrol;
mod list;
mod machine;
mod people;
mod texts;

pub(super) use enrol::Sheets;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use change_log::NodeId;
use desk_kit::{Halt, go};
use replica_store::{Node, Reader, StoreError};

use super::page::Fault;
use super::visitor::Visitor;
use crate::act::Act;
use crate::devices::{DeviceChange, DeviceNote, last_heard, note_of};
use crate::serve::Hub;
use crate::{Failure, admin};

/// Their addresses.
pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/perangkat", get(list::page))
        .route("/perangkat/daftar", post(enrol::enrol).get(async || go("/perangkat")))
        .route("/perangkat/lembar/{id}", get(enrol::sheet))
        .route("/perangkat/kode/batal", post(enrol::cancel).get(async || go("/perangkat")))
        .route("/perangkat/{node}", get(machine::page))
        .route("/perangkat/{node}/nama", post(machine::rename).get(back))
        .route("/perangkat/{node}/keluarkan", get(machine::confirm).post(machine::shut_out))
        .route("/perangkat/{node}/hapus", post(machine::wipe).get(back))
        .route("/perangkat/{node}/orang", post(people::page).get(back))
        .route("/perangkat/{node}/orang.csv", post(people::csv).get(back))
}

/// Where whoever signs in again, unlocks the screen or switches the language on a page that a form brought up goes.
async fn back(Path(node): Path<String>) -> Response {
    match node.parse::<NodeId>() {
        Ok(node) => go(&format!("/perangkat/{node}")),
        Err(_) => go("/perangkat"),
    }
}

/// Only operators change machines.
fn must_operate(visitor: &Visitor) -> Result<(), Halt> {
    if visitor.session.role.may_change() { Ok(()) } else { Err(Fault::not_for_role().into()) }
}

/// Does something to a machine; whoever waits at the hub is told.
async fn change(hub: &Hub, visitor: &Visitor, change: DeviceChange) -> Result<serde_json::Value, Failure> {
    let act = Act::Device { by: visitor.session.name.clone(), change };
    admin::perform(act, hub).await
}

/// A machine, as last heard, and what operators noted of it.
async fn known(hub: &Hub, node: NodeId) -> Result<(Node, DeviceNote), Halt> {
    let read = hub.readers.with(move |reader: &Reader| -> Result<_, StoreError> {
        let known = reader.registered_node(node)?.ok_or(StoreError::NoNode)?;
        let noted = note_of(reader, node)?;
        let last_contact_millis = last_heard(reader, &known, &noted)?;
        Ok((Node { last_contact_millis, ..known }, noted))
    });
    Ok(read.await.map_err(Fault::from)?.map_err(Fault::from)?)
}

/// What people call a machine.
fn shown_name(node: NodeId, noted: &DeviceNote) -> String {
    if noted.name.is_empty() { node.to_string() } else { noted.name.clone() }
}

fn parse(node: &str) -> Result<NodeId, Halt> {
    node.parse().map_err(|_| Fault::from(StoreError::NoNode).into())
}

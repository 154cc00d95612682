//! Where this node stands: what is unsent, what was proven, what waits.

use axum::extract::State;
use axum::response::Response;

use super::{Told, answer};
use crate::Action;

pub(super) async fn status(State(shared): Told) -> Response {
    let done = shared.node.perform_soon(Action::Status).await;
    answer(done.map(|status| shared.lan.borrow().told_with(status)))
}

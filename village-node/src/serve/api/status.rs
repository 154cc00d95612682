//! Where this node stands: what is unsent, what was proven, what waits.

use axum::extract::State;
use axum::response::Response;

use super::{Told, answer};
use crate::Action;

pub(super) async fn status(State(shared): Told) -> Response {
    answer(shared.node.perform_soon(Action::Status).await)
}

//! The catalogue: which services there are, what each asks for, and which steps it takes.

use axum::response::Response;
use office_model::{Catalogue, Status};
use serde_json::{Value, json};

use super::answer;

/// `{"version", "services": [...], "person_fields": [...], "statuses": [{"status", "label", "final"}]}`.
pub(super) async fn all() -> Response {
    let catalogue = Catalogue::current();
    let statuses: Vec<Value> = Status::ALL
        .into_iter()
        .map(|status| json!({"status": status, "label": status.label(), "final": status.is_final()}))
        .collect();
    answer(Ok(json!({
        "version": catalogue.version(),
        "services": catalogue.services().collect::<Vec<_>>(),
        "person_fields": catalogue.person_fields(),
        "statuses": statuses,
    })))
}

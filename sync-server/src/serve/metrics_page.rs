//! `GET /metrics`: the hub's figures, for whoever says the token of the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Hub;
use crate::alarm::{Health, Incident, Kind};
use crate::metrics::{Sizes, Standings, written};
use crate::{Failure, desk, disk};

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn page(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Response {
    let Some(token) = &hub.settings.metrics_token else {
        return (StatusCode::NOT_FOUND, "the setting metrics_token is not set: nobody reads the figures\n")
            .into_response();
    };
    let said = desk_kit::bearer(&headers);
    if !said.is_some_and(|said| token.is(said)) {
        let headers = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, headers, "Authorization: Bearer and the setting metrics_token\n")
            .into_response();
    }
    match figures(&hub).await {
        Ok(text) => ([(header::CONTENT_TYPE, FORMAT), (header::CACHE_CONTROL, "no-store")], text).into_response(),
        Err(failure) => {
            tracing::error!(%failure, "the figures could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, "the figures cannot be read; see the log\n").into_response()
        }
    }
}

async fn figures(hub: &Hub) -> Result<String, Failure> {
    let regency = desk::regency(hub).await?;
    let read = hub.readers.with(|reader| {
        let mut alarms: BTreeMap<&str, u64> = Kind::ALL.into_iter().map(|kind| (kind.as_str(), 0)).collect();
        for incident in reader.open_alarms()?.iter().filter_map(Incident::kept) {
            *alarms.entry(incident.kind.as_str()).or_default() += 1;
        }
        let (pending, undelivered) = (reader.pending()?, reader.undelivered_counts()?);
        Ok::<_, Failure>((alarms, pending, undelivered, Health::read(reader)?.backed_up))
    });
    let (alarms, pending, undelivered, backed_up_millis) = read.await??;
    let (database_bytes, wal_bytes) = disk::database_bytes(hub.readers.dir());
    let sizes = Sizes {
        database_bytes,
        wal_bytes,
        free_bytes: disk::free_bytes(hub.readers.dir()),
        running: hub.settings.exchanges_max.saturating_sub(hub.places.available_permits()),
        waiting: hub.waiting.seated(),
        queue: hub.writer.queue(),
    };
    let standings = Standings { regency: &regency, sizes, pending, alarms: &alarms, undelivered, backed_up_millis };
    written(&hub.metrics, &standings).map_err(Failure::internal)
}

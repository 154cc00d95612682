//! Traces: each request is a span with the ids of the W3C Trace Context and the attribute names of OpenTelemetry's HTTP
//! conventions, so that a collector joins what a proxy in front of the hub saw with what the hub did.
//!
//! <https://www.w3.org/TR/trace-context/> and <https://opentelemetry.io/docs/specs/semconv/http/http-spans/>. Nodes send no
//! ids: they count their bytes.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use data_encoding::HEXLOWER;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::clock;

const HEADER: &str = "traceparent";
const STATUS: &str = "http.response.status_code";

/// The place of one span in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    parent: Option<[u8; 8]>,
}

impl Trace {
    /// Under what the caller says, else the first of a trace of its own.
    fn of(headers: &HeaderMap) -> Self {
        let told = headers.get(HEADER).and_then(|header| header.to_str().ok()).and_then(parse);
        match told {
            Some((id, parent)) => Self { id, span: fresh(), parent: Some(parent) },
            None => Self { id: fresh(), span: fresh(), parent: None },
        }
    }

    /// A span under this one.
    pub(super) fn below(self) -> Self {
        Self { span: fresh(), parent: Some(self.span), ..self }
    }

    /// As 32 digits.
    pub(super) fn trace_id(self) -> String {
        HEXLOWER.encode(&self.id)
    }

    /// As 16 digits.
    pub(super) fn span_id(self) -> String {
        HEXLOWER.encode(&self.span)
    }

    /// The span above it as 16 digits, where there is one.
    pub(super) fn parent_span_id(self) -> Option<String> {
        self.parent.map(|parent| HEXLOWER.encode(&parent))
    }
}

/// Without random bytes the ids are zero, which a collector takes for none.
fn fresh<const N: usize>() -> [u8; N] {
    clock::random().unwrap_or([0; N])
}

/// Trace and span that a header names; nothing where it is none, as of a version to come that looks otherwise.
fn parse(header: &str) -> Option<([u8; 16], [u8; 8])> {
    let mut parts = header.split('-');
    let version = digits::<1>(parts.next()?)?;
    let (trace, span) = (digits(parts.next()?)?, digits(parts.next()?)?);
    digits::<1>(parts.next()?)?;
    let is_whole = version != [0] || parts.next().is_none();
    (version != [0xff] && is_whole && trace != [0; 16] && span != [0; 8]).then_some((trace, span))
}

fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// The span around a request. Of the address it has the route alone: addresses of letters hold names.
pub(super) async fn follow(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let trace = Trace::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = tracing::info_span!(
        "request",
        trace_id = trace.trace_id(),
        span_id = trace.span_id(),
        parent_span_id = trace.parent_span_id(),
        http.request.method = method(request.method()),
        http.route = route,
        http.response.status_code = Empty,
    );
    request.extensions_mut().insert(trace);
    let answered = async move {
        let response = next.run(request).await;
        Span::current().record(STATUS, response.status().as_u16());
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(millis, "a request was answered");
        response
    };
    answered.instrument(span).await
}

/// Whoever calls may write anything there.
fn method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn of(header: &str) -> Trace {
        Trace::of(&HeaderMap::from_iter([(axum::http::HeaderName::from_static(HEADER), header.parse().unwrap())]))
    }

    #[test]
    fn a_trace_goes_on_where_the_caller_names_one_and_begins_where_it_does_not() {
        // The specification's own example.
        let told = of(TOLD);
        assert_eq!(told.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(told.parent_span_id().unwrap(), "00f067aa0ba902b7");
        assert_ne!(told.span_id(), "00f067aa0ba902b7");
        let below = told.below();
        assert_eq!((below.id, below.parent), (told.id, Some(told.span)));
        // A version to come may say more.
        assert_eq!(of(&format!("{}-more", TOLD.replacen("00", "cc", 1))).id, told.id);
        for none in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01",
        ] {
            let own = of(none);
            assert_eq!(own.parent, None, "{none}");
            assert_ne!(own.id, told.id);
        }
    }

    #[test]
    fn what_is_no_method_is_not_written_down() {
        assert_eq!(method(&Method::PUT), "PUT");
        assert_eq!(method(&Method::from_bytes(b"SITI").unwrap()), "_OTHER");
    }
}

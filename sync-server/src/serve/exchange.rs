//! `POST /v1/exchange`: frames in, frames out, each applied while the rest still arrives.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use exchange_driver::{CallTold, DriverError, HubCall, HubCommit, HubStep};
use futures_util::stream;
use office_model::OfficeCode;
use replica_store::NodeCall;
use sync_protocol::{Fault, FaultCode};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use super::arriving::Arriving;
use super::trace::Trace;
use super::{Hub, Whence, life, waiting};
use crate::desk::Peer;
use crate::metrics::Ended;
use crate::{Failure, clock};

/// Pieces of the reply that wait to be sent; a slow link holds up its own exchange only.
const PIECES: usize = 4;
/// How long judging may take before the reply says what is there.
const JUDGING: Duration = Duration::from_secs(20);
/// While a long request is still coming in, others of the office are told of what it brought so often.
const UNTOLD: Duration = Duration::from_secs(2);
/// What is still read of a request after a fault, so that the fault reaches the node before the connection ends.
const REST_TIME: Duration = Duration::from_secs(2);
const REST_BYTES: usize = 4 * 1024 * 1024;

pub(super) async fn exchange(
    State(hub): State<Arc<Hub>>,
    Extension(trace): Extension<Trace>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let place = Arc::clone(&hub.places).try_acquire_owned().ok().filter(|_| !*hub.stopping.borrow());
    let Some(place) = place else {
        hub.metrics.turned_away();
        tracing::info!("an exchange found no place: it is told to come back");
        return busy(hub.settings.retry_seconds);
    };
    let (pieces, reply) = mpsc::channel::<Bytes>(PIECES);
    let trace = trace.below();
    // By its ids lines of several exchanges are told apart in any log.
    let span = tracing::info_span!(
        "exchange",
        trace_id = trace.trace_id(),
        span_id = trace.span_id(),
        parent_span_id = trace.parent_span_id(),
        office = Empty,
        node = Empty
    );
    let talk = async move {
        converse(hub, (request.into_body().into_data_stream(), Whence::of(peer)), pieces, place).await;
    };
    tokio::spawn(talk.instrument(span));
    let pieces = stream::unfold(reply, async |mut reply| {
        let piece = reply.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), reply))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response
}

/// No place is free. Said in the header and, for the node's screen, as a frame.
fn busy(seconds: u32) -> Response {
    let fault = Fault {
        code: FaultCode::Busy,
        text_id: "Server pusat sedang melayani banyak kantor. Data Anda aman di sini dan akan dikirim lagi sendiri."
            .to_owned(),
        text_en: "The hub serves many offices just now. Your data is safe here and is sent again by itself.".to_owned(),
        retry_after_seconds: Some(seconds),
    };
    let mut response = Response::new(Body::from(fault.encode()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// Why an exchange ended before its time.
enum End {
    /// The link, or a node too slow: nobody is there to be told.
    Link(&'static str),
    /// The hub's fault.
    Hub(String),
}

impl From<DriverError> for End {
    fn from(error: DriverError) -> Self {
        Self::Hub(error.to_string())
    }
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Hub(failure.error)
    }
}

async fn converse(
    hub: Arc<Hub>,
    (body, whence): (BodyDataStream, Whence),
    pieces: mpsc::Sender<Bytes>,
    place: OwnedSemaphorePermit,
) {
    let mut body = Arriving::read(body);
    let progress = Duration::from_secs(hub.settings.progress_seconds);
    let seen = Seen {
        at_millis: clock::now_millis(),
        begun: Instant::now(),
        told: None,
        is_named: false,
        up: 0,
        down: 0,
        waited: false,
        waited_for: Duration::ZERO,
    };
    let mut talk = Talk { hub, whence, pieces, place: Some(place), progress, round: 0, untold: None, seen };
    let ended = talk.run(&mut body).await;
    talk.tell();
    talk.note(ended.is_ok());
    match ended {
        Ok(()) => {}
        Err(End::Link(reason)) => tracing::debug!(reason, "an exchange was cut"),
        Err(End::Hub(error)) => {
            tracing::error!(error, "an exchange failed here: what was acknowledged is kept");
            // The node may be gone.
            let _ = talk.send(internal().encode()).await;
        }
    }
    // The reply ends here, the place is kept.
    let _place = talk.place.take();
    drop(talk);
    let rest = async {
        let mut left = REST_BYTES;
        while let Some(Ok(bytes)) = body.next().await {
            let Some(less) = left.checked_sub(bytes.len()) else { break };
            left = less;
        }
    };
    // Whatever it is, it was not asked for.
    let _ = timeout(REST_TIME, rest).await;
}

fn internal() -> Fault {
    Fault {
        code: FaultCode::Storage,
        text_id: "Server pusat sedang terganggu. Yang sudah diterima aman; sisanya dikirim lagi sendiri.".to_owned(),
        text_en: "The hub has a fault just now. What it received is safe; the rest is sent again by itself.".to_owned(),
        retry_after_seconds: Some(60),
    }
}

struct Talk {
    hub: Arc<Hub>,
    whence: Whence,
    pieces: mpsc::Sender<Bytes>,
    /// Its place among the exchanges; given up while it waits.
    place: Option<OwnedSemaphorePermit>,
    progress: Duration,
    /// Of the last commit.
    round: u64,
    /// Changes were brought that others who wait were not told of, since then.
    untold: Option<(OfficeCode, Instant)>,
    seen: Seen,
}

/// What the diary is told of an exchange.
struct Seen {
    at_millis: i64,
    begun: Instant,
    told: Option<CallTold>,
    /// Whether the lines of the log say whose they are.
    is_named: bool,
    up: u64,
    down: u64,
    waited: bool,
    /// How long it waited for news.
    waited_for: Duration,
}

impl Talk {
    async fn run(&mut self, body: &mut Arriving) -> Result<(), End> {
        let mut call = HubCall::new(Arc::clone(&self.hub.identity));
        let begun = Instant::now();
        loop {
            // A stranger who says a byte now and then must not keep a place that an office needs.
            let stranger = call.office().is_none();
            let patience = if stranger { self.progress.saturating_sub(begun.elapsed()) } else { self.progress };
            match timeout(patience, body.next()).await {
                Err(_) => return Err(End::Link("no byte came for too long")),
                Ok(Some(Err(_))) => return Err(End::Link("the request broke off")),
                Ok(None) => break,
                Ok(Some(Ok(bytes))) => {
                    self.seen.up += bytes.len() as u64;
                    let (back, steps) = self
                        .hub
                        .readers
                        .with(move |reader| {
                            let steps = call.receive(reader, &bytes, clock::now_millis());
                            (call, steps)
                        })
                        .await?;
                    call = back;
                    self.seen.told = call.told();
                    self.name(&call);
                    if let Some(node) = call.stranger() {
                        self.hub.strangers.called(node, self.whence, self.seen.at_millis);
                    }
                    self.carry_out(&mut call, steps?).await?;
                    if let Some(gone) = call.gone_back() {
                        life::gone_back(&self.hub, gone).await?;
                    }
                }
            }
            if call.is_over() {
                return Ok(());
            }
        }
        call.request_ended(true);
        self.tell();
        self.reply(call).await
    }

    /// Does what the exchange asks for, in order; a commit may lead to further steps.
    async fn carry_out(&mut self, call: &mut HubCall, steps: Vec<HubStep>) -> Result<(), End> {
        let mut steps = VecDeque::from(steps);
        while let Some(step) = steps.pop_front() {
            let first = match step {
                HubStep::Send(bytes) => {
                    self.send(bytes).await?;
                    continue;
                }
                HubStep::Commit(commit) => commit,
            };
            let mut commits = vec![first];
            while let Some(HubStep::Commit(_)) = steps.front() {
                if let Some(HubStep::Commit(commit)) = steps.pop_front() {
                    commits.push(commit);
                }
            }
            for step in self.commit(call, commits).await?.into_iter().rev() {
                steps.push_front(step);
            }
        }
        Ok(())
    }

    async fn commit(&mut self, call: &mut HubCall, commits: Vec<HubCommit>) -> Result<Vec<HubStep>, End> {
        let brings = commits.iter().any(HubCommit::brings_changes);
        let committed = self.hub.writer.commit(commits).await;
        let committed = committed.ok_or_else(|| End::Hub("the commit failed".to_owned()))?;
        self.round = committed.round;
        if brings && let Some(office) = call.office() {
            let (_, since) = *self.untold.get_or_insert_with(|| (office, Instant::now()));
            if since.elapsed() > UNTOLD {
                self.tell();
            }
        }
        let mut further = Vec::new();
        for outcome in committed.outcomes {
            further.extend(call.committed(outcome)?);
        }
        self.seen.told = call.told();
        Ok(further)
    }

    /// Lets others of the office know what this exchange brought so far.
    fn tell(&mut self) {
        if let Some((office, _)) = self.untold.take() {
            waiting::tell_when_judged(&self.hub.waiting, &self.hub.judged, office, self.round);
        }
    }

    /// What the hub has for the node, once all it sent is judged.
    async fn reply(&mut self, mut call: HubCall) -> Result<(), End> {
        // Judging that takes longer goes on behind; the verdict then says that there is more to do.
        let judged = timeout(JUDGING, self.hub.judged.round(self.round)).await.is_ok();
        if judged {
            call = self.grant(call).await?;
        }
        if judged && call.asks_to_wait() {
            call = self.wait(call).await?;
            if call.is_over() {
                return Ok(());
            }
        }
        loop {
            // A proof is of what was read, and what is published meanwhile is not in it.
            let looked_millis = clock::now_millis();
            let (back, piece) = self
                .hub
                .readers
                .with(move |reader| {
                    let piece = call.reply(reader, looked_millis);
                    (call, piece)
                })
                .await?;
            call = back;
            let piece = piece?;
            self.seen.told = call.told();
            // Noted before the node hears of it: who is told "proven" finds it in the hub's lists.
            let closing = call.closing_commits(looked_millis);
            if !closing.is_empty() {
                self.commit(&mut call, closing).await?;
            }
            match piece {
                Some(bytes) => self.send(bytes).await?,
                None => return Ok(()),
            }
        }
    }

    /// Sees to it that the node has the letter numbers it needs.
    async fn grant(&mut self, mut call: HubCall) -> Result<HubCall, End> {
        let (back, grants) = self
            .hub
            .readers
            .with(move |reader| {
                let grants = call.grants(reader, clock::now_millis());
                (call, grants)
            })
            .await?;
        call = back;
        if let Some(grants) = grants? {
            self.commit(&mut call, vec![grants]).await?;
            self.tell();
        }
        Ok(call)
    }

    /// Waits until there is something new for the node, if it may, and has nothing but its seat meanwhile. That
    /// both sides are equal is noted before.
    async fn wait(&mut self, mut call: HubCall) -> Result<HubCall, End> {
        let hub = Arc::clone(&self.hub);
        let (Some(_seat), Some(office)) = (hub.waiting.seat(), call.office()) else { return Ok(call) };
        // Listens before it looks: what comes in between is heard.
        let mut news = hub.waiting.listen(office);
        let looked_millis = clock::now_millis();
        let (back, may_wait) = hub
            .readers
            .with(move |reader| {
                let may_wait = call.may_wait(reader);
                (call, may_wait)
            })
            .await?;
        call = back;
        if !may_wait? {
            return Ok(call);
        }
        let closing = call.closing_commits(looked_millis);
        if !closing.is_empty() {
            self.commit(&mut call, closing).await?;
        }
        self.place = None;
        self.seen.waited = true;
        let [chance] = clock::random()?;
        let mut stopping = hub.stopping.clone();
        let begun = Instant::now();
        let woken = tokio::select! {
            () = self.pieces.closed() => Err(End::Link("the node waits no longer")),
            // Neither sender is ever gone while the hub lives.
            _ = news.changed() => Ok(true),
            () = tokio::time::sleep(hub.waiting.patience(chance)) => Ok(true),
            // The last word needs no place: nobody else gets one any more.
            _ = stopping.wait_for(|stop| *stop) => Ok(false),
        };
        self.seen.waited_for = begun.elapsed();
        if !woken? {
            return Ok(call);
        }
        self.place = Some(Arc::clone(&hub.places).acquire_owned().await.map_err(Failure::internal)?);
        let (mut call, steps) = hub
            .readers
            .with(move |reader| {
                let steps = call.waited(reader);
                (call, steps)
            })
            .await?;
        self.seen.told = call.told();
        self.carry_out(&mut call, steps?).await?;
        Ok(call)
    }

    /// Says whose lines these are, once that is known; once, since a line repeats whatever is recorded again.
    fn name(&mut self, call: &HubCall) {
        if self.seen.is_named {
            return;
        }
        match (self.seen.told, call.office(), call.stranger()) {
            (Some(told), Some(office), _) => {
                Span::current().record("office", display(office)).record("node", display(told.node));
            }
            (_, _, Some(node)) => {
                Span::current().record("node", display(node));
            }
            _ => return,
        }
        self.seen.is_named = true;
    }

    /// A line of the hub's diary, when the node is known; of its log and figures in any case.
    fn note(&self, ended: bool) {
        let seen = &self.seen;
        let Some(told) = seen.told else { return self.count("stranger", 0) };
        let was_cut = !ended && !self.seen.waited;
        let outcome = if was_cut { "cut".to_owned() } else { told.outcome(seen.waited) };
        // A node that waits goes away when it has something to say: that is no cut.
        let outcome = if seen.waited && outcome == "cut" { "waited".to_owned() } else { outcome };
        self.count(&outcome, told.changes);
        self.hub.writer.note(NodeCall {
            node: told.node,
            at_millis: seen.at_millis,
            outcome,
            duration_millis: u64::try_from(seen.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes_up: seen.up,
            bytes_down: seen.down,
            changes: told.changes,
            exchanges: 1,
            epoch: told.epoch,
            claimed: told.claimed,
        });
    }

    fn count(&self, outcome: &str, changes: u64) {
        let Seen { up, down, begun, waited_for, .. } = self.seen;
        let took = begun.elapsed().saturating_sub(waited_for);
        self.hub.metrics.exchange(Ended { outcome, bytes_up: up, bytes_down: down, changes, took });
        // JSON has no number of the width that durations have.
        let figure = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (millis, waited_millis) = (figure(took), figure(waited_for));
        let is_quiet = changes == 0 && matches!(outcome, "proven" | "waited");
        // Offices with nothing new call every few minutes: they would fill the log.
        if is_quiet {
            tracing::debug!(
                outcome,
                bytes_up = up,
                bytes_down = down,
                changes,
                millis,
                waited_millis,
                "an exchange ended"
            );
        } else {
            tracing::info!(
                outcome,
                bytes_up = up,
                bytes_down = down,
                changes,
                millis,
                waited_millis,
                "an exchange ended"
            );
        }
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), End> {
        self.seen.down += bytes.len() as u64;
        match timeout(self.progress, self.pieces.send(Bytes::from(bytes))).await {
            // A node that went away hears nothing more, but what it sent before is made durable all the same.
            Ok(Ok(()) | Err(_)) => Ok(()),
            Err(_) => Err(End::Link("the node took no byte for too long")),
        }
    }
}

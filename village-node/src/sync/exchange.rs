//! One exchange: one request whose body and reply stream at the same time.

use std::time::{Duration, Instant};

use change_log::EpochId;
use chrono::DateTime;
use exchange_driver::{CallPlan, DriverError, NodeCall, Outcome, Progress};
use futures_util::stream;
use replica_store::{Contact, Replica};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use sync_exchange::{Ending, Pace};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::{Failure, Node, action, http, moment};

/// After so long without a byte in either direction the link counts as cut.
const SILENCE: Duration = Duration::from_secs(30);

/// What came of one exchange.
#[derive(Debug)]
pub struct Exchanged {
    /// How it ended.
    pub outcome: Outcome,
    /// How far it came.
    pub progress: Progress,
    /// Why the link was cut, if it was.
    pub cut: Option<Failure>,
    /// How long to wait before the next one, in milliseconds.
    pub wait_millis: u64,
}

/// Makes one exchange with the hub. `on_progress` is told how far it is whenever something moved.
///
/// # Errors
///
/// When the store refuses or the hub breaks the protocol. A link that is down or breaks is no error, but
/// [`Outcome::Cut`].
pub async fn exchange_once(node: &Node, mut on_progress: impl FnMut(&Progress)) -> Result<Exchanged, Failure> {
    let mut pace = node.live().pace.lock().await;
    let plan = pace.plan();
    let (begun, begun_millis) = (Instant::now(), moment::now_millis());
    let call = node
        .blocking(move |node| {
            let plan = CallPlan {
                frame_bytes: plan.frame_bytes,
                probe: plan.probe,
                software: super::SOFTWARE.to_owned(),
                fresh_epoch: EpochId(moment::random()?),
            };
            let mut replica = node.replica();
            let begun = NodeCall::begin(&mut replica, &node.live().identity, plan, moment::now_millis());
            begun.map_err(|error| failure_of(&error))
        })
        .await?;
    let mut talk = Talk { node, call: Some(call), hub_offset_millis: None };
    let cut = talk.run(&mut on_progress).await?;
    let (progress, offset) = (talk.progress(), talk.hub_offset_millis);
    let outcome = talk.step(|call, replica| call.end(replica, moment::now_millis())).await?;
    on_progress(&progress);
    let taken = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    learn(&mut pace, &outcome, &progress, taken);
    let contact = Contact {
        at_millis: begun_millis,
        outcome: word(&outcome, cut.as_ref()).to_owned(),
        bytes_up: progress.bytes_up,
        bytes_down: progress.bytes_down,
        duration_millis: taken,
        frames: 0,
        bytes_per_second: speed(&progress, taken),
    };
    node.blocking(move |node| {
        let mut replica = node.replica();
        if let Some(offset) = offset {
            action::note_hub_offset(&mut replica, offset)?;
        }
        Ok(replica.note_contact(&contact)?)
    })
    .await?;
    Ok(Exchanged { outcome, progress, cut, wait_millis: pace.wake_after_millis() })
}

/// An exchange under way.
struct Talk<'a> {
    node: &'a Node,
    /// Always there between steps.
    call: Option<NodeCall>,
    /// Hub clock minus device clock, once the hub answered.
    hub_offset_millis: Option<i64>,
}

impl Talk<'_> {
    fn progress(&self) -> Progress {
        self.call.as_ref().map(NodeCall::progress).unwrap_or_default()
    }

    /// A step that ends the call.
    async fn step<T: Send + 'static>(
        &mut self,
        act: impl FnOnce(NodeCall, &mut Replica) -> Result<T, DriverError> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = self.take()?;
        self.node.blocking(move |node| act(call, &mut node.replica()).map_err(|error| failure_of(&error))).await
    }

    /// A step after which the call goes on.
    async fn advance<T: Send + 'static>(
        &mut self,
        act: impl FnOnce(&mut NodeCall, &mut Replica) -> Result<T, DriverError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (call, done) = self
            .step(move |mut call, replica| {
                let done = act(&mut call, replica);
                Ok((call, done))
            })
            .await?;
        self.call = Some(call);
        done.map_err(|error| failure_of(&error))
    }

    fn take(&mut self) -> Result<NodeCall, Failure> {
        self.call
            .take()
            .ok_or_else(|| Failure::machine("internal", "Kesalahan program.", "Internal: the call is gone."))
    }

    async fn next_frame(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.advance(|call, replica| call.next_frame(replica)).await
    }

    /// Moves bytes both ways until the reply ends. Says why the link broke, if it did.
    async fn run(&mut self, on_progress: &mut impl FnMut(&Progress)) -> Result<Option<Failure>, Failure> {
        // A body that is complete from the start goes out with the headers.
        let first = self.next_frame().await?;
        let second = if first.is_some() { self.next_frame().await? } else { None };
        let (body, mut sender, mut waiting) = match second {
            None => (reqwest::Body::from(first.unwrap_or_default()), None, None),
            Some(second) => {
                let (sender, receiver) = mpsc::channel::<Vec<u8>>(1);
                let chunks = stream::unfold((first, receiver), |(first, mut receiver)| async move {
                    let chunk = match first {
                        Some(chunk) => chunk,
                        None => receiver.recv().await?,
                    };
                    Some((Ok::<_, std::convert::Infallible>(chunk), (None, receiver)))
                });
                (reqwest::Body::wrap_stream(chunks), Some(sender), Some(second))
            }
        };
        let live = self.node.live();
        let request = live.client.post(live.url.clone()).header(CONTENT_TYPE, "application/octet-stream").body(body);
        let mut answering = Box::pin(request.send());
        let mut response: Option<reqwest::Response> = None;
        loop {
            let sending = send(sender.as_ref(), waiting.is_some());
            let next = timeout(SILENCE, async {
                tokio::select! {
                    permit = sending => Event::MaySend(permit),
                    event = receive(&mut answering, &mut response) => event,
                }
            });
            match next.await.unwrap_or(Event::Silence) {
                Event::MaySend(Some(permit)) => {
                    if let Some(frame) = waiting.take() {
                        permit.send(frame);
                    }
                    waiting = self.next_frame().await?;
                    if waiting.is_none() {
                        sender = None;
                    }
                }
                // Nobody reads the body any more: the reply says why, or breaks off.
                Event::MaySend(None) => (sender, waiting) = (None, None),
                Event::Answer(answer) => {
                    self.hub_offset_millis = offset(answer.headers());
                    response = Some(answer);
                }
                Event::Chunk(bytes) => {
                    let node = self.node.clone();
                    self.advance(move |call, replica| {
                        call.receive(replica, node.gate().as_mut(), &bytes, moment::now_millis())
                    })
                    .await?;
                }
                Event::Over => return Ok(None),
                Event::Broken(failure) => return Ok(Some(failure)),
                Event::Silence => return Ok(Some(silence())),
            }
            on_progress(&self.progress());
        }
    }
}

/// What happens next in an exchange.
enum Event {
    MaySend(Option<mpsc::OwnedPermit<Vec<u8>>>),
    Answer(reqwest::Response),
    Chunk(Vec<u8>),
    Over,
    Broken(Failure),
    Silence,
}

/// Waits until the body takes another frame; for ever when there is none to send.
async fn send(sender: Option<&mpsc::Sender<Vec<u8>>>, waiting: bool) -> Option<mpsc::OwnedPermit<Vec<u8>>> {
    match sender {
        Some(sender) if waiting => sender.clone().reserve_owned().await.ok(),
        _ => std::future::pending().await,
    }
}

async fn receive(
    answering: &mut (impl Future<Output = reqwest::Result<reqwest::Response>> + Unpin),
    response: &mut Option<reqwest::Response>,
) -> Event {
    let Some(response) = response else {
        return match answering.await {
            Ok(answer) if answer.status().is_success() || is_busy(&answer) => Event::Answer(answer),
            Ok(answer) => Event::Broken(odd_status(answer.status().as_u16())),
            Err(error) => Event::Broken(http::unreachable(&error)),
        };
    };
    match response.chunk().await {
        Ok(Some(bytes)) => Event::Chunk(bytes.to_vec()),
        Ok(None) => Event::Over,
        Err(error) => Event::Broken(http::unreachable(&error)),
    }
}

/// Whether the hub has no place just now: the frame in the body says when to come back.
fn is_busy(answer: &reqwest::Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    answer.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE
        && kind.is_some_and(|kind| kind == "application/octet-stream")
}

/// Hub clock minus device clock in milliseconds, to the second, from the date of the reply.
fn offset(headers: &HeaderMap) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(date.timestamp_millis() - moment::whole_seconds(moment::now_millis()))
}

fn learn(pace: &mut Pace, outcome: &Outcome, progress: &Progress, taken: u64) {
    let ending = match outcome {
        Outcome::Proven { .. } | Outcome::Again => Ending::Complete,
        Outcome::Cut => Ending::Cut,
        Outcome::Refused(fault) => Ending::Refused { retry_after_seconds: fault.retry_after_seconds },
    };
    pace.ended(ending, progress.bytes_up, progress.bytes_down, taken);
}

fn word(outcome: &Outcome, cut: Option<&Failure>) -> &'static str {
    match outcome {
        Outcome::Proven { .. } => "proven",
        Outcome::Again => "again",
        Outcome::Refused(_) => "refused",
        Outcome::Cut => match cut.map(|cut| cut.code.as_str()) {
            Some("wrong_server") => "wrong_server",
            Some("unreachable") => "unreachable",
            Some("silence") => "silence",
            _ => "cut",
        },
    }
}

/// Bytes a second both ways together, where enough went over to say.
fn speed(progress: &Progress, taken_millis: u64) -> Option<u64> {
    let bytes = progress.bytes_up + progress.bytes_down;
    (bytes >= 16 * 1024 && taken_millis >= 50).then(|| bytes * 1000 / taken_millis)
}

fn silence() -> Failure {
    Failure::new(
        crate::Blame::Link,
        "silence",
        "Pusat diam lebih dari 30 detik. Yang sudah diterima pusat tetap diterima; sisanya dikirim nanti.",
        "The hub was silent for over 30 seconds. What it has received stays received; the rest goes later.",
    )
}

fn odd_status(status: u16) -> Failure {
    Failure::new(
        crate::Blame::Hub,
        "http_status",
        format!("Pusat menjawab dengan kode HTTP {status}. Data aman di komputer ini dan akan dikirim nanti."),
        format!("The hub answered with HTTP status {status}. Data is safe on this machine and will be sent later."),
    )
}

fn failure_of(error: &DriverError) -> Failure {
    Failure::machine(
        "exchange",
        format!("Pertukaran dengan pusat gagal: {error}. Data di komputer ini aman."),
        format!("The exchange with the hub failed: {error}. Data on this machine is safe."),
    )
}

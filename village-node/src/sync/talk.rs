//! One exchange on the wire: one request whose body and reply stream at the same time.

use std::pin::pin;
use std::time::{Duration, Instant};

use exchange_driver::{DriverError, NextFrame, NodeCall, Outcome, Progress};
use futures_util::stream;
use replica_store::Replica;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};

use super::conversation::Talking;
use super::passing::GoingOn;
use crate::{Failure, Node, http, moment};

/// So much of a request goes out at once.
const TOGETHER_BYTES: usize = 1024;
/// Who was asked first answers within this time, or not before the request is complete: something in between holds the
/// answer back.
const ANSWER: Duration = Duration::from_secs(8);
/// After so long without a byte in either direction the link counts as cut, unless somebody is in a greater hurry.
pub(super) const SILENCE: Duration = Duration::from_secs(30);
/// No hub holds back its verdict for longer. Whether the link lives all that time, pings tell.
const WAIT_MAX: Duration = Duration::from_secs(11 * 60);

/// Why bytes move no longer.
pub(super) enum Ended {
    /// The reply is complete, or broke off politely.
    Reply,
    /// Something else was to be done than to wait; nothing was under way.
    GivenUp,
    /// The link broke.
    Cut(Failure),
    /// The link broke while nothing was under way.
    CutWaiting(Failure),
}

/// An exchange under way.
pub(super) struct Talk<'a> {
    node: &'a Node,
    /// Always there between steps.
    call: Option<NodeCall>,
    silence: Duration,
    waited: Duration,
    under_way: &'a GoingOn<'a, Talking>,
}

impl<'a> Talk<'a> {
    /// A link that carries nothing for as long as `silence` counts as cut.
    pub(super) const fn new(
        node: &'a Node,
        call: NodeCall,
        silence: Duration,
        under_way: &'a GoingOn<'a, Talking>,
    ) -> Self {
        Self { node, call: Some(call), silence, waited: Duration::ZERO, under_way }
    }

    /// Says to whoever looks how far it is.
    fn tell(&self, on_progress: &mut impl FnMut(&Progress)) {
        let progress = self.progress();
        let heard = self.hub_offset_millis().map(|_| moment::now_millis());
        // What was sent before it began to wait is over.
        let moves = if self.is_waiting() { Progress::default() } else { progress };
        self.under_way.tell(heard, moves);
        on_progress(&progress);
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        self.call.as_ref().map(NodeCall::progress).unwrap_or_default()
    }

    /// Hub clock minus device clock in milliseconds, once the hub answered.
    pub(super) fn hub_offset_millis(&self) -> Option<i64> {
        self.call.as_ref().and_then(NodeCall::hub_offset_millis)
    }

    /// How long the hub had nothing to say and the node nothing to send.
    pub(super) const fn waited(&self) -> Duration {
        self.waited
    }

    /// Closes the exchange.
    pub(super) async fn end(mut self) -> Result<Outcome, Failure> {
        self.step(|call, replica| call.end(replica, moment::now_millis())).await
    }

    fn is_waiting(&self) -> bool {
        self.call.as_ref().is_some_and(NodeCall::is_waiting)
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

    async fn next_frame(&mut self) -> Result<NextFrame, Failure> {
        self.advance(|call, replica| call.next_frame(replica)).await
    }

    /// Moves bytes both ways until the reply ends, or until `reason` is done while the call waits.
    pub(super) async fn run(
        &mut self,
        reason: impl Future<Output = ()>,
        on_progress: &mut impl FnMut(&Progress),
    ) -> Result<Ended, Failure> {
        let mut reason = pin!(reason);
        let (first, mut next) = self.beginning().await?;
        let (body, mut sender) = match next {
            NextFrame::Complete => (reqwest::Body::from(first), None),
            NextFrame::Bytes(_) | NextFrame::Wait => {
                let (body, sender) = streamed(first);
                (body, Some(sender))
            }
        };
        let asked = tokio::time::Instant::now();
        let live = self.node.live();
        let request = live.client().post(live.url.clone()).header(CONTENT_TYPE, "application/octet-stream").body(body);
        let mut answering = Box::pin(request.send());
        let mut response: Option<reqwest::Response> = None;
        loop {
            let sending = send(sender.as_ref(), matches!(next, NextFrame::Bytes(_)));
            let (waits, since) = (self.is_waiting(), Instant::now());
            let moved = timeout(if waits { WAIT_MAX } else { self.silence }, async {
                tokio::select! {
                    permit = sending => Event::MaySend(permit),
                    event = receive(&mut answering, &mut response) => event,
                    () = sleep_until(asked + ANSWER), if next == NextFrame::Wait => Event::NoAnswer,
                    () = reason.as_mut(), if waits => Event::Reason,
                    () = live.is_wanted(), if waits => Event::Reason,
                }
            });
            let event = moved.await.unwrap_or(Event::Silence);
            if waits {
                self.waited += since.elapsed();
            }
            match event {
                Event::MaySend(Some(permit)) => {
                    let following = self.next_frame().await?;
                    if let NextFrame::Bytes(frame) = std::mem::replace(&mut next, following) {
                        permit.send(frame);
                    }
                }
                // Nobody reads the body any more: the reply says why, or breaks off.
                Event::MaySend(None) => next = NextFrame::Complete,
                Event::NoAnswer => {
                    if let Some(call) = &mut self.call {
                        call.stop_waiting();
                    }
                    next = self.next_frame().await?;
                }
                Event::Answer(answer) => response = Some(answer),
                Event::Chunk(bytes) => {
                    let node = self.node.clone();
                    self.advance(move |call, replica| {
                        call.receive(replica, node.gate().as_mut(), &bytes, moment::now_millis())?;
                        // By the hub's clock, which records go by too.
                        let offset = call.hub_offset_millis().unwrap_or_default();
                        Ok(replica.note_received(moment::now_millis().saturating_add(offset))?)
                    })
                    .await?;
                    if next == NextFrame::Wait {
                        next = self.next_frame().await?;
                    }
                }
                Event::Over => return Ok(Ended::Reply),
                Event::Reason => return Ok(Ended::GivenUp),
                Event::Broken(failure) if waits => return Ok(Ended::CutWaiting(failure)),
                Event::Broken(failure) => return Ok(Ended::Cut(failure)),
                Event::Silence => {
                    // Over this connection nothing will come any more, though nobody said that it is closed.
                    live.reconnect()?;
                    return Ok(Ended::Cut(silence(self.silence)));
                }
            }
            if next == NextFrame::Complete {
                sender = None;
            }
            self.tell(on_progress);
        }
    }

    /// What the request begins with, and what it goes on with: what is little goes out together.
    async fn beginning(&mut self) -> Result<(Vec<u8>, NextFrame), Failure> {
        let mut first = Vec::new();
        loop {
            match self.next_frame().await? {
                NextFrame::Bytes(frame) if first.len() + frame.len() <= TOGETHER_BYTES => first.extend(frame),
                next => return Ok((first, next)),
            }
        }
    }
}

/// What happens next in an exchange.
enum Event {
    MaySend(Option<mpsc::OwnedPermit<Vec<u8>>>),
    NoAnswer,
    Answer(reqwest::Response),
    Chunk(Vec<u8>),
    Over,
    Reason,
    Broken(Failure),
    Silence,
}

/// A body that goes on as long as the sender lives.
fn streamed(first: Vec<u8>) -> (reqwest::Body, mpsc::Sender<Vec<u8>>) {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>(1);
    let chunks = stream::unfold((Some(first), receiver), |(first, mut receiver)| async move {
        let chunk = match first {
            Some(chunk) => chunk,
            None => receiver.recv().await?,
        };
        Some((Ok::<_, std::convert::Infallible>(chunk), (None, receiver)))
    });
    (reqwest::Body::wrap_stream(chunks), sender)
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

fn silence(silence: Duration) -> Failure {
    let seconds = silence.as_secs_f32().round();
    Failure::new(
        crate::Blame::Link,
        "silence",
        format!("Pusat diam selama {seconds} detik. Yang sudah diterima pusat tetap diterima; sisanya dikirim nanti."),
        format!("The hub was silent for {seconds} s. What it has received stays received; the rest goes later."),
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

/// The code of a failure by what is stored here.
pub(super) const OWN_DATA: &str = "own_data";

pub(super) fn failure_of(error: &DriverError) -> Failure {
    if error.is_damage() {
        return Failure::machine(
            OWN_DATA,
            format!(
                "Ada catatan di komputer ini yang tidak terbaca lagi, biasanya karena disk, jadi pertukaran terhenti. Yang sudah \
                 diterima pusat utuh di sana; yang dicatat sesudahnya belum terkirim. Jalankan village-node verify, buat cadangan, \
                 dan hubungi operator pusat. ({error})"
            ),
            format!(
                "Something that this machine recorded cannot be read any more, mostly because of the disk, so that the exchange \
                 stopped. What the hub received is whole there; what was recorded since is not sent. Run village-node verify, \
                 make a backup, and call the hub's operator. ({error})"
            ),
        );
    }
    Failure::machine(
        "exchange",
        format!("Pertukaran dengan pusat gagal. Data di komputer ini aman dan dikirim nanti. ({error})"),
        format!("The exchange with the hub failed. Data on this machine is safe and goes later. ({error})"),
    )
}

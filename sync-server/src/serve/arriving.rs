//! The body of a request while it arrives.

use axum::body::{BodyDataStream, Bytes};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;

/// Pieces of a request that may wait to be worked on.
const ARRIVED_PIECES: usize = 128;
/// So many bytes of a request are worked on together.
const TOGETHER_BYTES: usize = 256 * 1024;

/// The request, read as fast as it comes: what reached this machine before a cut is made durable all the same.
pub(super) struct Arriving {
    waiting: mpsc::Receiver<Result<Bytes, axum::Error>>,
    /// Came together with bytes, which go first.
    cut: Option<axum::Error>,
}

impl Arriving {
    pub(super) fn read(mut body: BodyDataStream) -> Self {
        let (arrived, waiting) = mpsc::channel(ARRIVED_PIECES);
        tokio::spawn(async move {
            loop {
                // Nobody waits for the rest: to go on reading would keep the connection open as long as the caller likes.
                let piece = tokio::select! {
                    piece = body.next() => piece,
                    () = arrived.closed() => break,
                };
                let Some(piece) = piece else { break };
                let is_cut = piece.is_err();
                if arrived.send(piece).await.is_err() || is_cut {
                    break;
                }
            }
        });
        Self { waiting, cut: None }
    }

    /// Everything that has arrived, together, so that it shares one commit; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, axum::Error>> {
        if let Some(error) = self.cut.take() {
            return Some(Err(error));
        }
        let mut bytes = match self.waiting.recv().await? {
            Ok(first) => first.to_vec(),
            Err(error) => return Some(Err(error)),
        };
        while bytes.len() < TOGETHER_BYTES && self.cut.is_none() {
            match self.waiting.try_recv() {
                Ok(Ok(more)) => bytes.extend_from_slice(&more),
                Ok(Err(error)) => self.cut = Some(error),
                Err(_) => break,
            }
        }
        Some(Ok(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use axum::body::Body;
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_cut_that_arrives_together_with_bytes_is_passed_on_after_them() {
        let pieces = [Ok("ab"), Ok("cd"), Err(Error::from(ErrorKind::ConnectionReset))];
        let mut body = Arriving::read(Body::from_stream(stream::iter(pieces)).into_data_stream());
        while body.waiting.len() < 3 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(body.next().await, Some(Ok(bytes)) if bytes == "abcd"));
        assert!(matches!(body.next().await, Some(Err(_))), "the cut was taken for the request's end");
        assert!(body.next().await.is_none());
    }
}

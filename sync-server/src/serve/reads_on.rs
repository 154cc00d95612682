//! A connection that is read to its end though nothing can be written to it any more.
//!
//! When a link is cut the first to notice is often whoever writes. What arrived before the cut would then be thrown
//! away unread, and the node would have to send it again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Swallows what cannot be written.
#[derive(Debug)]
pub(super) struct ReadsOn<S> {
    inner: S,
    /// Nobody is there to be written to.
    is_cut: bool,
}

impl<S> ReadsOn<S> {
    pub(super) const fn new(inner: S) -> Self {
        Self { inner, is_cut: false }
    }

    fn swallow<T>(&mut self, done: Poll<io::Result<T>>, instead: T) -> Poll<io::Result<T>> {
        match done {
            Poll::Ready(Err(_)) => {
                self.is_cut = true;
                Poll::Ready(Ok(instead))
            }
            done => done,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadsOn<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReadsOn<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut {
            return Poll::Ready(Ok(buf.len()));
        }
        let done = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.swallow(done, buf.len())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut {
            return Poll::Ready(Ok(()));
        }
        let done = Pin::new(&mut self.inner).poll_flush(cx);
        self.swallow(done, ())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Its other side is gone, but what it said has arrived.
    struct Cut(&'static [u8]);

    impl AsyncRead for Cut {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buf)
        }
    }

    impl AsyncWrite for Cut {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn what_arrived_is_read_though_nothing_can_be_written() {
        let mut stream = ReadsOn::new(Cut(b"arrived before the cut"));
        stream.write_all(b"ack").await.unwrap();
        stream.flush().await.unwrap();
        let mut read = String::new();
        stream.read_to_string(&mut read).await.unwrap();
        assert_eq!(read, "arrived before the cut");
    }
}

//! How long the kernel had had bytes before this program read them. Linux stamps what arrives, on sockets that ask for it;
//! elsewhere, and through TLS, nothing is known.
//!
//! What a program measures as a server's time is in part its own: the response was there, and the program busy with others
//! or without a CPU. Only the kernel knows how long. It is asked for a sample of the reads, bounded in time, since what it
//! says has to be fetched by a call of its own.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// At most one read in this time is timed, on each thread.
const EVERY: Duration = Duration::from_millis(2);

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Whether a read that begins now belongs to the sample.
pub fn is_timed(now: Instant) -> bool {
    let is_due = |last: Instant| now.saturating_duration_since(last) >= EVERY;
    let due = stamps::KNOWN && LAST.get().is_none_or(is_due);
    if due {
        LAST.set(Some(now));
    }
    due
}

pub(super) use stamps::{ask, poll_read};

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod stamps {
    use std::io;
    use std::os::fd::{AsRawFd as _, RawFd};
    use std::task::{Context, Poll, ready};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    use tokio::io::{Interest, ReadBuf};
    use tokio::net::TcpStream;

    pub(super) const KNOWN: bool = true;

    /// Room for what comes beside the bytes: a header and three times of two numbers each are 64 bytes.
    const CONTROL: usize = 128;
    /// Length, level and kind of what comes beside the bytes.
    const HEADER: usize = size_of::<libc::cmsghdr>();

    /// Aligned as the kernel's headers are.
    #[repr(align(8))]
    struct Control([u8; CONTROL]);

    /// Asks the kernel to stamp what arrives. Where it doesn't, nothing is known of this socket.
    pub(in crate::net) fn ask(socket: &TcpStream) {
        let flags = libc::SOF_TIMESTAMPING_RX_SOFTWARE | libc::SOF_TIMESTAMPING_SOFTWARE;
        #[expect(unsafe_code, reason = "no safe crate among those in use has this option")]
        // SAFETY: the value is a number of the given size that outlives the call; the socket is open, as it is borrowed.
        let _refused = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_TIMESTAMPING,
                std::ptr::from_ref(&flags).cast(),
                size_of_val(&flags) as libc::socklen_t,
            )
        };
    }

    /// Reads what there is, and says for how long the last of it had been there.
    pub(in crate::net) fn poll_read(
        socket: &TcpStream,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Option<Duration>>> {
        loop {
            ready!(socket.poll_read_ready(cx))?;
            let room = buffer.initialize_unfilled();
            match socket.try_io(Interest::READABLE, || receive(socket.as_raw_fd(), room)) {
                Ok((length, arrived)) => {
                    buffer.advance(length);
                    let now = SystemTime::now();
                    return Poll::Ready(Ok(arrived.and_then(|arrived| now.duration_since(arrived).ok())));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn receive(socket: RawFd, room: &mut [u8]) -> io::Result<(usize, Option<SystemTime>)> {
        let mut control = Control([0; CONTROL]);
        let mut part = libc::iovec {
            iov_base: room.as_mut_ptr().cast(),
            iov_len: room.len(),
        };
        #[expect(
            unsafe_code,
            reason = "the safe crates in use leave out what they don't know beside the bytes"
        )]
        // SAFETY: a `msghdr` of zeros is an empty one. It is given two buffers with their lengths that outlive the call and
        // that nothing else refers to meanwhile; the kernel writes no further than these lengths, and what it leaves
        // unwritten was initialized before.
        let (length, beside) = unsafe {
            let mut message: libc::msghdr = std::mem::zeroed();
            message.msg_iov = &raw mut part;
            message.msg_iovlen = 1;
            message.msg_control = control.0.as_mut_ptr().cast();
            message.msg_controllen = CONTROL as _;
            (libc::recvmsg(socket, &raw mut message, 0), message.msg_controllen)
        };
        let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
        let beside = control.0.get(..beside).unwrap_or_default();
        Ok((length, stamp(beside)))
    }

    /// The time in what came beside the bytes: only stamps are asked for, so it is the first thing if it is there.
    fn stamp(beside: &[u8]) -> Option<SystemTime> {
        let (header, data) = beside.split_at_checked(HEADER)?;
        let kind = header.get(8..16)?;
        let wanted = [
            libc::SOL_SOCKET.to_ne_bytes(),
            libc::SCM_TIMESTAMPING.to_ne_bytes(),
        ]
        .concat();
        if kind != wanted {
            return None;
        }
        let (seconds, rest) = data.split_first_chunk::<8>()?;
        let nanoseconds = rest.first_chunk::<8>()?;
        let seconds = u64::try_from(i64::from_ne_bytes(*seconds)).ok()?;
        let nanoseconds = u32::try_from(i64::from_ne_bytes(*nanoseconds)).ok()?;
        // A stamp of zero is none.
        (seconds > 0).then(|| UNIX_EPOCH + Duration::new(seconds, nanoseconds))
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")))]
mod stamps {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;
    use tokio::io::{AsyncRead as _, ReadBuf};
    use tokio::net::TcpStream;

    pub(super) const KNOWN: bool = false;

    pub(in crate::net) fn ask(_: &TcpStream) {}

    pub(in crate::net) fn poll_read(
        socket: &mut TcpStream,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Option<Duration>>> {
        Pin::new(socket).poll_read(cx, buffer).map_ok(|()| None)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
    use tokio::net::{TcpListener, TcpStream};

    #[test]
    fn only_a_sample_is_timed() {
        let now = Instant::now();
        let at = |us: u64| is_timed(now + Duration::from_micros(us));
        assert_eq!(
            [0, 10, 1_900, 2_000, 2_100, 4_100].map(at),
            [true, false, false, true, false, true]
        );
    }

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        ask(&client);
        (client, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn a_reader_that_is_late_learns_by_how_much() {
        let (mut client, mut server) = pair().await;
        // The kernel may need a moment to begin with its stamps.
        server.write_all(b"first").await.unwrap();
        client.read_exact(&mut [0; 5]).await.unwrap();
        let sent = Instant::now();
        server.write_all(b"hello").await.unwrap();
        // Nothing else can be waited for here: the point is that nobody reads.
        std::thread::sleep(Duration::from_millis(60));
        let mut bytes = [0; 64];
        let mut buffer = ReadBuf::new(&mut bytes);
        let unread = poll_fn(|cx| poll_read(&client, cx, &mut buffer)).await.unwrap();
        assert_eq!(buffer.filled(), b"hello");
        let unread = unread.expect("a stamp");
        assert!(
            unread >= Duration::from_millis(50) && unread <= sent.elapsed(),
            "{unread:?}"
        );
    }

    #[tokio::test]
    async fn the_end_of_a_connection_is_read_like_any_other() {
        let (client, server) = pair().await;
        drop(server);
        let mut bytes = [0; 64];
        let mut buffer = ReadBuf::new(&mut bytes);
        poll_fn(|cx| poll_read(&client, cx, &mut buffer)).await.unwrap();
        assert!(buffer.filled().is_empty());
    }
}

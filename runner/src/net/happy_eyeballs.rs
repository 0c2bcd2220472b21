//! TCP connections to whichever of a name's addresses answers first (RFC 8305): the next is tried when one fails, or
//! when it has not answered for a while.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpSocket, TcpStream};

use super::error::{NetError, NetErrorKind};
use super::own_services::refuse_own;
use super::receive_time;

/// How long an address is waited for alone.
const HEAD_START: Duration = Duration::from_millis(250);

/// What is known of the attempts; outlives them when the time limit cuts them short.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Vec<(SocketAddr, Option<io::Error>)>>);

impl Attempts {
    fn begin(&self, address: SocketAddr) {
        self.list().push((address, None));
    }

    fn fail(&self, address: SocketAddr, error: io::Error) {
        let mut list = self.list();
        if let Some(entry) = list.iter_mut().find(|(own, _)| *own == address) {
            entry.1 = Some(error);
        }
    }

    /// What came of each address, for people.
    pub(super) fn told(&self) -> String {
        let list = self.list();
        let each = list.iter().map(|(address, error)| match error {
            Some(error) => format!("{address}: {error}"),
            None => format!("{address}: no answer"),
        });
        each.collect::<Vec<_>>().join("; ")
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<(SocketAddr, Option<io::Error>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why all have failed.
    fn error(&self, host: &str) -> NetError {
        let list = self.list();
        let mut errors = list.iter().filter_map(|(address, error)| {
            Some(NetError::connecting(
                error.as_ref()?,
                &format!("{host} ({address})"),
            ))
        });
        let Some(first) = errors.next() else {
            return NetError::new(
                NetErrorKind::Connect,
                format!("no source address fits any address of {host}"),
            );
        };
        let kind = if errors.all(|error| error.kind == first.kind) {
            first.kind
        } else {
            NetErrorKind::Connect
        };
        drop(list);
        let mut detail = format!("can't connect to {host}: {}", self.told());
        if kind == NetErrorKind::Exhausted {
            detail.push_str(
                "; this machine has no handle or port left (ulimit -n, net.ipv4.ip_local_port_range)",
            );
        }
        NetError::new(kind, detail)
    }
}

/// Connects to the first of the addresses that answers, from the source address of this number.
pub(super) async fn connect_first(
    host: &str,
    addresses: &[SocketAddr],
    sources: &[IpAddr],
    source: u64,
    attempts: &Attempts,
) -> Result<(TcpStream, SocketAddr), NetError> {
    let mut under_way = FuturesUnordered::new();
    let fitting = addresses
        .iter()
        .filter_map(|&remote| Some((source_for(sources, source, remote)?, remote)));
    let mut rest = fitting.collect::<Vec<_>>().into_iter();
    loop {
        if let Some((source, remote)) = rest.next() {
            refuse_own(remote, None)?;
            attempts.begin(remote);
            under_way.push(open(source, remote));
        }
        tokio::select! {
            biased;
            ended = under_way.next() => match ended {
                Some((remote, Ok(socket))) => {
                    refuse_own(remote, socket.local_addr().ok().map(|own| own.ip()))?;
                    return Ok((socket, remote));
                }
                Some((remote, Err(error))) => attempts.fail(remote, error),
                None => return Err(attempts.error(host)),
            },
            () = tokio::time::sleep(HEAD_START), if rest.len() > 0 => {}
        }
    }
}

async fn open(source: Option<IpAddr>, remote: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    (remote, connect(source, remote).await)
}

async fn connect(source: Option<IpAddr>, remote: SocketAddr) -> io::Result<TcpStream> {
    let socket = if remote.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(address) = source {
        socket.bind(SocketAddr::new(address, 0))?;
    }
    let stream = socket.connect(remote).await?;
    stream.set_nodelay(true)?;
    receive_time::ask(&stream);
    Ok(stream)
}

/// The source address of this number, of the remote's family. `None`: there are source addresses, but none of that family.
fn source_for(sources: &[IpAddr], number: u64, remote: SocketAddr) -> Option<Option<IpAddr>> {
    if sources.is_empty() {
        return Some(None);
    }
    let fitting: Vec<IpAddr> = sources
        .iter()
        .copied()
        .filter(|address| address.is_ipv4() == remote.is_ipv4())
        .collect();
    let turn = usize::try_from(number % fitting.len().max(1) as u64).unwrap_or(0);
    fitting.get(turn).copied().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::net::TcpListener;

    /// Addresses of one port: nobody listens on the first, the second's queue is full so that it answers nobody, the
    /// third accepts. All are on loopback.
    struct Three {
        refusing: SocketAddr,
        silent: SocketAddr,
        alive: SocketAddr,
        _listeners: (TcpListener, TcpListener),
        _queue: Vec<TcpStream>,
    }

    async fn three() -> Three {
        let alive = TcpListener::bind("127.0.0.4:0").await.expect("bind");
        let port = alive.local_addr().expect("address").port();
        let at = |last: u8| SocketAddr::from(([127, 0, 0, last], port));
        let socket = TcpSocket::new_v4().expect("socket");
        socket.bind(at(3)).expect("bind");
        let silent = socket.listen(0).expect("listen");
        let mut queue = Vec::new();
        // Until one more isn't answered.
        while let Ok(Ok(one)) =
            tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(at(3))).await
        {
            queue.push(one);
            assert!(queue.len() < 100, "the queue has no end");
        }
        Three {
            refusing: at(2),
            silent: at(3),
            alive: at(4),
            _listeners: (alive, silent),
            _queue: queue,
        }
    }

    async fn dialled(addresses: &[SocketAddr]) -> Result<SocketAddr, NetError> {
        let attempts = Attempts::default();
        let done = connect_first("x.test", addresses, &[], 0, &attempts).await;
        done.map(|(_, remote)| remote)
    }

    #[tokio::test]
    async fn the_next_address_is_tried_when_one_refuses_or_is_silent() {
        let three = three().await;
        let begun = Instant::now();
        assert_eq!(
            dialled(&[three.refusing, three.alive]).await.expect("alive"),
            three.alive
        );
        assert_eq!(
            dialled(&[three.silent, three.refusing, three.alive])
                .await
                .expect("alive"),
            three.alive
        );
        assert!(begun.elapsed() >= HEAD_START);
        assert_eq!(
            dialled(&[three.alive, three.silent]).await.expect("alive"),
            three.alive
        );
    }

    #[tokio::test]
    async fn all_addresses_that_were_tried_are_named() {
        let three = three().await;
        let error = dialled(&[
            three.refusing,
            SocketAddr::from(([127, 0, 0, 5], three.alive.port())),
        ])
        .await
        .expect_err("nobody listens");
        assert_eq!(error.kind, NetErrorKind::ConnectionRefused);
        assert!(
            error.detail.contains("127.0.0.2:") && error.detail.contains("127.0.0.5:"),
            "{}",
            error.detail
        );

        let attempts = Attempts::default();
        let addresses = [three.silent, three.refusing];
        let cut = tokio::time::timeout(
            Duration::from_millis(600),
            connect_first("x.test", &addresses, &[], 0, &attempts),
        );
        assert!(cut.await.is_err());
        let told = attempts.told();
        assert!(
            told.starts_with("127.0.0.3:") && told.contains("no answer; 127.0.0.2:"),
            "{told}"
        );
        assert!(told.contains("refused"), "{told}");
    }

    #[test]
    fn deals_source_addresses_in_turn() {
        let sources: Vec<IpAddr> = ["127.0.0.2", "::1", "127.0.0.3"]
            .iter()
            .map(|a| a.parse().expect(a))
            .collect();
        let remote: SocketAddr = "127.0.0.1:80".parse().expect("address");
        let dealt: Vec<_> = (0..3)
            .filter_map(|vu| source_for(&sources, vu, remote).flatten())
            .collect();
        assert_eq!(dealt, [sources[0], sources[2], sources[0]]);
        assert_eq!(source_for(&[], 1, remote), Some(None));
        assert_eq!(source_for(&sources[1..2], 1, remote), None);
    }
}

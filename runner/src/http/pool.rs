//! The connections that one VU keeps for its next requests. It makes none itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connect::Connection;
use super::h1::Http1Connection;
use super::h2::Http2Connection;
use super::origin::HttpOrigin;

/// Kept HTTP/1 connections of one VU.
const IDLE: usize = 64;

/// One VU's connections. Its lock is the VU's alone: only the requests of one batch ever meet there.
#[derive(Debug, Default)]
pub(super) struct Pool {
    kept: Mutex<Connections>,
    /// Held while connecting to a server that may turn out to speak HTTP/2, where one connection will do.
    greeting: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Connections {
    /// Each is taken by an exchange and put back after it; the one that was used last is last.
    idle: Vec<Http1Connection>,
    /// Each carries several exchanges at once.
    shared: Vec<Arc<Http2Connection>>,
}

impl Pool {
    /// Takes the HTTP/1 connection to an origin that was used last, if `wanted` says of the origin what it is wanted
    /// with; gives that back with it.
    pub(super) fn take<T>(
        &self,
        here: impl Fn(&HttpOrigin) -> bool,
        wanted: impl FnOnce(&HttpOrigin) -> Option<T>,
    ) -> Option<(Http1Connection, T)> {
        let mut kept = self.kept();
        let at = kept
            .idle
            .iter()
            .rposition(|connection| here(&connection.origin))?;
        let answer = wanted(&kept.idle.get(at)?.origin)?;
        Some((kept.idle.swap_remove(at), answer))
    }

    /// A kept connection to an origin. After one has turned out to be closed, those at rest are given up.
    pub(super) fn find(&self, origin: &HttpOrigin, retrying: bool) -> Option<Connection> {
        if let Some(shared) = self.shared(origin) {
            return Some(Connection::Http2(shared));
        }
        let here = |other: &HttpOrigin| other.prefix == origin.prefix;
        if retrying {
            // What the server did to one connection at rest it will have done to the others.
            self.kept().idle.retain(|connection| !here(&connection.origin));
        }
        self.take(here, |_| Some(()))
            .map(|(connection, ())| Connection::Http1(connection))
    }

    /// An HTTP/2 connection to an origin that takes further exchanges.
    pub(super) fn shared(&self, origin: &HttpOrigin) -> Option<Arc<Http2Connection>> {
        let mut kept = self.kept();
        kept.shared.retain(|connection| !connection.is_closed());
        let mut all = kept.shared.iter();
        all.find(|connection| connection.origin.prefix == origin.prefix)
            .cloned()
    }

    /// Keeps a connection for the next exchange; the one that was kept longest gives way.
    pub(super) fn keep(&self, connection: Http1Connection) {
        let mut kept = self.kept();
        if kept.idle.len() >= IDLE {
            kept.idle.remove(0);
        }
        kept.idle.push(connection);
    }

    /// Keeps a connection that others may use meanwhile.
    pub(super) fn share(&self, connection: Arc<Http2Connection>) {
        self.kept().shared.push(connection);
    }

    /// Drops the HTTP/2 connections that take no further exchange.
    #[cold]
    pub(super) fn drop_closed(&self) {
        self.kept().shared.retain(|connection| !connection.is_closed());
    }

    /// Closes all.
    pub(super) fn clear(&self) {
        *self.kept() = Connections::default();
    }

    /// Waits until nobody else connects to a server that may turn out to speak HTTP/2.
    pub(super) async fn greet(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.greeting.lock().await
    }

    fn kept(&self) -> MutexGuard<'_, Connections> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The engine against real sockets.

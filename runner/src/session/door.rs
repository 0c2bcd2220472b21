//! The API's door: opened first, and shown to the operator when the run begins.

use super::no_thread;
use crate::api::{self, Door, Server};
use crate::error::Failure;
use crate::load::RunHandle;
use crate::net;
use crate::options::ControlOptions;
use crate::secret::Secret;
use crate::terminal;
use std::io::ErrorKind;

/// A door, and how to show its token.
pub(super) struct Entrance {
    door: Door,
    token: String,
}

/// Listens, if that is asked for.
pub(super) fn open(options: &ControlOptions) -> Result<Option<Entrance>, Failure> {
    let Some(address) = options.api else {
        return Ok(None);
    };
    // A token of the operator's is no business of the log.
    let (token, shown) = match &options.api_token {
        Some(token) => (token.clone(), "$WASMSWARM_API_TOKEN".to_owned()),
        None => {
            let token = api::new_token();
            (Secret::new(token.clone()), token)
        }
    };
    let door = Door::open(address, token).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::PermissionDenied if !address.ip().is_loopback() => {
                "listen on 127.0.0.1, and reach it through a tunnel: ssh -L 6565:127.0.0.1:6565 HOST"
            }
            _ => "--api 127.0.0.1:0 takes a free port",
        };
        Failure::invalid(format!("the API can't listen on {address}"))
            .because(error)
            .hint(hint)
    })?;
    net::never_target(door.address());
    Ok(Some(Entrance { door, token: shown }))
}

/// Lets everybody in who has the token.
pub(super) fn serve(entrance: Entrance, run: &RunHandle) -> Result<Server, Failure> {
    let (url, token) = (entrance.door.url(), entrance.token);
    let server = Server::start(entrance.door, run.clone()).map_err(no_thread)?;
    terminal::print_error(&format!(
        "API: curl -H \"authorization: Bearer {token}\" {url}/status"
    ));
    Ok(server)
}

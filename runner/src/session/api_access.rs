//! How the operator gets at the API: its address is listened on first, and shown with the token when the run begins.

use super::no_thread;
use crate::api::{self, Listener, Server};
use crate::error::Failure;
use crate::net;
use crate::options::ControlOptions;
use crate::secret::Secret;
use crate::terminal;
use std::io::ErrorKind;

/// Where the API will be served.
#[derive(Debug)]
pub(super) struct ApiAccess {
    listener: Listener,
    /// The token, as it is shown.
    token: String,
}

/// Listens, if that is asked for.
pub(super) fn open(options: &ControlOptions) -> Result<Option<ApiAccess>, Failure> {
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
    let listener = Listener::open(address, token).map_err(|error| {
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
    net::never_target(listener.address());
    Ok(Some(ApiAccess {
        listener,
        token: shown,
    }))
}

/// Lets everybody in who has the token.
pub(super) fn serve(access: ApiAccess) -> Result<Server, Failure> {
    let (url, token) = (access.listener.url(), access.token);
    let server = Server::start(access.listener).map_err(no_thread)?;
    terminal::print_error(&format!(
        "API: curl -H \"authorization: Bearer {token}\" {url}/status"
    ));
    Ok(server)
}

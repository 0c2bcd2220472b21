//! Whether the system under test can be reached at all, asked once before the load.

use super::no_thread;
use crate::error::Failure;
use crate::http::{ErrorCode, HttpSettings, SettingsError, Transport};
use std::sync::Arc;
use std::time::Duration;

/// How long the first connection may take. A server that is slower than this has to be asked
/// for with `--connect-timeout`.
const PATIENCE: Duration = Duration::from_millis(900);

/// The transport of the run, once its base URL has accepted a connection.
pub(super) fn open(settings: &HttpSettings, patience: Option<Duration>) -> Result<Arc<Transport>, Failure> {
    let transport = Transport::new(settings).map_err(refuse)?;
    let Some(base) = &settings.base else {
        return Ok(transport);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(no_thread)?;
    let patience = patience.unwrap_or(PATIENCE);
    let tried = runtime.block_on(async { tokio::time::timeout(patience, transport.preflight()).await });
    // A lookup that was given up goes on in its thread; nobody waits for it.
    runtime.shutdown_background();
    let failure = Failure::invalid(format!("failed to reach {base}"));
    match tried {
        Ok(Ok(())) => Ok(transport),
        Ok(Err(error)) => Err(failure
            .because(cause(error.code, &error.detail))
            .hint(hint(error.code))),
        Err(_) => Err(failure
            .because(format!("no connection within {} ms", patience.as_millis()))
            .hint("check the address; for a server that is just slow, pass --connect-timeout 10s")),
    }
}

fn refuse(error: SettingsError) -> Failure {
    Failure {
        causes: error.problems,
        ..Failure::invalid("the HTTP options can't be used")
    }
    .hint("`wasmswarm run --help` shows how each is written")
}

fn cause(code: ErrorCode, detail: &str) -> String {
    if detail.is_empty() {
        code.name().to_owned()
    } else {
        format!("{}: {detail}", code.name())
    }
}

fn hint(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Dns => "check the name, or give its address with --resolve NAME=ADDRESS",
        ErrorCode::ConnectionRefused => "is the server running, and is the port right?",
        ErrorCode::Certificate => {
            "pass its authority with --ca-file FILE, or --insecure to accept any certificate"
        }
        ErrorCode::Tls => "does the server speak TLS on this port? Else write http:// instead of https://",
        ErrorCode::Proxy => "check --proxy",
        _ => "check the address",
    }
}

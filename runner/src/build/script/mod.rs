//! JavaScript and TypeScript: from a script to a component, with nothing but this program.
//!
//! A component that holds a JavaScript engine, the SDK and the contract's bindings is part of this
//! binary (`sdk/js`). It evaluates the script once, with the files that it asks for; what its memory
//! holds then becomes the script's component. So a VU begins where the script's top level ended,
//! and what was loaded there is shared by all VUs until one of them writes to it.

mod evaluate;
mod resolve;
mod snapshot;
mod strip;

use super::kept::Inputs;
use super::language::Project;
use super::{BuildError, Workshop};
use evaluate::{Evaluation, Runtime};
use resolve::Files;

/// The most files that one script may ask for.
const MAX_SOURCES: usize = 1000;

/// The engine with the SDK, compressed. `sdk/js/runtime/build` makes it.
static RUNTIME: &[u8] = include_bytes!("../../../../sdk/js/runtime.wasm.zst");

/// Developers of the SDK name another file here.
const OTHER_RUNTIME: &str = "WASMSWARM_JS_RUNTIME";

/// What decides the result beside the script itself.
pub(super) fn maker() -> Result<String, BuildError> {
    use sha2::Digest as _;
    Ok(super::kept::hex(&sha2::Sha256::digest(runtime()?)))
}

/// Builds the script, and says what it was made of.
pub(super) fn build(project: &Project, shop: &mut Workshop<'_>) -> Result<(Vec<u8>, Inputs), BuildError> {
    (shop.say)("preparing the JavaScript engine");
    let wasm = runtime()?;
    let runtime = Runtime::new(&wasm)?;
    let mut files = Files::beside(&project.main)?;
    let entry = files.entry().to_owned();
    let mut sources = vec![files.read_entry()?];
    (shop.say)(&format!("evaluating {}", project.main.display()));
    while sources.len() < MAX_SOURCES {
        match runtime.evaluate(&entry, &sources)? {
            Evaluation::Done(component) => return Ok((component, files.into_inputs())),
            Evaluation::Missing(need) => sources.push(files.find(&need)?),
        }
    }
    Err(BuildError::Script {
        message: format!("the script asks for more than {MAX_SOURCES} files"),
    })
}

fn runtime() -> Result<Vec<u8>, BuildError> {
    let unusable = |error: std::io::Error| BuildError::Script {
        message: format!("the JavaScript engine can't be read: {error}"),
    };
    match std::env::var_os(OTHER_RUNTIME) {
        Some(path) => std::fs::read(path).map_err(unusable),
        None => zstd::decode_all(RUNTIME).map_err(unusable),
    }
}

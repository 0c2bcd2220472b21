//! JavaScript and TypeScript: from a script to a component, with nothing but this program.
//!
//! A component that holds a JavaScript engine, the SDK and the contract's bindings is part of this
//! binary (`sdk/js`). It evaluates the script once, with the files that it asks for; what its memory
//! holds then becomes the script's component. So a VU begins where the script's top level ended,
//! and what was loaded there is shared by all VUs until one of them writes to it.

mod evaluate;
mod resolve;
mod snapshot;
mod starlingmonkey;
mod strip;

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Made, kept};
use evaluate::{Evaluation, Runtime};
use resolve::Files;

/// The most files that one script may ask for.
const MAX_SOURCES: usize = 1000;

/// The engine with the SDK, compressed. `sdk/js/runtime/build` makes it.
static RUNTIME: &[u8] = include_bytes!("../../../../sdk/js/runtime.wasm.zst");

/// Developers of the SDK name another file here.
const OTHER_RUNTIME: &str = "WASMSWARM_JS_RUNTIME";

/// What runs scripts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Part of this program: small, and needs no tools
    #[default]
    Quickjs,
    /// A browser's engine with `fetch` and web APIs, through npm: larger and slower
    Starlingmonkey,
}

/// The builder for scripts that run in this engine.
pub(super) fn builder(engine: Engine) -> Result<Box<dyn Builder>, BuildError> {
    Ok(match engine {
        Engine::Quickjs => Box::new(Evaluator { wasm: runtime()? }),
        Engine::Starlingmonkey => Box::new(starlingmonkey::ComponentizeJs::find()?),
    })
}

/// The engine that is part of this binary.
struct Evaluator {
    wasm: Vec<u8>,
}

impl Builder for Evaluator {
    fn maker(&self) -> String {
        use sha2::Digest as _;
        kept::hex(&sha2::Sha256::digest(&self.wasm))
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        (context.say)("preparing the JavaScript engine");
        let runtime = Runtime::new(&self.wasm, &context.cache.join("compiled"))?;
        let mut files = Files::beside(&project.main, context.reach(project)?);
        let entry = files.entry().to_owned();
        let mut sources = vec![match context.script.take() {
            Some(text) => files.entry_is(text)?,
            None => files.read_entry()?,
        }];
        (context.say)(&format!("evaluating {}", project.named().display()));
        while sources.len() < MAX_SOURCES {
            match runtime.evaluate(&entry, &sources, &context.parameters)? {
                Evaluation::Done(component, asked) => {
                    let mut read = files.into_inputs();
                    read.ask(asked, &context.parameters);
                    let read = Some(read);
                    return Ok(Made { component, read });
                }
                Evaluation::Missing(need) => sources.push(files.find(&need)?),
            }
        }
        Err(BuildError::Script {
            message: format!("the script asks for more than {MAX_SOURCES} files"),
        })
    }
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

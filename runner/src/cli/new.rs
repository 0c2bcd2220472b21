//! `wasmswarm new`: writes a project that runs at once.

use crate::build::scaffold::{self, Template};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use std::path::Path;

/// What `new` can be asked for.
#[derive(Debug, clap::Args)]
pub(super) struct NewOptions {
    /// Name of the project and of the folder that is made for it
    #[arg(value_name = "NAME")]
    name: String,

    /// The language of its scenario
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value = "rust")]
    lang: Template,
}

pub(super) fn run(options: &NewOptions) -> Result<ExitCode, Failure> {
    let created =
        scaffold::create(Path::new(&options.name), &options.name, options.lang).map_err(|error| {
            let failure = Failure::invalid(format!("failed to make the project {:?}", options.name));
            Failure {
                hint: error.hint().map(str::to_owned),
                ..failure.because(error)
            }
        })?;
    let files: Vec<_> = created
        .files
        .iter()
        .map(|f| format!("  {}", created.dir.join(f).display()))
        .collect();
    let first = match options.lang {
        Template::AssemblyScript => format!("(cd {} && npm install) && ", options.name),
        _ => String::new(),
    };
    super::show(&format!(
        "made {}:\n{}\n\nrun it: {first}wasmswarm run {} --host demo",
        created.dir.display(),
        files.join("\n"),
        options.name
    ))?;
    Ok(ExitCode::Ok)
}

//! The files that are written of results, be they those of the run that has just ended or stored ones.

use crate::error::Failure;
use crate::options::ReportOptions;
use crate::report::{self, locust};
use crate::results::model::RunResults;
use std::path::{Path, PathBuf};

/// What makes the text of a file.
type Render = fn(&RunResults) -> Result<String, String>;

/// Refuses files that can't be written.
pub(super) fn check(options: &ReportOptions) -> Result<(), Failure> {
    let files = files(options).into_iter().map(|(path, _)| path);
    files.chain(options.html.clone()).try_for_each(|path| {
        report::check_writable(&path).map_err(|error| {
            let failure = Failure::invalid(format!("the results can't be written to {:?}", path.display()));
            failure
                .because(error)
                .hint("name a file in a folder that exists and that you may write to")
        })
    })
}

/// Writes all of them, whatever becomes of the others.
pub(super) fn write(results: &RunResults, options: &ReportOptions) -> Vec<Failure> {
    let written = files(options).into_iter().map(|(path, render)| {
        let failed = || Failure::invalid(format!("failed to write the results to {:?}", path.display()));
        let text = render(results).map_err(|why| failed().because(why))?;
        report::write_text(&path, &text).map_err(|error| {
            let failure = failed().because(error);
            failure.hint("the run is over and its summary is above; what else was to be written is, unless a line says otherwise")
        })
    });
    let page = options.html.iter().map(|path| write_page(results, path));
    written.chain(page).filter_map(Result::err).collect()
}

fn write_page(results: &RunResults, path: &Path) -> Result<(), Failure> {
    let failed = || Failure::invalid(format!("failed to write the report to {:?}", path.display()));
    let page = report::Page::of(results).map_err(|error| failed().because(error))?;
    report::write_page(path, &page).map_err(|error| failed().because(error))
}

fn files(options: &ReportOptions) -> Vec<(PathBuf, Render)> {
    let mut files: Vec<(PathBuf, Render)> = Vec::new();
    if let Some(prefix) = &options.csv {
        files.push((with_suffix(prefix, "_stats.csv"), locust::stats_table));
        files.push((with_suffix(prefix, "_failures.csv"), locust::failures_table));
        files.push((with_suffix(prefix, "_exceptions.csv"), locust::exceptions_table));
    }
    if let Some(path) = &options.junit {
        files.push((path.clone(), report::junit));
    }
    if let Some(path) = &options.markdown {
        files.push((path.clone(), |results| Ok(report::markdown(results))));
    }
    files
}

/// The file of a prefix.
pub(super) fn with_suffix(prefix: &Path, suffix: &str) -> PathBuf {
    let mut name = prefix.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

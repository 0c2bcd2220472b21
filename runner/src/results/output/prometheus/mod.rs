//! Streams for Prometheus: scraped by it, or pushed to whatever takes its remote write, both with native histograms and
//! under the names that k6 gives its metrics.

mod exposition;
mod names;
mod remote_write;
mod scrape;
mod wire;

pub(super) use remote_write::authenticate;

use super::push::{target, variables};
use crate::results::tally::Output;
use remote_write::RemoteWrite;
use scrape::Scrape;

/// `--out prometheus[=ADDRESS:PORT]`.
pub(super) fn open_scraped(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(Scrape::open(target(text))?))
}

/// `--out prometheus-rw[=URL]`.
pub(super) fn open_remote_write(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(RemoteWrite::open(target(text), &variables)?))
}

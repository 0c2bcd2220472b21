//! What becomes of what was measured: it is added up, judged, and told to whoever listens. Where it comes from is nothing
//! that is known here.

pub mod model;
pub mod output;
pub mod tally;
pub mod thresholds;

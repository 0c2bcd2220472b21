//! The API over real connections, with a run that only stands still.

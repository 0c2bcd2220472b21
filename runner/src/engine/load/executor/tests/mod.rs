//! Every executor under virtual time, with VUs that only sleep: exact tables of starts.

mod arrivals;
mod changes;
mod endings;
mod iterations;
mod randomness;
mod sleepers;
mod users;

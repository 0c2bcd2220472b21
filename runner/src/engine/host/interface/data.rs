//! `wasmswarm:scenario/data`: which row a VU gets. The rows themselves are `crate::engine::data`.

use crate::engine::data::{AtEnd, DataSet, Row};
use crate::engine::host::bindings::data::{self, AtEnd as WitAtEnd, Error, Pick};
use crate::engine::host::state::VuState;
use crate::plan::{Drawer, Stream, stream_seed};
use rand::Rng;

impl VuState {
    fn data_set(&self, name: &str) -> wasmtime::Result<Result<&DataSet, Error>> {
        self.require_run()?;
        Ok(self.run.data.get(name).ok_or(Error::NotGranted))
    }

    /// Whose turn it is: the iteration's in its scenario, or outside of one the VU's.
    fn turn(&self, pick: Pick) -> u64 {
        match pick {
            Pick::Sequential | Pick::Shuffled if self.in_task => self.index,
            _ => self.identity.vu.saturating_sub(1),
        }
    }
}

impl data::Host for VuState {
    fn row(&mut self, name: String, pick: Pick, at_end: WitAtEnd) -> wasmtime::Result<Result<Row, Error>> {
        self.require_run()?;
        let turn = self.turn(pick);
        let Some(set) = self.run.data.get(&name) else {
            return Ok(Err(Error::NotGranted));
        };
        let at_end = match at_end {
            WitAtEnd::Wrap => AtEnd::Wrap,
            WitAtEnd::Stop => AtEnd::Stop,
        };
        let index = match pick {
            Pick::Sequential | Pick::PerVu => set.in_order(turn, at_end),
            Pick::Shuffled => {
                let seed = stream_seed(self.run.seed, Drawer::Name(hash(&name)), Stream::Data);
                set.shuffled(turn, at_end, seed)
            }
            // The bias of a 64-bit remainder is below 1 in 10^10 here.
            Pick::Random => Some(self.data_random.next_u64() % set.count()),
        };
        match index {
            Some(index) => read(&name, set, index),
            None => Ok(Err(Error::Exhausted)),
        }
    }

    fn get(&mut self, name: String, index: u64) -> wasmtime::Result<Result<Row, Error>> {
        match self.data_set(&name)? {
            Ok(set) => read(&name, set, index),
            Err(error) => Ok(Err(error)),
        }
    }

    fn count(&mut self, name: String) -> wasmtime::Result<Result<u64, Error>> {
        Ok(self.data_set(&name)?.map(DataSet::count))
    }
}

fn read(name: &str, set: &DataSet, index: u64) -> wasmtime::Result<Result<Row, Error>> {
    let row = set.row(index);
    let row = row.map_err(|e| wasmtime::format_err!("the data file {name:?} can't be used any more: {e}"))?;
    Ok(row.ok_or(Error::Exhausted))
}

/// FNV-1a: data sets of different names are shuffled differently.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

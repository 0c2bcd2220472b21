//! The header `traceparent` (W3C Trace Context), by which a server's own tracing knows a request of the load again. Ids
//! are random and new in each run, whatever the seed: with those of an earlier run a tracing database would mix the two.

use crate::engine::host::bindings::http::Request;

const HEADER: &str = "traceparent";

/// Gives a request a trace of its own, unless the guest gave it one. The trace's id, if it has one.
pub(in crate::engine::host) fn begin(request: &mut Request) -> Option<u128> {
    let is_own = |(name, _): &&(String, String)| name.eq_ignore_ascii_case(HEADER);
    if let Some((_, value)) = request.headers.iter().find(is_own) {
        return read(value);
    }
    // Neither may be 0.
    let (trace, span) = (rand::random::<u128>().max(1), rand::random::<u64>().max(1));
    // Sampled: whoever asks for it wants to see it.
    let value = format!("00-{trace:032x}-{span:016x}-01");
    request.headers.push((HEADER.to_owned(), value));
    Some(trace)
}

/// The trace's id in a header's value.
fn read(value: &str) -> Option<u128> {
    let id = value.split('-').nth(1).filter(|id| id.len() == 32)?;
    u128::from_str_radix(id, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_guests_own_header_is_read() {
        let value = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(read(value), Some(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        for wrong in ["", "00-", "00-4bf9-00f067aa0ba902b7-01", "00-zz", "x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

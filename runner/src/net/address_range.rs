//! Ranges of addresses, as in `10.0.0.0/8`.

use std::net::IpAddr;

/// Addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    base: u128,
    bits: u32,
    is_v4: bool,
}

impl AddressRange {
    /// Reads `ADDR` or `ADDR/BITS`.
    pub fn parse(text: &str) -> Option<AddressRange> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (base, width, is_v4) = bits_of(address.parse().ok()?);
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(AddressRange { base, bits, is_v4 })
    }

    /// Whether an address lies in it. An IPv4 address is the same within IPv6.
    pub fn has(self, address: IpAddr) -> bool {
        let (value, width, is_v4) = bits_of(address);
        let differing = (value ^ self.base).checked_shr(width - self.bits).unwrap_or(0);
        is_v4 == self.is_v4 && differing == 0
    }
}

/// The address as a number, and how many bits it has.
fn bits_of(address: IpAddr) -> (u128, u32, bool) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u32::from(address).into(), 32, true),
        IpAddr::V6(address) => (address.into(), 128, false),
    }
}

/// Reads all ranges; adds what is wrong to `problems`.
pub(super) fn ranges(texts: &[String], problems: &mut Vec<String>) -> Vec<AddressRange> {
    let read = |text: &String| {
        let range = AddressRange::parse(text);
        range.ok_or_else(|| format!("{text:?} is not a range of addresses such as 10.0.0.0/8"))
    };
    let (found, wrong): (Vec<_>, Vec<_>) = texts.iter().map(read).partition(Result::is_ok);
    problems.extend(wrong.into_iter().filter_map(Result::err));
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(range: &str, address: &str) -> bool {
        AddressRange::parse(range)
            .expect("a range")
            .has(address.parse().expect("an address"))
    }

    #[test]
    fn a_range_has_the_addresses_that_share_its_bits() {
        assert!(has("10.0.0.0/8", "10.255.0.1") && !has("10.0.0.0/8", "11.0.0.1"));
        assert!(has("192.168.1.7", "192.168.1.7") && !has("192.168.1.7", "192.168.1.6"));
        assert!(has("0.0.0.0/0", "8.8.8.8") && !has("0.0.0.0/0", "::1"));
        assert!(has("fd00::/8", "fd12::1") && !has("fd00::/8", "fe80::1"));
        assert!(has("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(has("::/0", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in ["", "10.0.0.0/33", "10/8", "::/129", "a", "1.2.3.4/x"] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }
}

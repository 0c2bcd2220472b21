//! Rounds up the memory that a built script begins with.
//!
//! How much a script's memory holds differs from script to script, and after some edits. The size of the memory is part of
//! what its code is compiled for; rounded up, most scripts, and nearly all edits of one, share compiled code. Pages that
//! nobody touches cost nothing. An interpreter finds what is free in its memory as after any growth that wasn't its own.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// A memory of 64 KiB pages begins with a multiple of so many: 1 MiB, and a quarter of what a large one has.
const PAGES: u64 = 16;

/// The bit of a memory's type that says that there is a limit.
const HAS_LIMIT: u8 = 1;

/// Rounds up each memory of the component, in place.
pub(super) fn round_up(component: &mut [u8]) -> Result<(), BinaryReaderError> {
    let mut changes = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::MemorySection(memories) = payload? {
            for memory in memories.into_iter_with_offsets() {
                let (place, memory) = memory?;
                changes.push((place, memory.initial, memory.maximum));
            }
        }
    }
    for (place, initial, maximum) in changes {
        let plain = component[place] & !HAS_LIMIT == 0;
        let pages = rounded(initial).min(maximum.unwrap_or(u64::MAX));
        if plain && pages > initial {
            set_in_place(&mut component[place + 1..], pages);
        }
    }
    Ok(())
}

fn rounded(pages: u64) -> u64 {
    let step = (pages / 4).next_power_of_two().max(PAGES);
    pages.next_multiple_of(step)
}

/// Replaces the number at the start of these bytes by a greater one, or the greatest that takes as many bytes.
fn set_in_place(bytes: &mut [u8], number: u64) {
    let length = 1 + bytes.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let number = number.min((1 << (7 * length.min(9))) - 1);
    for (index, byte) in bytes.iter_mut().take(length).enumerate() {
        let more = if index + 1 < length { 0x80 } else { 0 };
        *byte = (number >> (7 * index)) as u8 & 0x7f | more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded_pages(memory: &str) -> Vec<u64> {
        let mut component = wat::parse_str(format!("(component (core module {memory}))")).unwrap();
        let length = component.len();
        round_up(&mut component).unwrap();
        assert_eq!(component.len(), length);
        wasmparser::Validator::new().validate_all(&component).unwrap();
        let mut pages = Vec::new();
        for payload in Parser::new(0).parse_all(&component) {
            if let Payload::MemorySection(memories) = payload.unwrap() {
                pages.extend(memories.into_iter().map(|memory| memory.unwrap().initial));
            }
        }
        pages
    }

    #[test]
    fn a_memory_begins_with_a_round_number_of_pages() {
        assert_eq!(rounded_pages("(memory 41)"), [48]);
        assert_eq!(rounded_pages("(memory 48)"), [48]);
        assert_eq!(rounded_pages("(memory 333)"), [384]);
        assert_eq!(rounded_pages("(memory 1)"), [16]);
        assert!(rounded_pages("").is_empty());
    }

    #[test]
    fn limits_hold_and_the_file_keeps_its_length() {
        assert_eq!(rounded_pages("(memory 41 44)"), [44]);
        assert_eq!(rounded_pages("(memory 126 4000)"), [127]);
        assert_eq!(rounded_pages("(memory 127)"), [127]);
    }
}

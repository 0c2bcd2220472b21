//! Makes the objects in a built component immortal, so that Python doesn't count references to them.
//!
//! All users share the pages of the built memory until they write to them, and counting a reference
//! is a write: soon each user had a copy of most pages that it only reads. Python never counts
//! references to an object whose count is huge (PEP 683), but lets no program say so. The SDK leaves
//! a list of all objects in the memory (`sdk/python/wasmswarm_boot/heap.py`); here their counts are set.

use std::ops::Range;
use wasmparser::{BinaryReaderError, Data, DataKind, Operator, Parser, Payload};

/// What comes before the address of the list.
const MARK: &[u8] = b"\x1ewasmswarm objects\x1e";

/// Where a list has its length, and the address of the array with its objects' addresses: `PyListObject` in
/// `Include/cpython/listobject.h`.
const LENGTH: u32 = 8;
const ITEMS: u32 = 12;

/// The count of an immortal object where pointers have 4 bytes, and from which on an object counts as one:
/// `_Py_IMMORTAL_INITIAL_REFCNT` and `_Py_IMMORTAL_MINIMUM_REFCNT` in CPython 3.14's `Include/refcount.h`.
const IMMORTAL: u32 = 5 << 28;
const IMMORTAL_FROM: u32 = 1 << 30;

/// Why it can't be done: the component isn't what the pinned componentizer makes.
#[derive(Debug, thiserror::Error)]
pub(super) enum MemoryProblem {
    #[error("the component can't be read: {0}")]
    Component(#[from] BinaryReaderError),
    #[error("the SDK left no list of objects in it")]
    NoList,
    #[error("there is no object at {address:#x}, where the SDK's list has one")]
    NoObject { address: u32 },
}

/// Sets the counts of all objects that the SDK lists. Returns how many these are.
pub(super) fn make_immortal(component: &mut [u8]) -> Result<usize, MemoryProblem> {
    let memory = Memory::of(component)?;
    let mark = memory.find(component, MARK).ok_or(MemoryProblem::NoList)?;
    let list = memory.word(component, mark.saturating_add(MARK.len() as u32));
    let items = memory.word(component, list.saturating_add(ITEMS));
    let mut changed = 0;
    for index in 0..memory.word(component, list.saturating_add(LENGTH)) {
        let address = memory.word(component, items.saturating_add(index.saturating_mul(4)));
        let count = memory.word(component, address);
        if count == 0 {
            return Err(MemoryProblem::NoObject { address });
        }
        if count < IMMORTAL_FROM {
            let place = memory
                .place(address, 4)
                .ok_or(MemoryProblem::NoObject { address })?;
            component[place].copy_from_slice(&IMMORTAL.to_le_bytes());
            changed += 1;
        }
    }
    Ok(changed)
}

/// Where in the file each part of the memory begins.
struct Memory {
    /// First address and place in the file, in the order of addresses.
    parts: Vec<(u32, Range<usize>)>,
}

impl Memory {
    /// The memory of that module which has most of it: the others have none of their own.
    fn of(component: &[u8]) -> Result<Memory, MemoryProblem> {
        let mut parts = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            if let Payload::DataSection(section) = payload? {
                let found = section
                    .into_iter()
                    .filter_map(|data| data.and_then(part).transpose())
                    .collect::<Result<Vec<_>, _>>()?;
                if size(&found) > size(&parts) {
                    parts = found;
                }
            }
        }
        parts.sort_by_key(|(address, _)| *address);
        Ok(Memory { parts })
    }

    /// Where so many bytes are in the file. It leaves out many of those that are zero.
    fn place(&self, address: u32, length: usize) -> Option<Range<usize>> {
        let after = self.parts.partition_point(|(first, _)| *first <= address);
        let (first, range) = self.parts.get(after.checked_sub(1)?)?;
        let start = range.start + (address - first) as usize;
        (start + length <= range.end).then_some(start..start + length)
    }

    fn word(&self, component: &[u8], address: u32) -> u32 {
        let bytes = [0, 1, 2, 3].map(|offset| {
            let place = self.place(address.checked_add(offset)?, 1)?;
            Some(component[place.start])
        });
        u32::from_le_bytes(bytes.map(Option::unwrap_or_default))
    }

    /// The address of these bytes.
    fn find(&self, component: &[u8], bytes: &[u8]) -> Option<u32> {
        self.parts.iter().find_map(|(first, range)| {
            let at = memchr::memmem::find(&component[range.clone()], bytes)?;
            Some(first + at as u32)
        })
    }
}

/// Where a part of the memory begins, and its bytes in the file. None if a program says where, not the file.
fn part(data: Data<'_>) -> Result<Option<(u32, Range<usize>)>, BinaryReaderError> {
    let DataKind::Active { offset_expr, .. } = data.kind else {
        return Ok(None);
    };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
        return Ok(None);
    };
    let range = data.range.end - data.data.len()..data.range.end;
    Ok(Some((value.cast_unsigned(), range)))
}

fn size(parts: &[(u32, Range<usize>)]) -> usize {
    parts.iter().map(|(_, range)| range.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component whose memory has these parts, and before it a module with a smaller one.
    fn component(parts: &str) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for data in [r#"(data (i32.const 0) "\01")"#, parts] {
            let module = wat::parse_str(format!("(module (memory 1) {data})")).unwrap();
            let length = u16::try_from(module.len()).unwrap();
            // A section with a core module, its length in two bytes of seven bits.
            bytes.extend([1, (length & 127) as u8 | 128, u8::try_from(length >> 7).unwrap()]);
            bytes.extend(module);
        }
        bytes
    }

    fn word(component: &[u8], address: u32) -> u32 {
        Memory::of(component).unwrap().word(component, address)
    }

    /// The parts of a memory with these, and with a list of the objects that are at these addresses.
    fn listing(objects: &[u32], parts: &str) -> String {
        let bytes = |words: &[u32]| {
            let bytes = words.iter().flat_map(|word| word.to_le_bytes());
            bytes.map(|byte| format!("\\{byte:02x}")).collect::<String>()
        };
        let (list, items) = (128, 192);
        let head = bytes(&[1, 0x1234, objects.len() as u32, items]);
        format!(
            r#"{parts}
               (data (i32.const {list}) "{head}")
               (data (i32.const {items}) "{}" "more")
               (data (i32.const 256) "\1ewasmswarm objects\1e" "{}")"#,
            bytes(objects),
            bytes(&[list])
        )
    }

    #[test]
    fn the_listed_objects_get_the_count_and_nothing_else_changes() {
        let parts = r#"(data (i32.const 64) "\03\00\00\00TYPE" "\02\00\00\00TYPE" "\04\00\00\00TYPE")"#;
        let mut component = component(&listing(&[72, 80], parts));
        let before = component.clone();
        assert_eq!(make_immortal(&mut component).unwrap(), 2);
        let counts = [64, 72, 80].map(|address| word(&component, address));
        assert_eq!(counts, [3, IMMORTAL, IMMORTAL]);
        let changed = before.iter().zip(&component).filter(|(a, b)| a != b).count();
        assert_eq!(changed, 4, "of each count, the bytes that differ");
    }

    #[test]
    fn objects_that_are_immortal_already_are_left_alone() {
        // As Python leaves static ones, whose zeros before the highest byte may not be in the file.
        let mut component = component(&listing(&[64], r#"(data (i32.const 67) "\70TYPE")"#));
        let before = component.clone();
        assert_eq!(make_immortal(&mut component).unwrap(), 0);
        assert_eq!(component, before);
    }

    #[test]
    fn a_list_that_does_not_fit_the_memory_is_refused() {
        let told = |parts: &str| make_immortal(&mut component(parts)).unwrap_err().to_string();
        let none = r#"(data (i32.const 64) "\03\00\00\00")"#;
        assert_eq!(told(none), "the SDK left no list of objects in it");
        let no_object = |at: &str| format!("there is no object at {at}, where the SDK's list has one");
        assert_eq!(told(&listing(&[72], none)), no_object("0x48"));
        assert_eq!(told(&listing(&[u32::MAX], none)), no_object("0xffffffff"));
        let half = r#"(data (i32.const 72) "\03\00")"#;
        assert_eq!(told(&listing(&[72], half)), no_object("0x48"));
    }

    #[test]
    fn a_list_that_says_it_has_more_than_the_memory_is_refused() {
        let endless = r#"(data (i32.const 256) "\1ewasmswarm objects\1e" "\f0\00\00\00")
                         (data (i32.const 240) "\01\00\00\00TYPE" "\ff\ff\ff\ff" "\ff\ff\ff\ff")"#;
        assert!(make_immortal(&mut component(endless)).is_err());
    }
}

//! A component apart from the state that it begins with, so that its code is compiled once for all states.
//!
//! What is built of a script is an interpreter and a memory in which the script was loaded. From script to script the
//! code is the same, byte for byte; the contents of the memory and a few variables differ. So what is compiled is a
//! *template*: the component with marks in the place of its state. Compiled code holds the state as data: the memory's
//! image, which all instances start from, and the values of variables. Where the marks are found in it is where the
//! state of any component with this template belongs.

use sha2::{Digest, Sha256};
use std::ops::Range;
use wasmparser::{
    BinaryReader, DataKind, DataSectionReader, Encoding, ImportSectionReader, Operator, TypeRef, ValType,
};
use wasmparser::{GlobalSectionReader, MemorySectionReader, Parser, Payload};

/// The largest memory that is kept apart; its image is in memory while a component is compiled.
const MAX_IMAGE: usize = 64 << 20;

/// The most variables of a module that are state: a module with more was linked of many, and has tables of addresses
/// there, which are the same in each script.
const MAX_GLOBALS: usize = 16;

/// Length of a header of a component or module.
const HEADER: usize = 8;

/// Ids of sections: of a component's modules, and of what a module has.
const MODULE: u8 = 1;
const IMPORTS: u8 = 2;
const MEMORIES: u8 = 5;
const GLOBALS: u8 = 6;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;

/// A component whose state was replaced by marks, and that state.
pub(super) struct Template {
    /// The component with the marks.
    pub(super) bytes: Vec<u8>,
    /// Where in it the image's mark is.
    mark: Range<usize>,
    /// What the memory begins with: all of it.
    image: Vec<u8>,
    /// The values of variables.
    globals: Vec<i32>,
}

impl Template {
    /// None if the component has no state that could be told from its code: no memory that is mostly set at the start.
    pub(super) fn of(component: &[u8]) -> Option<Template> {
        let version = Parser::new(0).parse_all(component).next()?.ok()?;
        matches!(
            version,
            Payload::Version {
                encoding: Encoding::Component,
                ..
            }
        )
        .then_some(())?;
        let mut template = Template {
            bytes: component[..HEADER].to_vec(),
            mark: 0..0,
            image: Vec::new(),
            globals: Vec::new(),
        };
        for (id, whole, content) in sections(component)? {
            if id == MODULE {
                template.add_module(&component[content])?;
            } else {
                template.bytes.extend_from_slice(&component[whole]);
            }
        }
        (!template.image.is_empty()).then_some(template)
    }

    /// Names all components with this template.
    pub(super) fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update("template 1");
        hasher.update((self.mark.len() as u64).to_le_bytes());
        // The mark itself is the same for all.
        hasher.update(&self.bytes[..self.mark.start]);
        hasher.update(&self.bytes[self.mark.end..]);
        super::source::hex(&hasher.finalize())
    }

    /// Where the marks are in compiled code. None if one of them isn't exactly once there.
    pub(super) fn places(&self, code: &[u8]) -> Option<Places> {
        let mark = &self.bytes[self.mark.clone()];
        let image = memchr::memmem::find(code, mark.get(..4096)?)?;
        (code.get(image..image + mark.len())? == mark).then_some(())?;
        let only = |number| {
            let variable = varint(mark_of_global(number));
            let mut found = memchr::memmem::find_iter(code, &variable);
            found.next().filter(|_| found.next().is_none())
        };
        let globals = (0..self.globals.len()).map(only).collect::<Option<_>>()?;
        Some(Places { image, globals })
    }

    /// Puts this component's state where the marks are.
    pub(super) fn fill(&self, code: &mut [u8], places: &Places) -> Option<()> {
        code.get_mut(places.image..places.image.checked_add(self.image.len())?)?
            .copy_from_slice(&self.image);
        for (place, value) in places.globals.iter().zip(&self.globals) {
            let encoded = varint(*value);
            code.get_mut(*place..place.checked_add(encoded.len())?)?
                .copy_from_slice(&encoded);
        }
        Some(())
    }

    fn add_module(&mut self, module: &[u8]) -> Option<()> {
        let sections = sections(module)?;
        let find = |wanted| {
            sections
                .iter()
                .find(|(id, ..)| *id == wanted)
                .map(|(_, _, at)| &module[at.clone()])
        };
        let memory = own_memory(find(IMPORTS), find(MEMORIES)).filter(|_| self.image.is_empty());
        let data = match (memory, find(DATA)) {
            (Some(bytes), Some(data)) => Data::of(data, bytes),
            _ => None,
        };
        let mut out = module.get(..HEADER)?.to_vec();
        let mut mark = None;
        for (id, whole, content) in &sections {
            match (*id, &data) {
                (GLOBALS, _) => {
                    push_section(&mut out, GLOBALS, &self.marked_globals(&module[content.clone()])?)
                }
                (DATA, Some(data)) => {
                    push_section(&mut out, DATA, &data.marked());
                    mark = Some(out.len() - data.image.len()..out.len());
                }
                (DATA_COUNT, Some(data)) => push_section(&mut out, DATA_COUNT, &leb(data.first.len() + 1)),
                _ => out.extend_from_slice(&module[whole.clone()]),
            }
        }
        push_section(&mut self.bytes, MODULE, &out);
        if let (Some(mark), Some(data)) = (mark, data) {
            let start = self.bytes.len() - out.len();
            self.mark = start + mark.start..start + mark.end;
            self.image = data.image;
        }
        Some(())
    }

    /// The section with marks in the place of those values that code may change: code can't rely on them.
    fn marked_globals(&mut self, section: &[u8]) -> Option<Vec<u8>> {
        let reader = GlobalSectionReader::new(BinaryReader::new(section, 0)).ok()?;
        let count = reader.count() as usize;
        if count > MAX_GLOBALS {
            return Some(section.to_vec());
        }
        let globals: Vec<_> = reader.into_iter_with_offsets().collect::<Result<_, _>>().ok()?;
        let ends = globals
            .iter()
            .skip(1)
            .map(|(start, _)| *start)
            .chain([section.len()]);
        let mut out = leb(count);
        for ((start, global), end) in globals.iter().zip(ends) {
            let value = match constant(&global.init_expr) {
                Some(value) if global.ty.mutable && global.ty.content_type == ValType::I32 => value,
                _ => {
                    out.extend_from_slice(section.get(*start..end)?);
                    continue;
                }
            };
            // The type (i32, mutable) and `i32.const` with the mark.
            out.extend_from_slice(&[0x7f, 0x01, 0x41]);
            out.extend_from_slice(&signed_leb(mark_of_global(self.globals.len())));
            out.push(0x0b);
            self.globals.push(value);
        }
        Some(out)
    }
}

/// Where in compiled code the state belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Places {
    image: usize,
    globals: Vec<usize>,
}

impl Places {
    /// Puts itself after the code.
    pub(super) fn append_to(&self, code: &mut Vec<u8>) {
        for place in std::iter::once(&self.image).chain(&self.globals) {
            code.extend_from_slice(&(*place as u64).to_le_bytes());
        }
    }

    /// Takes the places of this template's state off the end.
    pub(super) fn take_from(code: &mut Vec<u8>, template: &Template) -> Option<Places> {
        let bytes = 8 * (1 + template.globals.len());
        let kept = code.split_off(code.len().checked_sub(bytes)?);
        let (numbers, _) = kept.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number) as usize);
        Some(Places {
            image: numbers.next()?,
            globals: numbers.collect(),
        })
    }
}

/// The data of a module, as its memory has it at the start.
struct Data {
    /// The segments that code may name, encoded. One that is copied at the start is empty afterwards.
    first: Vec<Vec<u8>>,
    image: Vec<u8>,
}

impl Data {
    /// None if the memory, of so many bytes, isn't mostly set by it, or only once the module runs.
    fn of(section: &[u8], memory: usize) -> Option<Data> {
        let reader = DataSectionReader::new(BinaryReader::new(section, 0)).ok()?;
        let segments: Vec<_> = reader.into_iter().collect::<Result<_, _>>().ok()?;
        let is_passive = |data: &wasmparser::Data<'_>| matches!(data.kind, DataKind::Passive);
        let named = segments.iter().rposition(is_passive).map_or(0, |last| last + 1);
        let mut image = vec![0; memory];
        let mut end = 0;
        for data in &segments {
            let DataKind::Active {
                memory_index: 0,
                offset_expr,
            } = &data.kind
            else {
                is_passive(data).then_some(())?;
                continue;
            };
            let start = constant(offset_expr)?.cast_unsigned() as usize;
            let place = start..start.checked_add(data.data.len())?;
            end = end.max(place.end);
            image.get_mut(place)?.copy_from_slice(data.data);
        }
        let first = segments.iter().take(named).map(|data| {
            let left = if is_passive(data) { data.data } else { &[] };
            [&[1][..], &leb(left.len()), left].concat()
        });
        (end >= memory / 2).then(|| Data {
            first: first.collect(),
            image,
        })
    }

    /// The section with a mark in the place of the image.
    fn marked(&self) -> Vec<u8> {
        let mut out = leb(self.first.len() + 1);
        self.first
            .iter()
            .for_each(|segment| out.extend_from_slice(segment));
        // Copied at the start, to address 0.
        out.extend_from_slice(&[0x00, 0x41, 0x00, 0x0b]);
        out.extend_from_slice(&leb(self.image.len()));
        out.extend(mark_of_image(self.image.len()));
        out
    }
}

/// The size of a module's only memory at the start, if it is its own and neither small nor huge.
fn own_memory(imports: Option<&[u8]>, memories: Option<&[u8]>) -> Option<usize> {
    for import in imports
        .map(|imports| ImportSectionReader::new(BinaryReader::new(imports, 0)))
        .transpose()
        .ok()?
        .into_iter()
        .flat_map(wasmparser::ImportSectionReader::into_imports)
    {
        (!matches!(import.ok()?.ty, TypeRef::Memory(_))).then_some(())?;
    }
    let memories = MemorySectionReader::new(BinaryReader::new(memories?, 0)).ok()?;
    let [memory] = memories.into_iter().collect::<Result<Vec<_>, _>>().ok()?[..] else {
        return None;
    };
    let plain = !memory.memory64 && !memory.shared && memory.page_size_log2.is_none();
    let bytes = usize::try_from(memory.initial).ok()?.checked_mul(64 << 10)?;
    (plain && (1..=MAX_IMAGE).contains(&bytes)).then_some(bytes)
}

/// The value of an expression that is a number.
fn constant(expression: &wasmparser::ConstExpr<'_>) -> Option<i32> {
    let mut operators = expression.get_operators_reader();
    let (Operator::I32Const { value }, Operator::End) = (operators.read().ok()?, operators.read().ok()?)
    else {
        return None;
    };
    Some(value)
}

/// A section of a component or module: id, the place of the whole of it, and of its content.
type Section = (u8, Range<usize>, Range<usize>);

fn sections(bytes: &[u8]) -> Option<Vec<Section>> {
    let mut found = Vec::new();
    let mut start = HEADER;
    while start < bytes.len() {
        let mut reader = BinaryReader::new(&bytes[start..], 0);
        let (id, length) = (reader.read_u8().ok()?, reader.read_var_u32().ok()?);
        let content = start + reader.current_position();
        let end = content
            .checked_add(length as usize)
            .filter(|end| *end <= bytes.len())?;
        found.push((id, start..end, content..end));
        start = end;
    }
    Some(found)
}

fn push_section(out: &mut Vec<u8>, id: u8, content: &[u8]) {
    out.push(id);
    out.extend_from_slice(&leb(content.len()));
    out.extend_from_slice(content);
}

/// A length as wasm writes it.
fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A number as wasm writes it, in five bytes.
fn signed_leb(value: i32) -> [u8; 5] {
    let byte = |index: u32| (value >> (7 * index)) as u8 & 0x7f;
    [
        byte(0) | 0x80,
        byte(1) | 0x80,
        byte(2) | 0x80,
        byte(3) | 0x80,
        byte(4),
    ]
}

/// A number as compiled code has it (in `postcard`'s format): in five bytes, which is as many as a mark takes.
fn varint(value: i32) -> [u8; 5] {
    let zigzag = ((value << 1) ^ (value >> 31)).cast_unsigned();
    let byte = |index: u32| (zigzag >> (7 * index)) as u8 & 0x7f;
    [
        byte(0) | 0x80,
        byte(1) | 0x80,
        byte(2) | 0x80,
        byte(3) | 0x80,
        byte(4),
    ]
}

/// Large, so that it takes five bytes, and like nothing else.
fn mark_of_global(number: usize) -> i32 {
    let mixed = (number as u32 + 1).wrapping_mul(0x9e37_79b1);
    (0x4000_0000 | mixed & 0x3fff_ffff).cast_signed()
}

/// No byte of it is zero, as zeros at the ends of a memory don't become part of its image; and no part like another.
fn mark_of_image(length: usize) -> impl Iterator<Item = u8> {
    (0u64..length.div_ceil(8) as u64)
        .flat_map(|number| {
            let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            ((mixed ^ mixed >> 29) | 0x0101_0101_0101_0101).to_le_bytes()
        })
        .take(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::component::{Component, Linker};
    use wasmtime::{Engine, Store};

    /// A component that answers with a word of its memory and with a variable's value; its memory is set like this.
    fn component(body: &str, variable: i32, data: &str) -> Vec<u8> {
        let text = format!(
            r#"(component
                (core module $m
                    (memory (export "m") 2)
                    (global $g (mut i32) (i32.const {variable}))
                    (func (export "word") (param i32) (result i32) {body})
                    (func (export "variable") (result i32) (global.get $g))
                    {data})
                (core instance $i (instantiate $m))
                (func (export "word") (param "at" u32) (result u32) (canon lift (core func $i "word")))
                (func (export "variable") (result s32) (canon lift (core func $i "variable"))))"#
        );
        wat::parse_str(text).unwrap()
    }

    const LOAD: &str = "(i32.load (local.get 0))";

    /// Half of the memory is set, and one word.
    fn data(word: &str) -> String {
        format!(r#"(data (i32.const 65532) "\01\00\00\00") (data (i32.const 8) "{word}")"#)
    }

    /// What the component answers once the code of its template was filled with its state.
    fn answers(component: &[u8], compiled: &[u8], addresses: &[u32]) -> (Vec<u32>, i32) {
        let template = Template::of(component).unwrap();
        let places = template.places(compiled).unwrap();
        let mut code = compiled.to_vec();
        places.append_to(&mut code);
        assert_eq!(Places::take_from(&mut code, &template).unwrap(), places);
        template.fill(&mut code, &places).unwrap();
        let engine = Engine::default();
        #[expect(unsafe_code, reason = "this test has compiled it")]
        // SAFETY: it was compiled by an engine with these settings.
        let component = unsafe { Component::deserialize(&engine, &code) }.unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
        let word = instance
            .get_typed_func::<(u32,), (u32,)>(&mut store, "word")
            .unwrap();
        let words = addresses
            .iter()
            .map(|at| word.call(&mut store, (*at,)).unwrap().0)
            .collect();
        let variable = instance
            .get_typed_func::<(), (i32,)>(&mut store, "variable")
            .unwrap();
        (words, variable.call(&mut store, ()).unwrap().0)
    }

    fn compile(template: &Template) -> Vec<u8> {
        Engine::default().precompile_component(&template.bytes).unwrap()
    }

    #[test]
    fn code_is_compiled_once_for_all_states() {
        let one = component(LOAD, 7, &data("\\2a\\00\\00\\00"));
        let other = component(LOAD, -70_000, &data("\\2b\\00\\00\\00"));
        let (first, second) = (Template::of(&one).unwrap(), Template::of(&other).unwrap());
        assert_eq!(first.digest(), second.digest());
        let compiled = compile(&first);
        assert_eq!(compiled, compile(&second));
        let addresses = [0, 8, 65_532, 131_068];
        assert_eq!(answers(&one, &compiled, &addresses), (vec![0, 42, 1, 0], 7));
        assert_eq!(
            answers(&other, &compiled, &addresses),
            (vec![0, 43, 1, 0], -70_000)
        );
    }

    #[test]
    fn other_code_or_another_memory_has_another_template() {
        let digest = |body: &str, data: &str| Template::of(&component(body, 1, data)).unwrap().digest();
        let same = digest(LOAD, &data("a"));
        assert_eq!(digest(LOAD, &data("b")), same);
        assert_ne!(digest("(i32.load offset=4 (local.get 0))", &data("a")), same);
        // A segment that code can name is code's affair.
        assert_ne!(digest(LOAD, &format!("(data \"p\") {}", data("a"))), same);
    }

    #[test]
    fn a_memory_that_is_set_all_over_compiles_to_what_its_template_becomes() {
        let all: String = (0..131_072).map(|at| format!("\\{:02x}", at % 251 + 1)).collect();
        let whole = component(LOAD, 0x7fff_ffff, &format!(r#"(data (i32.const 0) "{all}")"#));
        let template = Template::of(&whole).unwrap();
        let mut code = compile(&template);
        let places = template.places(&code).unwrap();
        template.fill(&mut code, &places).unwrap();
        assert!(code == Engine::default().precompile_component(&whole).unwrap());
    }

    #[test]
    fn without_state_of_its_own_a_component_has_no_template() {
        let none = |data: &str| assert!(Template::of(&component(LOAD, 1, data)).is_none(), "{data}");
        none("");
        none(r#"(data (i32.const 8) "little")"#);
        none(r#"(data (i32.const 131071) "beyond the end")"#);
        assert!(Template::of(b"\0asm\x01\0\0\0").is_none());
        assert!(Template::of(b"\0asm\x0d\0\x01\0\x01\xff").is_none());
        assert!(Template::of(b"").is_none());
    }
}

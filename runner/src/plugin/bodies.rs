//! What functions cost to compile, counted before anybody compiles them: time and memory grow with the product of a
//! function's values and its branches, and with the items of tables.

use super::PluginError;
use wasmparser::{ElementItems, Encoding, FunctionBody, Operator, Parser, Payload, Result};

/// Values times branches of one function, and of all. The largest that honest compilers make, the main loops of
/// Python's and JavaScript's interpreters, have 200,000, and all of Python 4,000,000.
const MAX_FLOW: u64 = 8_000_000;
const MAX_FLOW_OF_ALL: u64 = 100_000_000;

/// Items of all tables. A Python interpreter with its libraries has some ten thousand.
const MAX_ELEMENTS: u64 = 1_000_000;

/// Refuses what would take too long or too much to compile.
///
/// # Errors
/// [`PluginError`] with what there is too much of.
pub(super) fn check(bytes: &[u8]) -> std::result::Result<(), PluginError> {
    let invalid = |e: wasmparser::BinaryReaderError| PluginError::Invalid(e.to_string());
    let (mut seen, mut all) = (Seen::default(), 0_u64);
    for payload in Parser::new(0).parse_all(bytes) {
        let flow = payload.and_then(|payload| seen.note(&payload)).map_err(invalid)?;
        if flow > MAX_FLOW {
            return Err(PluginError::Compile(format!(
                "one function has {flow} paths for its values: its values times its branches (limit {MAX_FLOW})"
            )));
        }
        all = all.saturating_add(flow);
        if all > MAX_FLOW_OF_ALL {
            return Err(PluginError::Compile(format!(
                "its functions have more than {MAX_FLOW_OF_ALL} paths for their values: values times branches"
            )));
        }
        if seen.elements > MAX_ELEMENTS {
            return Err(PluginError::Compile(format!(
                "its tables have more than {MAX_ELEMENTS} items"
            )));
        }
    }
    Ok(())
}

/// What the module that is being read has so far.
#[derive(Default)]
struct Seen {
    /// Parameters of each type.
    types: Vec<u32>,
    /// The type of each function.
    functions: Vec<u32>,
    /// Functions whose body has been read.
    bodies: usize,
    /// Of all modules.
    elements: u64,
}

impl Seen {
    /// Takes in a section; the answer is the flow of the function that it is.
    fn note(&mut self, payload: &Payload<'_>) -> Result<u64> {
        match payload {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } => {
                *self = Seen {
                    elements: self.elements,
                    ..Seen::default()
                };
            }
            Payload::TypeSection(types) => {
                for kind in types.clone().into_iter_err_on_gc_types() {
                    self.types.push(kind?.params().len() as u32);
                }
            }
            Payload::FunctionSection(functions) => {
                for kind in functions.clone() {
                    self.functions.push(kind?);
                }
            }
            Payload::ElementSection(segments) => {
                for segment in segments.clone() {
                    let items = match segment?.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    };
                    self.elements += u64::from(items);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let kind = self.functions.get(self.bodies).copied().unwrap_or(0);
                let parameters = self.types.get(kind as usize).copied().unwrap_or(0);
                self.bodies += 1;
                return flow(body, u64::from(parameters));
            }
            _ => {}
        }
        Ok(0)
    }
}

/// A function's values times its branches.
fn flow(body: &FunctionBody<'_>, parameters: u64) -> Result<u64> {
    let mut values = parameters;
    for local in body.get_locals_reader()? {
        values = values.saturating_add(u64::from(local?.0));
    }
    let mut branches = 1_u64;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        branches += match operators.read()? {
            Operator::If { .. }
            | Operator::Else
            | Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::Br { .. }
            | Operator::BrIf { .. } => 1,
            Operator::BrTable { targets } => u64::from(targets.len()),
            _ => 0,
        };
    }
    Ok(values.saturating_mul(branches))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> std::result::Result<(), String> {
        check(&wat::parse_str(text).unwrap()).map_err(|e| e.to_string())
    }

    fn function(parameters: usize, locals: usize, branch: &str, branches: usize) -> String {
        format!(
            "(component (core module (func (param {}) (local {}) {})))",
            "i32 ".repeat(parameters),
            "i64 ".repeat(locals),
            branch.repeat(branches)
        )
    }

    #[test]
    fn values_times_branches_are_limited_however_they_are_written() {
        let branch = "(if (i32.const 0) (then))";
        assert!(checked(&function(0, 3_000, branch, 2_000)).is_ok());
        assert!(checked(&function(0, 100, branch, 70_000)).is_ok());
        let table = format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(1_000));
        for bomb in [
            function(0, 3_000, branch, 9_000),
            function(900, 0, branch, 30_000),
            function(0, 3_000, "(loop)", 9_000),
            function(0, 3_000, &table, 9),
        ] {
            let error = checked(&bomb).unwrap_err();
            assert!(
                error.contains("paths for its values") && error.contains("limit 8000000"),
                "{error}"
            );
        }
    }

    #[test]
    fn many_functions_are_no_way_around_it() {
        let kind = format!("(type $t (func (param {})))", "i32 ".repeat(900));
        let module = |functions: usize| {
            let all = "(func (type $t) (block (br 0)))".repeat(functions);
            format!("(component (core module {kind} {all}))")
        };
        assert!(checked(&module(30_000)).is_ok());
        let error = checked(&module(40_000)).unwrap_err();
        assert!(
            error.contains("its functions have more than 100000000 paths"),
            "{error}"
        );
    }

    #[test]
    fn items_of_tables_are_limited() {
        let segments = |count: usize| {
            let segment = format!("(elem func {})", "0 ".repeat(10_000));
            format!("(component (core module (func) {}))", segment.repeat(count))
        };
        assert!(checked(&segments(90)).is_ok());
        assert_eq!(
            checked(&segments(101)).unwrap_err(),
            "it can't be compiled: its tables have more than 1000000 items"
        );
    }
}

//! What functions cost to compile, counted before anybody compiles them: time and memory grow with the product of a
//! function's values and its branches, and with the items of tables.

use super::PluginError;
use wasmparser::{ElementItems, Encoding, FunctionBody, Operator, Parser, Payload, Result};

/// Values times branches of one function, and of all. The largest that honest compilers make, the main loops of
/// Python's and JavaScript's interpreters, have 200,000, and all of Python 4,000,000.
const MAX_FLOW: u64 = 8_000_000;
const MAX_FLOW_OF_ALL: u64 = 100_000_000;

/// Branches of one function, each target of a table counted. Python's have up to 16,000.
const MAX_BRANCHES: u64 = 200_000;

/// Blocks within blocks. Python's are up to 800 deep.
const MAX_DEPTH: u64 = 10_000;

/// Values of all functions. Python's have 50,000.
const MAX_VALUES: u64 = 5_000_000;

/// Items of all tables. Python's have 6,000.
const MAX_ELEMENTS: u64 = 1_000_000;

/// Refuses what would take too long or too much to compile.
///
/// # Errors
/// [`PluginError`] with what there is too much of.
pub(super) fn check(bytes: &[u8]) -> std::result::Result<(), PluginError> {
    let invalid = |e: wasmparser::BinaryReaderError| PluginError::Invalid(e.to_string());
    let mut seen = Seen::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let noted = payload.and_then(|payload| seen.note(&payload));
        noted.map_err(invalid)?;
        if let Some(what) = seen.excess() {
            return Err(PluginError::Compile(what));
        }
    }
    Ok(())
}

/// What has been read so far.
#[derive(Default)]
struct Seen {
    /// Parameters of each type of the module.
    types: Vec<u32>,
    /// The type of each function of the module.
    functions: Vec<u32>,
    /// Functions of the module whose body has been read.
    bodies: usize,
    /// The function that was read last.
    last: Function,
    /// Of all modules.
    elements: u64,
    values: u64,
    flow: u64,
}

/// What decides how a function compiles.
#[derive(Default)]
struct Function {
    /// Parameters and variables.
    values: u64,
    branches: u64,
    depth: u64,
}

impl Function {
    fn flow(&self) -> u64 {
        self.values.saturating_mul(self.branches)
    }
}

impl Seen {
    fn note(&mut self, payload: &Payload<'_>) -> Result<()> {
        match payload {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } => {
                self.types.clear();
                self.functions.clear();
                self.bodies = 0;
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
            Payload::CodeSectionEntry(body) => self.enter(body)?,
            _ => {}
        }
        Ok(())
    }

    fn enter(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        let kind = self.functions.get(self.bodies).copied().unwrap_or(0);
        let parameters = self.types.get(kind as usize).copied().unwrap_or(0);
        self.bodies += 1;
        self.last = read(body, u64::from(parameters))?;
        self.values = self.values.saturating_add(self.last.values);
        self.flow = self.flow.saturating_add(self.last.flow());
        Ok(())
    }

    /// What there is too much of, if there is.
    fn excess(&self) -> Option<String> {
        let paths = "paths for values: values times branches";
        let checks = [
            (self.last.branches, MAX_BRANCHES, "one function", "branches"),
            (
                self.last.depth,
                MAX_DEPTH,
                "one function",
                "blocks within each other",
            ),
            (self.last.flow(), MAX_FLOW, "one function", paths),
            (self.flow, MAX_FLOW_OF_ALL, "all its functions", paths),
            (self.values, MAX_VALUES, "all its functions", "values"),
            (self.elements, MAX_ELEMENTS, "all its tables", "items"),
        ];
        let (found, limit, who, what) = checks.into_iter().find(|(found, limit, ..)| found > limit)?;
        let have = if who.starts_with("one") { "has" } else { "have" };
        Some(format!("{who} {have} {found} {what} (limit {limit})"))
    }
}

fn read(body: &FunctionBody<'_>, parameters: u64) -> Result<Function> {
    let mut function = Function {
        values: parameters,
        branches: 1,
        depth: 0,
    };
    for local in body.get_locals_reader()? {
        function.values = function.values.saturating_add(u64::from(local?.0));
    }
    let mut depth = 0_u64;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        function.branches += match operators.read()? {
            Operator::If { .. } | Operator::Block { .. } | Operator::Loop { .. } => {
                depth += 1;
                function.depth = function.depth.max(depth);
                1
            }
            Operator::End => {
                depth = depth.saturating_sub(1);
                0
            }
            Operator::Else | Operator::Br { .. } | Operator::BrIf { .. } => 1,
            Operator::BrTable { targets } => u64::from(targets.len()),
            _ => 0,
        };
    }
    Ok(function)
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
                error.contains("paths for values") && error.contains("limit 8000000"),
                "{error}"
            );
        }
    }

    #[test]
    fn many_functions_are_no_way_around_it() {
        let kind = format!("(type $t (func (param {})))", "i32 ".repeat(100));
        let module = |functions: usize| {
            let all = format!("(func (type $t) {})", "(block (br 0))".repeat(50)).repeat(functions);
            format!("(component (core module {kind} {all}))")
        };
        assert!(checked(&module(9_000)).is_ok());
        let error = checked(&module(10_000)).unwrap_err();
        assert!(
            error.contains("all its functions have") && error.contains("limit 100000000"),
            "{error}"
        );
    }

    #[test]
    fn branches_depth_and_values_are_limited_by_themselves() {
        let module = |within: &str| format!("(component (core module {within}))");
        let table = format!("(func (block (br_table {} (i32.const 0))))", "0 ".repeat(210_000));
        let deep = format!("(func {} {})", "loop ".repeat(11_000), "end ".repeat(11_000));
        let values = "i32 ".repeat(900);
        let many = format!(
            "(type $t (func (param {values}))) {}",
            "(func (type $t))".repeat(6_000)
        );
        for (bomb, why) in [
            (table, "branches (limit 200000)"),
            (deep, "11000 blocks within each other"),
            (many, "values (limit 5000000)"),
        ] {
            let error = checked(&module(&bomb)).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
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
            "it can't be compiled: all its tables have 1010000 items (limit 1000000)"
        );
    }
}

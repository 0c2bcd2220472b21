//! The modules of `runner/ui/` as one script, so that a page needs no second file: each becomes a function of its own that
//! returns what it exports. It knows no more of the language than those modules use: imports by name or as the default, at
//! the top; exports of functions, constants and classes, or one list at the end. The browser's own modules are what a page
//! that is served would use; the sources are the same.

/// A module as it is imported, and its source.
struct Module {
    name: &'static str,
    source: &'static str,
}

/// What the report is made of; each after all that it imports.
const MODULES: [Module; 19] = [
    vendored("preact", include_str!("../../../ui/vendor/preact.mjs")),
    vendored("preact/hooks", include_str!("../../../ui/vendor/hooks.mjs")),
    vendored(
        "@preact/signals-core",
        include_str!("../../../ui/vendor/signals-core.mjs"),
    ),
    vendored("@preact/signals", include_str!("../../../ui/vendor/signals.mjs")),
    vendored("htm", include_str!("../../../ui/vendor/htm.mjs")),
    vendored(UPLOT, include_str!("../../../ui/vendor/uplot.js")),
    own("data/code.js", include_str!("../../../ui/data/code.js")),
    own("data/format.js", include_str!("../../../ui/data/format.js")),
    own("data/results.js", include_str!("../../../ui/data/results.js")),
    own(
        "components/html.js",
        include_str!("../../../ui/components/html.js"),
    ),
    own(
        "components/theme.js",
        include_str!("../../../ui/components/theme.js"),
    ),
    own(
        "components/chart.js",
        include_str!("../../../ui/components/chart.js"),
    ),
    own(
        "components/charts.js",
        include_str!("../../../ui/components/charts.js"),
    ),
    own(
        "components/table.js",
        include_str!("../../../ui/components/table.js"),
    ),
    own(
        "components/verdict.js",
        include_str!("../../../ui/components/verdict.js"),
    ),
    own(
        "components/key_figures.js",
        include_str!("../../../ui/components/key_figures.js"),
    ),
    own(
        "components/requests.js",
        include_str!("../../../ui/components/requests.js"),
    ),
    own(
        "components/lists.js",
        include_str!("../../../ui/components/lists.js"),
    ),
    own(
        "components/about.js",
        include_str!("../../../ui/components/about.js"),
    ),
];

/// The module that begins it all.
const ENTRY: Module = own("report/report.js", include_str!("../../../ui/report/report.js"));

/// Comes as a plain script that sets a variable: its module isn't minified, and three times as large.
const UPLOT: &str = "uplot";

/// What the licences ask to be kept with copies.
const LICENSE: &str = include_str!("../../../ui/vendor/LICENSE-MIT.txt");
const OTHERS: &str = "Also: signals, copyright (c) 2022-present Preact Team; uPlot, copyright (c) 2022 Leon Sorokin; both \
                      under the same licence.\nhtm, copyright 2018 Google Inc., is under the Apache License, Version 2.0: \
                      http://www.apache.org/licenses/LICENSE-2.0";

const fn vendored(name: &'static str, source: &'static str) -> Module {
    Module { name, source }
}

const fn own(name: &'static str, source: &'static str) -> Module {
    Module { name, source }
}

/// All of it as one script, which is a module itself: its names are nobody else's.
pub(super) fn script() -> String {
    let mut script = format!("/*\nPreact: {LICENSE}\n{OTHERS}\n*/\n");
    for module in MODULES.iter().chain([&ENTRY]) {
        script.push_str(&linked(module));
    }
    script
}

/// A module as a function that returns its exports.
fn linked(module: &Module) -> String {
    let mut source = without_maps(module.source);
    let mut head = String::new();
    let mut exports = Vec::new();
    while let Some(statement) = take_statement(&mut source) {
        let (clause, from) = (
            statement.clause,
            variable(&resolved(module.name, &statement.from)),
        );
        if statement.is_import {
            head.push_str(&match names(&clause) {
                Some(names) => format!("const{{{}}}={from};", pairs(&names)),
                None => format!("const {}={from}.default;", clause.trim()),
            });
        } else {
            let names = names(&clause).unwrap_or_default().into_iter();
            exports.extend(names.map(|(name, exported)| format!("{exported}:{from}.{name}")));
        }
    }
    exports.extend(take_exports(&mut source));
    if module.name == UPLOT {
        exports.push("default:uPlot".to_owned());
    }
    let (variable, exports) = (variable(module.name), exports.join(","));
    format!("const {variable}=(()=>{{{head}\n{source}\nreturn{{{exports}}};\n}})();\n")
}

/// Nobody should go looking for the maps of scripts that were inlined.
fn without_maps(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let end = line.find("//# sourceMappingURL=").unwrap_or(line.len());
        &line[..end]
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `import … from …` or `export … from …`.
struct Statement {
    is_import: bool,
    clause: String,
    from: String,
}

/// Cuts the first statement out that refers to another module.
fn take_statement(source: &mut String) -> Option<Statement> {
    let words = ["import", "export"].into_iter();
    let found = words.filter_map(|word| Some((find_statement(source, word)?, word)));
    let (begin, word) = found.min()?;
    let end = begin + source[begin..].find(';')? + 1;
    let text: String = source.drain(begin..end).collect();
    let (clause, from) = text[word.len()..].rsplit_once("from")?;
    let from = from.trim().trim_end_matches(';').trim_matches(['"', '\'']);
    Some(Statement {
        is_import: word == "import",
        clause: clause.to_owned(),
        from: from.to_owned(),
    })
}

/// Where a statement that begins with this word and has a `from` begins: at the start of a line or after a semicolon.
fn find_statement(source: &str, word: &str) -> Option<usize> {
    source.match_indices(word).map(|(at, _)| at).find(|&at| {
        let begins = at == 0 || source[..at].ends_with(['\n', ';']);
        let statement = source[at..]
            .split_once(';')
            .map_or("", |(statement, _)| statement);
        let rest = statement[word.len().min(statement.len())..].trim_start();
        let is_clause = rest.starts_with('{') || (word == "import" && rest.starts_with(char::is_alphabetic));
        begins && is_clause && statement.contains("from")
    })
}

/// Cuts `export` out, and answers `exported:name` of each.
fn take_exports(source: &mut String) -> Vec<String> {
    let mut exports = Vec::new();
    if let Some(at) = source.rfind("export{") {
        let end = source[at..].find(';').map_or(source.len(), |end| at + end + 1);
        let text: String = source.drain(at..end).collect();
        let names = names(text.trim_start_matches("export").trim_end_matches(';')).unwrap_or_default();
        exports.extend(names.iter().map(|(name, exported)| format!("{exported}:{name}")));
    }
    if let Some(at) = source.rfind("export default ") {
        source.replace_range(at..at + "export default ".len(), "const $$default=");
        exports.push("default:$$default".to_owned());
    }
    let lines = source.lines().map(|line| {
        let Some(declared) = line.strip_prefix("export ") else {
            return line;
        };
        exports.extend(declared_name(declared).map(str::to_owned));
        declared
    });
    *source = lines.collect::<Vec<_>>().join("\n");
    exports
}

/// The name in `function name(…`, `const name = …` or `class name …`.
fn declared_name(declaration: &str) -> Option<&str> {
    let name = declaration.split_whitespace().nth(1)?;
    name.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .next()
}

/// The names in `{a, b as c}`, each with the one that it has outside; none of what isn't a list.
fn names(clause: &str) -> Option<Vec<(String, String)>> {
    let list = clause.trim().strip_prefix('{')?.strip_suffix('}')?;
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let pair = |name: &str| match name.split_once(" as ") {
        Some((own, other)) => (own.trim().to_owned(), other.trim().to_owned()),
        None => (name.to_owned(), name.to_owned()),
    };
    Some(names.map(pair).collect())
}

fn pairs(names: &[(String, String)]) -> String {
    let pairs = names.iter().map(|(name, own)| format!("{name}:{own}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// The name of a module that another imports, seen from `runner/ui/`.
fn resolved(importer: &str, from: &str) -> String {
    let folder = importer.split_once('/').map_or("", |(folder, _)| folder);
    match (from.strip_prefix("./"), from.strip_prefix("../")) {
        (Some(file), _) => format!("{folder}/{file}"),
        (_, Some(path)) => path.to_owned(),
        _ => from.to_owned(),
    }
}

/// The variable that holds a module's exports.
fn variable(module: &str) -> String {
    let letters = module.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => character,
        _ => '_',
    });
    format!("$${}", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(name: &'static str, source: &'static str) -> String {
        linked(&own(name, source))
    }

    #[test]
    fn a_module_becomes_a_function_that_returns_its_exports() {
        let text = link(
            "a/b.js",
            "// Why.\nimport { x as y, z } from './c.js';\nimport D from 'd';\nexport function f() {}\nexport const g = 1;\n",
        );
        assert!(text.starts_with("const $$a_b_js=(()=>{const{x:y,z:z}=$$a_c_js;const D=$$d.default;"));
        assert!(text.contains("\nfunction f() {}\nconst g = 1;\n"), "{text}");
        assert!(text.ends_with("return{f,g};\n})();\n"), "{text}");
    }

    #[test]
    fn minified_modules_are_linked_as_well() {
        let text = link(
            "m",
            r#"import{a as b}from"n";export{c,d}from"n";const e=1;export{e as f};//# sourceMappingURL=m.map"#,
        );
        assert_eq!(
            text,
            "const $$m=(()=>{const{a:b}=$$n;\nconst e=1;\nreturn{c:$$n.c,d:$$n.d,f:e};\n})();\n"
        );
    }

    #[test]
    fn each_module_comes_after_all_that_it_imports() {
        let script = script();
        for module in MODULES.iter().chain([&ENTRY]) {
            let mut source = module.source.to_owned();
            while let Some(statement) = take_statement(&mut source) {
                let needed = resolved(module.name, &statement.from);
                let place = |name: &str| script.find(&format!("const {}=(", variable(name)));
                assert!(place(&needed).is_some(), "{} needs {needed}", module.name);
                assert!(
                    place(&needed) < place(module.name),
                    "{} before {needed}",
                    module.name
                );
            }
        }
    }

    #[test]
    fn nothing_in_it_ends_a_script_or_names_another_file() {
        let script = script().to_lowercase();
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!script.contains("sourcemappingurl"));
    }
}

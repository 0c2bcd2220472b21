//! From TypeScript to JavaScript: types become blanks, so that everything else keeps its line and
//! column.

use super::super::BuildError;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use swc_common::SourceMap;
use swc_common::errors::{DiagnosticBuilder, Emitter, Handler};
use swc_common::sync::Lrc;
use swc_ts_fast_strip::{Options, operate};

/// What the checker says, line by line, with places.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes each problem as `file:line:column: what it is`.
struct Short {
    map: Lrc<SourceMap>,
    notes: Notes,
}

impl Emitter for Short {
    fn emit(&mut self, problem: &mut DiagnosticBuilder<'_>) {
        let place = problem
            .span
            .primary_span()
            .map(|span| self.map.lookup_char_pos(span.lo));
        let text = problem.message();
        // Notes are kept in memory, where writing can't fail.
        let _ = match place {
            Some(place) => writeln!(
                self.notes,
                "{}:{}:{}: {text}",
                place.file.name,
                place.line,
                place.col_display + 1
            ),
            None => writeln!(self.notes, "{text}"),
        };
    }
}

/// Stacks to parse on, the first that the system grants: each level of nesting takes some 3 KiB. Only what is filled
/// of one costs memory.
const STACKS: [usize; 3] = [4 << 30, 1 << 30, 64 << 20];

/// How long parsing may take; a large project takes a second. The parser tries both readings of what may be a type or an
/// arrow function, one within the other, so that forty nested `<a>(` take it longer than anybody waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The script without its types. `name` is what messages call it.
pub(super) fn types(text: String, name: &Path) -> Result<String, BuildError> {
    types_within(PATIENCE, text, name)
}

fn types_within(limit: Duration, text: String, name: &Path) -> Result<String, BuildError> {
    let (done, ended) = mpsc::channel();
    let text: Arc<str> = text.into();
    let started = STACKS.iter().any(|&bytes| {
        let (done, text, name) = (done.clone(), Arc::clone(&text), name.to_owned());
        // Nobody listens any more once the time is up.
        let parse = move || drop(done.send(on_this_stack(text.to_string(), &name)));
        std::thread::Builder::new().stack_size(bytes).spawn(parse).is_ok()
    });
    drop(done);
    let why = match ended.recv_timeout(limit) {
        Ok(stripped) => return stripped,
        // A parser can't be stopped. It ends with the process, whose build has failed.
        Err(RecvTimeoutError::Timeout) => format!("the parser came to no end within {limit:?}"),
        Err(RecvTimeoutError::Disconnected) if started => "a defect of the parser".to_owned(),
        Err(RecvTimeoutError::Disconnected) => "no thread for it".to_owned(),
    };
    let message = format!("{}: it can't be parsed: {why}", name.display());
    Err(BuildError::Syntax { message })
}

fn on_this_stack(text: String, name: &Path) -> Result<String, BuildError> {
    let map = Lrc::new(SourceMap::default());
    let notes = Notes::default();
    let emitter = Short {
        map: Lrc::clone(&map),
        notes: notes.clone(),
    };
    let handler = Handler::with_emitter(true, false, Box::new(emitter));
    let options = Options {
        module: Some(true),
        filename: Some(name.display().to_string()),
        ..Options::default()
    };
    operate(&map, &handler, text, options)
        .map(|output| output.code)
        .map_err(|error| {
            let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let notes = String::from_utf8_lossy(&notes).trim().to_owned();
            BuildError::Syntax {
                message: if notes.is_empty() {
                    format!("{}: {}", name.display(), error.message)
                } else {
                    notes
                },
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(text: &str) -> Result<String, String> {
        types(text.to_owned(), Path::new("shop.ts")).map_err(|error| error.to_string())
    }

    #[test]
    fn what_stays_keeps_its_place() {
        let text = "interface A { b: number }\nexport default function (a: A): void { a.b; }\n";
        let stripped = strip(text).unwrap();
        assert_eq!(stripped.lines().count(), text.lines().count());
        assert_eq!(stripped.find("a.b"), text.find("a.b"));
        assert!(!stripped.contains("interface"));
    }

    #[test]
    fn nesting_is_no_end_of_the_process() {
        let nested = |depth: usize, open: &str, inner: &str, close: &str| {
            let text = format!("let x = {}{inner}{};\n", open.repeat(depth), close.repeat(depth));
            // Either way it must come back.
            strip(&text).map(|stripped| stripped.len() == text.len())
        };
        assert_eq!(nested(20_000, "(", "1", ")"), Ok(true));
        // For some of these the parser takes time that grows with the square of the depth.
        for (open, inner, close) in [
            ("[", "", "]"),
            ("{a:", "1", "}"),
            ("`${", "1", "}`"),
            ("!", "1", ""),
            ("- ", "1", ""),
            ("typeof ", "1", ""),
            ("a => ", "1", ""),
            ("", "1", "+1"),
            ("", "a", ".b"),
            ("", "f", "()"),
            ("a?b:", "1", ""),
            ("f(", "1", ")"),
            ("<any>", "1", ""),
            ("1 as A<", "B", ">"),
        ] {
            let _ = nested(2_000, open, inner, close);
        }
        for (open, close) in [
            ("A<", ">"),
            ("(", ")"),
            ("keyof ", ""),
            ("{a:", "}"),
            ("[", "]"),
            ("", "[]"),
        ] {
            let text = format!("type T = {}B{};\n", open.repeat(2_000), close.repeat(2_000));
            let _ = strip(&text);
        }
        for (open, close) in [
            ("{", "}"),
            ("if (a) ", ""),
            ("if (a) {} else ", ""),
            ("class A { a() {", "} }"),
            ("a: ", ""),
        ] {
            let text = format!("{};{}\n", open.repeat(2_000), close.repeat(2_000));
            let _ = strip(&text);
        }
    }

    #[test]
    fn problems_have_a_place() {
        let error = strip("let a = 1;\nlet = ;\n").unwrap_err();
        assert!(error.contains("shop.ts:2:"), "{error}");
        let error = strip("let a = 1;\nenum Color { Red }\n").unwrap_err();
        assert!(error.contains("shop.ts:2:1") && error.contains("enum"), "{error}");
    }

    const GOOD: &[&str] = &[
        "import http, { type Response } from 'k6/http';\nexport const options: Options = { vus: 1 };\n\
         export default function (data: { a?: string }): void { const r = http.get<Response>(`${data.a!}/x`); }\n",
        "abstract class A<T extends B = C> implements D { private readonly x: T; constructor(y: number) { this.x = y as T; } \
         get z(): string { return ''; } static #p?: symbol; declare w: never; }\n",
        "type F = <T>(x: T) => x is T & { [k in keyof T]: T[k] extends infer U ? U : never };\nlet v = <any>(1);\n\
         function f(this: A, ...r: [a?: number]): asserts r {}\n",
        "for (const x of y as number[]) { if (x satisfies number) continue; else switch (x) { case 1: break; } }\n/a[/]b/u.test('');\n",
    ];

    const WORDS: &[&str] = &[
        "<",
        ">",
        "(",
        ")",
        "{",
        "}",
        "`",
        "${",
        "as ",
        "satisfies ",
        "=>",
        "?.",
        "!",
        "enum E {}",
        "namespace N {}",
        "@d ",
        "/*",
        "*/",
        "//",
        "'",
        "\\u{",
        "#",
        "async ",
        "await ",
        "yield ",
        "<T,>() =>",
        "...",
        "import(",
        "\u{2028}",
    ];

    #[test]
    fn what_the_parser_finds_no_end_of_is_refused() {
        // Few enough to end soon after nobody waits any more.
        let text = format!("let x = {}b{};", "<a>(".repeat(18), ")".repeat(18));
        let refused = types_within(Duration::ZERO, text, Path::new("shop.ts"));
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains("shop.ts: it can't be parsed: the parser came to no end"),
            "{message}"
        );
    }

    #[test]
    fn fuzz_typescript_is_refused_or_becomes_javascript_with_every_line_in_its_place() {
        crate::tests::fuzz::gate(1_500, |dice| {
            let mut text = dice.text(GOOD, WORDS);
            text.truncate(text.floor_char_boundary(4_000));
            // Each level of nesting takes some of the stack.
            let deep = std::thread::Builder::new().stack_size(128 << 20);
            let stripped = std::thread::scope(|scope| {
                let stripped = || types_within(Duration::from_secs(2), text.clone(), Path::new("shop.ts"));
                let parse = deep.spawn_scoped(scope, stripped).unwrap();
                parse.join().unwrap()
            });
            if let Ok(stripped) = stripped {
                assert_eq!(stripped.lines().count(), text.lines().count());
            }
        });
    }
}

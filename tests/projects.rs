//! In each language, from an empty folder: `new`, `build` and `run`, as the README says. And what
//! is said when a source can't become a plugin.

use crate::support::cli::{Background, Ran, run_in, run_plugin};
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{guests, root, together};
use std::path::Path;

/// Writes a project and does what its README says.
#[track_caller]
fn assert_new_builds_and_runs(language: &str) {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    in_folder(folder.path(), &["new", "my-test", "--lang", language]).exits(0);
    let project = folder.path().join("my-test");
    if project.join("package.json").is_file() && language == "assemblyscript" {
        guests::npm_install(&project);
    }
    let before = files(&project);
    let built = in_folder(&project, &["build", "--yes"]).exits(0);
    assert!(built.out.contains("my-test.wasm"), "{}", built.out);
    let shop = Shop::start(&[]);
    let arguments = [
        "run",
        "my-test.wasm",
        "--host",
        &shop.url,
        "-u",
        "2",
        "-i",
        "8",
        "--headless",
    ];
    let ran = in_folder(
        &project,
        &[&arguments[..], &["--summary-json", "out.json"]].concat(),
    )
    .exits(0);
    let summary = Summary::read(&project.join("out.json"), &ran);
    summary.adds_up();
    let requests = summary.number("/totals/requests");
    assert!(requests >= 8, "{requests} requests in 8 iterations");
    assert_eq!(requests, shop.counters()["total"].as_u64().unwrap());
    assert_eq!(summary.number("/totals/failures"), 0, "{}", ran.out);
    for made in ["my-test.wasm", "out.json"] {
        std::fs::remove_file(project.join(made)).unwrap();
    }
    if language != "rust" {
        assert_eq!(files(&project), before, "a build leaves the folder as it was");
    }
    let again = in_folder(
        &project,
        &["run", ".", "--host", "demo", "-i", "1", "--headless", "--yes"],
    );
    again.exits(0);
}

fn in_folder(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments)
}

/// What lies in a folder, but for what tools keep there.
fn files(folder: &Path) -> Vec<String> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

#[test]
fn rust() {
    assert_new_builds_and_runs("rust");
}

#[test]
fn typescript() {
    assert_new_builds_and_runs("ts");
}

#[test]
fn javascript() {
    assert_new_builds_and_runs("js");
}

#[test]
fn python() {
    assert_new_builds_and_runs("python");
}

#[test]
fn go() {
    assert_new_builds_and_runs("go");
}

#[test]
fn c() {
    assert_new_builds_and_runs("c");
}

#[test]
fn cpp() {
    assert_new_builds_and_runs("cpp");
}

#[test]
fn zig() {
    assert_new_builds_and_runs("zig");
}

#[test]
fn assemblyscript() {
    assert_new_builds_and_runs("assemblyscript");
}

/// Builds one file with this text, and asserts that it is refused once, with all of these words.
#[track_caller]
fn assert_refused(name: &str, text: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    let ran = run_in(folder.path(), &["build", name, "--yes"]);
    assert_eq!(ran.code, 104, "{name}: {}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{name}: no {word:?} in\n{}", ran.err);
    }
    let errors = ran.err.lines().filter(|line| line.starts_with("error: "));
    assert_eq!(errors.count(), 1, "{}", ran.err);
}

#[test]
fn a_syntax_error_has_its_place() {
    let _machine = together();
    let script = "export default function () {\n  let = 1;\n}\n";
    assert_refused("shop.js", script, &["shop.js:2"]);
    assert_refused("shop.ts", "const a: number = ;\n", &["shop.ts:1"]);
    assert_refused("shop.py", "def f(:\n    pass\n", &["shop.py:1"]);
    assert_refused("shop.c", "int main( {\n", &["shop.c:1"]);
    assert_refused("shop.cpp", "class {\n", &["shop.cpp:1"]);
    assert_refused("shop.go", "package main\nfunc main( {\n", &["shop.go:2"]);
    assert_refused("shop.zig", "pub const x = ;\n", &["shop.zig:1"]);
}

#[test]
fn a_type_error_has_its_place() {
    let _machine = together();
    let c = "#include \"wasmswarm.h\"\nint f(void) { return \"text\" * 2; }\n";
    assert_refused("shop.c", c, &["shop.c:2"]);
    let go = "package main\nvar x int = \"text\"\nfunc main() {}\n";
    assert_refused("shop.go", go, &["shop.go:2"]);
    let zig = "pub const scenarios = .{Shopper};\npub const Shopper = struct {\n    pub const weight: u32 = \"text\";\n};\n";
    assert_refused("shop.zig", zig, &["shop.zig:3"]);
}

#[test]
fn an_error_at_the_top_level_has_its_place() {
    let _machine = together();
    assert_refused("shop.js", "const a = 1;\nnull.x;\n", &["shop.js:2", "null"]);
    assert_refused(
        "shop.py",
        "a = 1\nb = a.missing\n",
        &["shop.py\", line 2", "missing"],
    );
}

#[test]
fn a_missing_module_is_named() {
    let _machine = together();
    assert_refused("shop.js", "import a from \"left-pad\";\n", &["left-pad"]);
    assert_refused("shop.py", "import numpy_of_nowhere\n", &["numpy_of_nowhere"]);
}

#[test]
fn a_missing_toolchain_is_named_with_how_to_get_it() {
    let _machine = together();
    let empty = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, what, how) in [
        ("shop.go", "Go plugins need Go", "https://go.dev"),
        ("shop.c", "C plugins need clang", "apt-get install"),
        ("shop.cpp", "C++ plugins need clang", "libc++-16-dev-wasm32"),
        ("shop.zig", "Zig plugins need Zig", "pip install ziglang"),
        ("shop.py", "Python plugins need Python", "python.org"),
    ] {
        std::fs::write(folder.path().join(name), "").unwrap();
        let mut command = crate::support::cli::wasmswarm();
        let cache = folder.path().join("cache");
        command.args(["build", name, "--yes", "--cache-dir"]).arg(cache);
        command.env("PATH", empty.path()).current_dir(folder.path());
        let ran = Background::start(command).finish();
        assert_eq!(ran.code, 104, "{name}: {}", ran.err);
        ran.complains(what).complains(how);
    }
}

#[test]
fn nothing_is_installed_unasked() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.py"), "").unwrap();
    let ran = run_in(folder.path(), &["build", "shop.py", "--cache-dir", "cache"]);
    assert_eq!(ran.code, 104, "{}", ran.err);
    ran.complains("componentize-py").complains("--yes");
    assert!(!folder.path().join("cache/tools").exists());
}

#[test]
fn a_build_is_kept_until_a_source_changes() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("shop.js");
    let write = |path: &str| {
        std::fs::write(
            &script,
            format!("import http from \"k6/http\";\nexport default () => http.get(\"{path}\");\n"),
        )
    };
    let build = || run_in(folder.path(), &["build", "shop.js"]).exits(0).out;
    write("/").unwrap();
    assert!(!build().contains("unchanged"));
    assert!(build().contains("unchanged"));
    write("/catalogue").unwrap();
    assert!(!build().contains("unchanged"));
    let shop = Shop::start(&[]);
    run_in(folder.path(), &["run", "shop.js", "--host", &shop.url, "-i", "3"]).exits(0);
    let key = ("GET".to_owned(), "/catalogue".to_owned(), 200);
    assert_eq!(shop.counts(), [(key, 3)].into());
}

#[test]
fn watching_runs_again_when_a_source_changes() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("shop.js");
    let write = |path: &str| {
        std::fs::write(
            &script,
            format!("import http from \"k6/http\";\nexport default () => http.get(\"{path}\");\n"),
        )
    };
    write("/").unwrap();
    let shop = Shop::start(&[]);
    let mut command = crate::support::cli::wasmswarm();
    command.args([
        "run",
        "shop.js",
        "--host",
        &shop.url,
        "-i",
        "2",
        "--headless",
        "--watch",
    ]);
    let watching = Background::start({
        command.current_dir(folder.path());
        command
    });
    watching.line_of_stderr("watching for changes");
    write("/catalogue").unwrap();
    let key = |route: &str| ("GET".to_owned(), route.to_owned(), 200);
    let wanted = [(key("/"), 2), (key("/catalogue"), 2)].into();
    let begun = std::time::Instant::now();
    while shop.counts() != wanted {
        assert!(begun.elapsed().as_secs() < 60, "{:?}", shop.counts());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    watching.signal("INT");
    watching.finish();
}

#[test]
fn a_core_module_becomes_a_plugin() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let ran = run_in(folder.path(), &["build", "empty.wasm", "-o", "out.wasm"]);
    assert_eq!(ran.code, 104, "{}", ran.err);
    ran.complains("wasmswarm:scenario/scenario");
}

#[test]
fn the_plugin_by_hand_runs() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let plugin = root().join("docs/examples/hello.wat");
    let (ran, summary) = run_plugin(&plugin, &["--host", &shop.url, "-i", "5"]);
    ran.exits(0);
    summary.adds_up();
    let key = ("GET".to_owned(), "/".to_owned(), 200);
    assert_eq!(shop.counts(), [(key, 5)].into());
    assert_eq!(summary.counts(), shop.counts());
}

#[test]
fn every_template_is_tested_here() {
    let templates = std::fs::read_dir(root().join("runner/src/build/scaffold/template")).unwrap();
    let mut names: Vec<_> = templates
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let tested = [
        "assemblyscript",
        "c",
        "cpp",
        "go",
        "js",
        "python",
        "rust",
        "ts",
        "zig",
    ];
    assert_eq!(names, tested);
}

#[test]
fn what_the_top_level_reads_is_part_of_the_build() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let text = "import http from \"k6/http\";\nconst path = __ENV.PAGE || \"/\";\nexport default () => http.get(path);\n";
    std::fs::write(folder.path().join("shop.js"), text).unwrap();
    let built = run_in(folder.path(), &["build", "shop.js", "-e", "PAGE=/catalogue"]).exits(0);
    assert!(!built.out.contains("unchanged"), "{}", built.out);
    let same = run_in(
        folder.path(),
        &["build", "shop.js", "-e", "PAGE=/catalogue", "-e", "OTHER=1"],
    )
    .exits(0);
    assert!(same.out.contains("unchanged"), "{}", same.out);
    let shop = Shop::start(&[]);
    let run = |plugin: &str, parameter: &str| {
        run_in(
            folder.path(),
            &["run", plugin, "--host", &shop.url, "-e", parameter, "-i", "2"],
        )
    };
    run("shop.wasm", "PAGE=/catalogue").exits(0);
    run("shop.js", "PAGE=/").exits(0);
    let late = run("shop.wasm", "PAGE=/");
    assert_ne!(late.code, 0);
    assert!(late.err.contains("comes too late"), "{}", late.err);
    let key = |route: &str| ("GET".to_owned(), route.to_owned(), 200);
    assert_eq!(shop.counts(), [(key("/"), 2), (key("/catalogue"), 2)].into());
}

#[test]
fn the_files_of_packages_are_named_from_the_folder_of_packages() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("tests/shop.js", "export { default } from \"pack\";\n");
    put("node_modules/pack/package.json", "{ \"main\": \"lib/main.js\" }");
    put(
        "node_modules/pack/lib/main.js",
        "import inner from \"inner\";\nimport { go } from \"./go.js\";\nexport default () => go(inner);\n",
    );
    put(
        "node_modules/pack/lib/go.js",
        "export function go(inner) {\n  throw new Error(inner);\n}\n",
    );
    put(
        "node_modules/pack/node_modules/inner/index.js",
        "export default \"of the inner package\";\n",
    );
    let ran = run_in(
        folder.path(),
        &["run", "tests/shop.js", "--host", "demo", "-i", "1", "--headless"],
    );
    let stack = "Error: of the inner package\\n    at go (node_modules/pack/lib/go.js:2:";
    assert!(ran.out.contains(stack), "{}", ran.out);
}

//! What a script may read of the operator's while it is built: what is near it and what is granted, and nothing else.

use crate::support::cli::{Ran, run_in};
use crate::support::{root, together};
use std::path::{Path, PathBuf};

/// A project with a script in a folder of its own, and a secret beside the project.
struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Tree {
        let tree = Tree {
            dir: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            tree.write(name, text);
        }
        tree.write("secret/token.txt", "tok-4711");
        tree
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn wasmswarm(&self, folder: &str, arguments: &[&str]) -> Ran {
        run_in(&self.at(folder), arguments)
    }
}

/// A script whose default function does nothing, after this.
fn script(top_level: &str) -> String {
    format!("{top_level}\nexport default function () {{}}\n")
}

#[track_caller]
fn assert_refused(ran: Ran, folder: &str) {
    let ran = ran.exits(104).complains("which it may not read");
    assert!(ran.err.contains("--allow-read "), "{}", ran.err);
    assert!(ran.err.contains(folder), "no {folder} in\n{}", ran.err);
}

#[test]
fn a_script_reads_its_own_folder_and_that_of_the_command_only() {
    let tree = Tree::new(&[
        ("project/data/users.json", "[1, 2]"),
        ("project/.keys/id", "key"),
        ("project/lib/more.js", "export const more = 3;"),
        (
            "project/tests/near.js",
            &script(
                "import { more } from '../lib/more.js'; const users = JSON.parse(open('../data/users.json'));",
            ),
        ),
        ("project/tests/hidden.js", &script("open('../.keys/id');")),
        ("project/tests/up.js", &script("open('../../secret/token.txt');")),
        (
            "project/tests/module.js",
            &script("import text from '../../secret/token.json';"),
        ),
        (
            "project/tests/whole.js",
            &script("try { open('/etc/hostname') } catch (e) {}"),
        ),
        ("project/tests/process.js", &script("open('/proc/self/environ');")),
        (
            "project/tests/root.js",
            &script("open('/proc/self/root/etc/hostname');"),
        ),
        ("project/tests/link.js", &script("open('link/token.txt');")),
    ]);
    std::os::unix::fs::symlink(tree.at("secret"), tree.at("project/tests/link")).unwrap();
    tree.write("secret/token.json", "{}");
    let inspected = tree.wasmswarm("project", &["inspect", "tests/near.js"]).exits(0);
    for read in ["tests/near.js", "data/users.json", "lib/more.js"] {
        assert!(inspected.out.contains(read), "{}", inspected.out);
    }
    // Typed elsewhere, the project's other folders aren't near.
    assert_refused(
        tree.wasmswarm("project/tests", &["inspect", "near.js"]),
        "project/",
    );
    for (name, folder) in [
        ("hidden", ".keys"),
        ("up", "secret"),
        ("module", "secret"),
        ("whole", "/etc"),
        ("process", "/proc/self"),
        ("root", "/proc/self/root/etc"),
        ("link", "secret"),
    ] {
        let script = format!("tests/{name}.js");
        assert_refused(tree.wasmswarm("project", &["inspect", &script]), folder);
    }
    let run = ["run", "tests/up.js", "--host", "demo", "-i", "1", "--headless"];
    assert_refused(tree.wasmswarm("project", &run), "secret");
}

#[test]
fn what_is_granted_is_read_and_not_handed_out_once_it_is_granted_no_more() {
    let tree = Tree::new(&[
        ("pack/a.js", &script("console.log(open('../secret/token.txt'));")),
        ("rows.csv", "n\n1\n"),
        ("pack/rows.js", &script("open('../rows.csv');")),
    ]);
    let build = ["build", "a.js", "-v"];
    let granted = [&build[..], &["--allow-read", "../secret"]].concat();
    assert_refused(tree.wasmswarm("pack", &build), "secret");
    for from in ["from", "unchanged"] {
        let built = tree.wasmswarm("pack", &granted).exits(0);
        assert!(built.out.contains(from), "{}", built.out);
        assert!(built.err.contains("token.txt to build"), "{}", built.err);
    }
    assert_refused(tree.wasmswarm("pack", &build), "secret");
    let run = ["run", "rows.js", "--host", "demo", "-i", "1", "--headless"];
    assert_refused(tree.wasmswarm("pack", &run), "--allow-read");
    let with_data = [&run[..], &["--data", "rows=../rows.csv"]].concat();
    tree.wasmswarm("pack", &with_data).exits(0);
    let missing = ["build", "a.js", "--allow-read", "nowhere"];
    tree.wasmswarm("pack", &missing).exits(104).complains("nowhere");
}

#[test]
fn a_locustfile_reads_what_is_near_it_and_writes_nothing() {
    let _machine = together();
    let locustfile = r#"
import os, posix
from pathlib import Path
from locust import HttpUser, task

told = [(Path(__file__).parent.parent / "data" / "rows.csv").read_text(), open("data/rows.csv").read()]
for name in ("/".join(["", "etc", "hostname"]), "../../secret/token.txt"):
    try:
        told.append(open(name).read())
    except PermissionError as error:
        told.append("refused" if "--allow-read" in str(error) else str(error))
for name in ("/1/wasmswarm/left.py", "/2/left.py", "/3/left.py"):
    with open(name, "w") as file:
        file.write("left")
told.append(",".join(sorted(name.decode() for name in posix.environ)))
told.append(os.environ.get("GIVEN", "none"))


class Reader(HttpUser):
    @task
    def tell(self):
        print("told", told)
"#;
    let tree = Tree::new(&[
        ("project/data/rows.csv", "row"),
        ("project/tests/shop.py", locustfile),
        ("project/tests/vendor/helper.py", ""),
    ]);
    let run = [
        "run",
        "tests/shop.py",
        "--yes",
        "-v",
        "--headless",
        "-i",
        "1",
        "--host",
        "demo",
        "-e",
        "GIVEN=g-1",
    ];
    let ran = tree.wasmswarm("project", &run).exits(0);
    let told = "told ['row', 'row', 'refused', 'refused', 'PYTHONHOME,PYTHONPATH,PYTHONUNBUFFERED', 'g-1']";
    assert!(
        ran.out.contains(told) || ran.err.contains(told),
        "{}\n{}",
        ran.out,
        ran.err
    );
    assert!(!ran.out.contains("tok-4711"), "{}", ran.out);
    for read in ["tests/shop.py to build", "data/rows.csv to build"] {
        assert!(ran.err.contains(read), "{}", ran.err);
    }
    let kept = root().join("target/test-cache");
    assert_eq!(left_in(&kept) + left_in(tree.dir.path()), 0);
}

/// How many files the script has left there.
fn left_in(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let count = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => left_in(&entry.path()),
        _ => usize::from(entry.file_name() == "left.py"),
    });
    count.sum()
}

//! Puts the library's files (`sdk/js/lib`) into the runtime, as text.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lib");
    println!("cargo:rerun-if-changed={}", library.display());
    let mut files = Vec::new();
    collect(&library, &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&library).expect("it was found there");
        let name = name.to_str().expect("the library's names are text");
        writeln!(code, "    ({name:?}, include_str!({file:?})),").expect("a string takes everything");
    }
    code.push_str("]\n");
    let folder = std::env::var_os("OUT_DIR").expect("Cargo sets it");
    std::fs::write(Path::new(&folder).join("library.rs"), code).expect("Cargo's folder can be written to");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("the library can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "js") {
            files.push(path);
        }
    }
}

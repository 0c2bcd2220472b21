//! What `wit-bindgen` makes of the contract in `wit/`. Raw: the other modules are the interface for people.

wit_bindgen::generate!({
    world: "plugin",
    path: "wit",
    ownership: Borrowing { duplicate_if_necessary: false },
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "wasmswarm_sdk::__private::bindings",
});

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    fn wit_files(folder: &Path) -> Vec<PathBuf> {
        let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| PathBuf::from(entry.unwrap().file_name()))
            .filter(|name| name.extension().is_some_and(|extension| extension == "wit"))
            .collect();
        names.sort();
        names
    }

    /// A published crate holds only its own folder, so the contract lies in it as a copy.
    #[test]
    fn the_copy_of_the_contract_equals_the_original() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("wit");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        if !original.is_dir() {
            return; // The crate lies outside its repository.
        }
        assert_eq!(wit_files(&own), wit_files(&original));
        for name in wit_files(&own) {
            let read = |folder: &Path| std::fs::read_to_string(folder.join(&name)).unwrap();
            assert_eq!(
                read(&own),
                read(&original),
                "{} differs: copy wit/ to sdk/rust/wit/",
                name.display()
            );
        }
    }
}

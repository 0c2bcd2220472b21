//! What a reader meets first: how long functions are, and whether the name of a type says which type it is.

use super::tree::{only_for_tests, visible_type};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::Visit;

#[derive(Default)]
pub(super) struct Shape {
    file: String,
    /// Lines between the braces, and the function: its file and name.
    pub(super) functions: Vec<(usize, String)>,
    /// Where types of each name are defined that other files can see; what one file keeps to itself confuses nobody.
    types: BTreeMap<String, BTreeSet<String>>,
}

impl Shape {
    pub(super) fn of(files: &[(String, syn::File)]) -> Self {
        let mut shape = Self::default();
        for (path, file) in files {
            shape.file.clone_from(path);
            shape.visit_file(file);
        }
        shape.functions.sort();
        shape
    }

    /// The names that are defined in several files, and those files.
    pub(super) fn shared_names(&self) -> BTreeMap<&str, &BTreeSet<String>> {
        let shared = self.types.iter().filter(|(_, files)| files.len() > 1);
        shared.map(|(name, files)| (name.as_str(), files)).collect()
    }

    /// How many lines the given share of the functions have at most.
    pub(super) fn percentile(&self, percent: usize) -> usize {
        self.functions[(self.functions.len() - 1) * percent / 100].0
    }

    fn function(&mut self, name: &syn::Ident, body: &syn::Block) {
        let braces = body.brace_token.span;
        let lines = braces.close().end().line - braces.open().start().line;
        self.functions
            .push((lines.saturating_sub(1), format!("{} {name}", self.file)));
    }
}

impl<'ast> Visit<'ast> for Shape {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if matches!(item, syn::Item::Mod(module) if only_for_tests(&module.attrs)) {
            return;
        }
        if let Some(name) = visible_type(item) {
            self.types.entry(name).or_default().insert(self.file.clone());
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig.ident, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig.ident, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.function(&function.sig.ident, body);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}

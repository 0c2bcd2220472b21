//! The sources of a crate as a tree of modules, and which module each path in them leads to. It knows files, `mod`, `use`
//! and paths, also those within macros and attributes. It isn't a compiler: a method that is called names no module, so
//! what a file uses through the methods of a value alone stays unseen.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::Visit;

/// The path of a module below the root of the crate; the root's is empty.
pub(super) type ModulePath = Vec<String>;

/// How many names may stand for one another before the search for what they mean is given up.
const MOST_ALIASES: usize = 16;

#[derive(Default)]
pub(super) struct Module {
    /// The file that it stands in, below `src`.
    pub(super) file: String,
    /// Names of what it defines, but for modules.
    items: BTreeSet<String>,
    /// What `use` brings in: the name here, and the path that it was written with.
    aliases: BTreeMap<String, ModulePath>,
    /// What `use …::*` brings in.
    globs: Vec<ModulePath>,
    /// Paths that its code names, but for what it only hands on from modules below it.
    named: BTreeSet<ModulePath>,
}

pub(super) struct Tree {
    modules: BTreeMap<ModulePath, Module>,
    /// The same files as the parser reads them, without what only tests see.
    pub(super) files: Vec<(String, syn::File)>,
}

impl Tree {
    /// The files are given by their paths below `src`.
    pub(super) fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let parsed = files.into_iter().map(|(path, text)| {
            let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path, parsed)
        });
        let mut files: Vec<_> = parsed.collect();
        let tests: BTreeSet<_> = files
            .iter()
            .flat_map(|(path, file)| test_modules(path, file))
            .collect();
        files.retain(|(path, _)| {
            let module = module_of(path);
            !(1..=module.len()).any(|length| tests.contains(&module[..length]))
        });
        let mut modules = BTreeMap::new();
        for (path, file) in &files {
            let mut reader = Reader {
                file: path,
                at: module_of(path),
                modules: &mut modules,
            };
            reader.enter();
            reader.visit_file(file);
        }
        Self { modules, files }
    }

    /// What each file names: the module of the file, and the modules of the files where that is defined.
    pub(super) fn uses(&self) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
        let mut uses: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
        for (path, module) in &self.modules {
            let here = module_of(&module.file);
            let found = module.named.iter().filter_map(|named| self.lead(path, named, 0));
            let files = found
                .map(|found| module_of(&self.modules[&found].file))
                .filter(|found| *found != here);
            uses.entry(here.clone()).or_default().extend(files);
        }
        uses
    }

    /// The module that defines what `path` means in the module `from`; none if that isn't of this crate.
    fn lead(&self, from: &[String], path: &[String], aliases: usize) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            // `main.rs` is a crate of its own, to which the library is `wasmswarm`.
            "crate" | "wasmswarm" => self.descend(Vec::new(), rest, aliases),
            "self" => self.descend(from.to_owned(), rest, aliases),
            "super" => {
                let above = from.split_last().map(|(_, above)| above)?;
                match rest.first() {
                    Some(next) if next == "super" => self.lead(above, rest, aliases),
                    _ => self.descend(above.to_owned(), rest, aliases),
                }
            }
            name => {
                let here = self.modules.get(from)?;
                let known = here.aliases.contains_key(name) || self.modules.contains_key(&below(from, name));
                known
                    .then(|| self.descend(from.to_owned(), path, aliases))
                    .flatten()
            }
        }
    }

    fn descend(&self, mut at: ModulePath, path: &[String], aliases: usize) -> Option<ModulePath> {
        let mut rest = path;
        while let Some((next, after)) = rest.split_first() {
            if self.modules.contains_key(&below(&at, next)) {
                at.push(next.clone());
                rest = after;
                continue;
            }
            return match self.modules.get(&at)?.aliases.get(next) {
                Some(alias) if aliases < MOST_ALIASES && alias != path => {
                    let whole: ModulePath = alias.iter().chain(after).cloned().collect();
                    self.lead(&at, &whole, aliases + 1)
                }
                Some(_) => Some(at),
                None => Some(self.through_globs(&at, next, aliases).unwrap_or(at)),
            };
        }
        self.modules.contains_key(&at).then_some(at)
    }

    /// The module that defines `name`, which `at` has through a `use …::*` only.
    fn through_globs(&self, at: &[String], name: &str, aliases: usize) -> Option<ModulePath> {
        let module = &self.modules[at];
        if module.items.contains(name) || aliases >= MOST_ALIASES {
            return None;
        }
        module.globs.iter().find_map(|glob| {
            let target = self.lead(at, glob, aliases + 1)?;
            let there = &self.modules[&target];
            let known = there.items.contains(name) || there.aliases.contains_key(name);
            known
                .then(|| self.descend(target, &[name.to_owned()], aliases + 1))
                .flatten()
        })
    }
}

fn below(module: &[String], name: &str) -> ModulePath {
    let mut path = module.to_owned();
    path.push(name.to_owned());
    path
}

/// The module of a file: `host/mod.rs` is `host`, `lib.rs` the root.
pub(super) fn module_of(file: &str) -> ModulePath {
    let mut parts: ModulePath = file
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}

fn test_modules(path: &str, file: &syn::File) -> Vec<ModulePath> {
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if only_for_tests(&module.attrs) => Some(module.ident.to_string()),
        _ => None,
    });
    modules.map(|name| below(&module_of(path), &name)).collect()
}

/// Whether it is there under `cfg(test)` only.
pub(super) fn only_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .any(|attribute| {
            let syn::Meta::List(list) = &attribute.meta else {
                return false;
            };
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test") || condition.starts_with("all(test")
        })
}

/// Goes through one file and notes what stands in it.
struct Reader<'a> {
    file: &'a str,
    at: ModulePath,
    modules: &'a mut BTreeMap<ModulePath, Module>,
}

impl Reader<'_> {
    fn enter(&mut self) -> &mut Module {
        let module = self.modules.entry(self.at.clone()).or_default();
        self.file.clone_into(&mut module.file);
        module
    }

    fn name(&mut self, path: ModulePath) {
        if path.len() > 1 {
            self.enter().named.insert(path);
        }
    }

    fn import(&mut self, tree: &syn::UseTree, before: &ModulePath, handed_on: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                self.import(&path.tree, &below(before, &path.ident.to_string()), handed_on)
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, handed_on);
                }
            }
            syn::UseTree::Glob(_) => {
                self.enter().globs.push(before.clone());
                self.imported(before.clone(), handed_on);
            }
            syn::UseTree::Name(name) => {
                self.alias(&name.ident.to_string(), name.ident.to_string(), before, handed_on)
            }
            syn::UseTree::Rename(name) => {
                self.alias(
                    &name.ident.to_string(),
                    name.rename.to_string(),
                    before,
                    handed_on,
                );
            }
        }
    }

    fn alias(&mut self, name: &str, here: String, before: &ModulePath, handed_on: bool) {
        let (path, here) = match (name, before.last()) {
            // `use a::b::{self}` brings in `b`.
            ("self", Some(last)) => (before.clone(), if here == "self" { last.clone() } else { here }),
            _ => (below(before, name), here),
        };
        self.enter().aliases.insert(here, path.clone());
        self.imported(path, handed_on);
    }

    /// A module that hands on what stands in modules below it doesn't use that: who names it there, does.
    fn imported(&mut self, path: ModulePath, handed_on: bool) {
        let own = !matches!(path[0].as_str(), "crate" | "super");
        if !(handed_on && own) {
            self.enter().named.insert(path);
        }
    }

    /// Paths in tokens that the parser doesn't look into.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = ModulePath::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.name(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                other => {
                    self.name(std::mem::take(&mut path));
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Literal(literal) => self.text(&literal.to_string()),
                        _ => {}
                    }
                }
            }
        }
        self.name(path);
    }

    /// Some attributes take paths as texts: `serde(with = "…")`.
    fn text(&mut self, literal: &str) {
        let text = literal.trim_matches('"');
        if let Ok(path) = syn::parse_str::<syn::Path>(text) {
            self.visit_path(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if only_for_tests(attributes(item)) {
            return;
        }
        if let Some(name) = defined(item) {
            self.enter().items.insert(name);
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let tests = match item {
            syn::ImplItem::Fn(function) => only_for_tests(&function.attrs),
            syn::ImplItem::Const(constant) => only_for_tests(&constant.attrs),
            _ => false,
        };
        if !tests {
            syn::visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let Some((_, items)) = &module.content else { return };
        self.at.push(module.ident.to_string());
        self.enter();
        for item in items {
            self.visit_item(item);
        }
        self.at.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let handed_on = !matches!(item.vis, syn::Visibility::Inherited);
            self.import(&item.tree, &ModulePath::new(), handed_on);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.name(
                path.segments
                    .iter()
                    .map(|segment| segment.ident.to_string())
                    .collect(),
            );
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            syn::Meta::List(list) => self.tokens(list.tokens.clone()),
            _ => syn::visit::visit_attribute(self, attribute),
        }
    }

    /// `pub(in …)` says who may look in, not what is used.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item gives to something other than a module.
fn defined(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        other => return type_of(other).map(|(name, _)| name.to_string()),
    };
    Some(name.to_string())
}

fn type_of(item: &syn::Item) -> Option<(&syn::Ident, &syn::Visibility)> {
    match item {
        syn::Item::Enum(item) => Some((&item.ident, &item.vis)),
        syn::Item::Struct(item) => Some((&item.ident, &item.vis)),
        syn::Item::Type(item) => Some((&item.ident, &item.vis)),
        syn::Item::Union(item) => Some((&item.ident, &item.vis)),
        _ => None,
    }
}

/// The name of a type that other files can see.
pub(super) fn visible_type(item: &syn::Item) -> Option<String> {
    let (name, visibility) = type_of(item)?;
    (!matches!(visibility, syn::Visibility::Inherited)).then(|| name.to_string())
}

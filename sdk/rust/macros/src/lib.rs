//! The macros of `wasmswarm-sdk`: `#[scenario]` on an `impl` block, and `plugin!`.
//!
//! Use them through `wasmswarm_sdk::prelude`, which documents them with examples. This crate
//! holds syntax only; what the expanded code calls lives in the SDK's `__private` module.

mod args;
mod plugin;
mod scenario;

use proc_macro::TokenStream;

/// Turns the methods of an `impl` block into the tasks of a scenario.
///
/// The type must implement `Default`: the host makes one value per virtual user, and its fields
/// are that user's memory.
///
/// On the block, all optional:
///
/// | argument | meaning | default |
/// |---|---|---|
/// | `name = "…"` | name in the results | the type's name |
/// | `weight = 3` | share of the users, in proportion to the other scenarios | 1 |
/// | `fixed = 2` | exactly so many users instead | |
/// | `order = "sequential"` | tasks in the order written, again and again | `"random"`, by weight |
/// | `wait = between(0.5, 2.0)` | pause between tasks: any function of `wasmswarm_sdk::wait` | none |
/// | `tags = ["…"]` | tags that all its tasks get | |
///
/// On a method, one of:
///
/// | attribute | meaning |
/// |---|---|
/// | `#[task]`, `#[task(weight = 10, name = "…", tags = ["…"])]` | a step of the scenario |
/// | `#[on_start]` | once, before a user's first task; may take what `setup` returned, see below |
/// | `#[on_stop]` | once, after a user's last task |
/// | `#[setup]` | once per run, before the scenario's first user; without `self` |
/// | `#[teardown]` | once per run, after the last user; without `self` |
///
/// What `#[setup] fn prepare() -> Result<T>` returns travels as JSON to `#[teardown]` and to
/// `#[on_start]`, as its last argument: `fn start(&mut self, accounts: Vec<Account>)`. What the
/// plugin's own `setup` returned comes before it, in `#[setup]` too:
/// `fn start(&mut self, run: Token, accounts: Vec<Account>)`. In a block without `#[setup]`, the only
/// argument of `#[on_start]` is what the plugin's `setup` returned. An argument may be a reference.
///
/// A tag of the form `key=value` is also a tag on everything that the task records.
///
/// A method takes `&mut self`, `&self` or nothing, and returns `Result`, `Result<Outcome>`,
/// `Outcome` or nothing.
#[proc_macro_attribute]
pub fn scenario(args: TokenStream, item: TokenStream) -> TokenStream {
    scenario::expand(args.into(), item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Exports scenarios as a plugin. Once per crate, last in `lib.rs`.
///
/// `plugin!(Shopper, Admin)` lists the scenarios. Beside them, in any order:
/// `about = "text"`, `defaults = Defaults::new().users(10)`, `setup = function` (runs once, before
/// all users; what it returns goes to every `#[on_start]`), `teardown = function` (runs once,
/// after the last user; may take the same value) and `shape = function` (is asked once a second how
/// much load there is to be: `fn(Moment) -> Option<Target>`, where `None` ends the run).
#[proc_macro]
pub fn plugin(args: TokenStream) -> TokenStream {
    plugin::expand(args.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

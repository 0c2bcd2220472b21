//! `#[scenario]`: from an `impl` block with marked methods to an implementation of `Scenario`.

use crate::args::{ScenarioArgs, TaskArgs};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Meta, Result, Signature, Type,
};

/// The methods of one block, by role.
#[derive(Default)]
struct Roles {
    tasks: Vec<Task>,
    on_start: Option<Signature>,
    on_stop: Option<Signature>,
    setup: Option<Signature>,
    teardown: Option<Signature>,
}

/// One `#[task]`.
struct Task {
    args: TaskArgs,
    sig: Signature,
}

/// Expands the attribute; errors carry the place of the mistake.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut block = parse_block(item)?;
    let args = ScenarioArgs::parse(args)?;
    let roles = Roles::take(&mut block)?;
    let body = implementation(&args, &roles, type_name(&block.self_ty)?);
    let self_ty = &block.self_ty;
    Ok(quote! {
        #block
        #[automatically_derived]
        impl ::wasmswarm_sdk::__private::Scenario for #self_ty { #body }
    })
}

fn parse_block(item: TokenStream) -> Result<ItemImpl> {
    let block: ItemImpl = syn::parse2(item.clone()).map_err(|error| explain_item(item, error))?;
    if let Some((path, _)) = &block.trait_ {
        return Err(Error::new(
            path.span(),
            "#[scenario] goes on the type's own `impl` block, not on a trait's",
        ));
    }
    if !block.generics.params.is_empty() {
        return Err(Error::new(block.generics.span(), "a scenario can't be generic"));
    }
    Ok(block)
}

/// A mistake inside an `impl` is reported as it is; anything else isn't an `impl` at all.
fn explain_item(item: TokenStream, error: Error) -> Error {
    let is_impl = item.clone().into_iter().any(|token| token.to_string() == "impl");
    if is_impl {
        return error;
    }
    Error::new(
        item.span(),
        "#[scenario] goes on the `impl` block that holds the tasks",
    )
}

fn type_name(ty: &Type) -> Result<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
    .ok_or_else(|| Error::new(ty.span(), "#[scenario] needs a named type"))
}

impl Roles {
    /// Takes our attributes off the methods and sorts these by role.
    fn take(block: &mut ItemImpl) -> Result<Self> {
        let mut roles = Self::default();
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item {
                roles.take_method(method)?;
            }
        }
        if roles.tasks.is_empty() {
            return Err(Error::new(
                block.self_ty.span(),
                "a scenario needs at least one method marked #[task]",
            ));
        }
        roles.refuse_equal_names()?;
        roles.refuse_unknown_data()?;
        Ok(roles)
    }

    fn take_method(&mut self, method: &mut ImplItemFn) -> Result<()> {
        let marks: Vec<Attribute> = method.attrs.extract_if(.., |attr| role(attr).is_some()).collect();
        let Some(mark) = marks.first() else { return Ok(()) };
        if let Some(second) = marks.get(1) {
            return Err(Error::new(
                second.span(),
                "a method has one role: #[task], #[on_start], #[on_stop], #[setup] or #[teardown]",
            ));
        }
        refuse_odd_signature(&method.sig)?;
        let sig = method.sig.clone();
        match role(mark) {
            Some("task") => {
                refuse_arguments(
                    &sig,
                    "a task takes nothing but `&mut self`; what it needs is in `self`",
                )?;
                self.tasks.push(Task {
                    args: task_args(mark)?,
                    sig,
                });
            }
            Some("on_start") => set_once(&mut self.on_start, sig, mark)?,
            Some("setup") => {
                refuse_receiver(&sig)?;
                set_once(&mut self.setup, sig, mark)?;
            }
            Some("teardown") => {
                refuse_receiver(&sig)?;
                set_once(&mut self.teardown, sig, mark)?;
            }
            _ => {
                refuse_arguments(&sig, "#[on_stop] takes nothing but `&mut self`")?;
                set_once(&mut self.on_stop, sig, mark)?;
            }
        }
        Ok(())
    }

    /// There is one value of the run, and one of the scenario if it has a `#[setup]`.
    fn refuse_unknown_data(&self) -> Result<()> {
        let known = 1 + usize::from(self.setup.is_some());
        let limits = [(&self.on_start, known), (&self.setup, 1), (&self.teardown, 1)];
        for (sig, limit) in limits {
            if let Some(argument) = sig.as_ref().and_then(|sig| arguments(sig).nth(limit)) {
                let what = "there is no data for this argument: a plugin's `setup` makes one value, \
                            and a scenario's #[setup] another";
                return Err(Error::new(argument.span(), what));
            }
        }
        Ok(())
    }

    fn refuse_equal_names(&self) -> Result<()> {
        for (index, task) in self.tasks.iter().enumerate() {
            let name = task.name();
            if self
                .tasks
                .iter()
                .take(index)
                .any(|earlier| earlier.name().value() == name.value())
            {
                return Err(Error::new(
                    name.span(),
                    format!("two tasks are named \"{}\"", name.value()),
                ));
            }
        }
        Ok(())
    }
}

impl Task {
    fn name(&self) -> LitStr {
        let ident = &self.sig.ident;
        let from_ident = || LitStr::new(ident.to_string().trim_start_matches("r#"), ident.span());
        self.args.name.clone().unwrap_or_else(from_ident)
    }

    fn constant(&self, shared_tags: &[LitStr]) -> TokenStream {
        let name = self.name();
        let weight = self
            .args
            .weight
            .as_ref()
            .map_or_else(|| quote!(1), |weight| quote!(#weight));
        let tags = shared_tags.iter().chain(&self.args.tags);
        quote!(::wasmswarm_sdk::__private::Task { name: #name, weight: #weight, tags: &[#(#tags),*] })
    }
}

fn role(attr: &Attribute) -> Option<&'static str> {
    ["task", "on_start", "on_stop", "setup", "teardown"]
        .into_iter()
        .find(|name| attr.path().is_ident(name))
}

fn task_args(mark: &Attribute) -> Result<TaskArgs> {
    match &mark.meta {
        Meta::Path(_) => Ok(TaskArgs::default()),
        Meta::List(list) => TaskArgs::parse(list.tokens.clone()),
        Meta::NameValue(_) => Err(Error::new(mark.span(), "write #[task(name = \"…\")]")),
    }
}

fn set_once(slot: &mut Option<Signature>, sig: Signature, mark: &Attribute) -> Result<()> {
    if !matches!(mark.meta, Meta::Path(_)) {
        return Err(Error::new(mark.span(), "this attribute takes no arguments"));
    }
    if slot.replace(sig).is_some() {
        return Err(Error::new(
            mark.span(),
            "a scenario has at most one method of this role",
        ));
    }
    Ok(())
}

fn refuse_odd_signature(sig: &Signature) -> Result<()> {
    if let Some(asyncness) = &sig.asyncness {
        return Err(Error::new(
            asyncness.span(),
            "tasks aren't async: a call to the host waits by itself",
        ));
    }
    match sig.receiver() {
        Some(receiver) if !is_reference(receiver) => Err(Error::new(
            receiver.span(),
            "take `&mut self`: the user lives on after this call",
        )),
        _ => Ok(()),
    }
}

fn is_reference(receiver: &syn::Receiver) -> bool {
    matches!(receiver.kind, syn::ReceiverKind::Reference(..))
}

fn refuse_receiver(sig: &Signature) -> Result<()> {
    let message = "this runs once, before or after all users: it can't take `self`";
    sig.receiver()
        .map_or(Ok(()), |receiver| Err(Error::new(receiver.span(), message)))
}

fn refuse_arguments(sig: &Signature, message: &str) -> Result<()> {
    arguments(sig)
        .next()
        .map_or(Ok(()), |argument| Err(Error::new(argument.span(), message)))
}

fn arguments(sig: &Signature) -> impl Iterator<Item = &Type> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        _ => None,
    })
}

fn implementation(args: &ScenarioArgs, roles: &Roles, type_name: &Ident) -> TokenStream {
    let constants = constants(args, roles, type_name);
    let wait = args.wait.as_ref().map(wait_function);
    let own_data = roles.setup.is_some();
    let setup = roles.setup.as_ref().map(setup_function);
    let teardown = roles.teardown.as_ref().map(teardown_function);
    let on_start = roles
        .on_start
        .as_ref()
        .map(|sig| on_start_function(sig, own_data));
    let on_stop = roles.on_stop.as_ref().map(on_stop_function);
    let arms = roles.tasks.iter().enumerate().map(|(index, task)| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let call = call(&task.sig, &TokenStream::new());
        quote!(#index => ::wasmswarm_sdk::__private::IntoOutcome::into_outcome(#call),)
    });
    quote! {
        #constants
        #wait
        #setup
        #teardown
        #on_start
        #on_stop
        fn run_task(&mut self, task: u32) -> ::wasmswarm_sdk::Result<::wasmswarm_sdk::Outcome> {
            match task {
                #(#arms)*
                _ => ::wasmswarm_sdk::__private::no_such_task(task),
            }
        }
    }
}

fn constants(args: &ScenarioArgs, roles: &Roles, type_name: &Ident) -> TokenStream {
    let from_type = || LitStr::new(&type_name.to_string(), type_name.span());
    let name = args.name.clone().unwrap_or_else(from_type);
    let weight = args
        .weight
        .as_ref()
        .map_or_else(|| quote!(1), |weight| quote!(#weight));
    let population = match &args.fixed {
        Some(users) => quote!(Fixed(#users)),
        None => quote!(Weight(#weight)),
    };
    let sequential = args.sequential;
    let tasks = roles.tasks.iter().map(|task| task.constant(&args.tags));
    quote! {
        const NAME: &'static str = #name;
        const POPULATION: ::wasmswarm_sdk::__private::Population = ::wasmswarm_sdk::__private::Population::#population;
        const SEQUENTIAL: bool = #sequential;
        const TASKS: &'static [::wasmswarm_sdk::__private::Task] = &[#(#tasks),*];
    }
}

/// The glob import lets `wait = between(1, 2)` work without an import by the author.
fn wait_function(wait: &syn::Expr) -> TokenStream {
    quote! {
        fn wait() -> ::wasmswarm_sdk::wait::Wait {
            #[allow(unused_imports, reason = "the author may name the function by its path")]
            use ::wasmswarm_sdk::wait::*;
            #wait
        }
    }
}

/// The argument's type says what to read the data as.
fn data(ty: &Type, function: &str) -> TokenStream {
    let function = Ident::new(function, proc_macro2::Span::call_site());
    match ty {
        Type::Reference(reference) => {
            let owned = &reference.elem;
            quote!(&::wasmswarm_sdk::#function::<#owned>()?)
        }
        owned => quote!(::wasmswarm_sdk::#function::<#owned>()?),
    }
}

/// Of a scenario with data of its own, these are the last argument.
fn on_start_function(sig: &Signature, own_data: bool) -> TokenStream {
    let count = arguments(sig).count();
    let values = arguments(sig).enumerate().map(|(index, ty)| {
        let own = own_data && index + 1 == count;
        data(ty, if own { "scenario_data" } else { "setup_data" })
    });
    let call = call(sig, &quote!(#(#values),*));
    quote! {
        fn on_start(&mut self) -> ::wasmswarm_sdk::Result {
            ::wasmswarm_sdk::__private::IntoOutcome::into_outcome(#call).map(|_| ())
        }
    }
}

fn setup_function(sig: &Signature) -> TokenStream {
    let values = arguments(sig).map(|ty| data(ty, "setup_data"));
    let call = call(sig, &quote!(#(#values),*));
    quote! {
        fn setup() -> ::wasmswarm_sdk::Result<::std::vec::Vec<u8>> {
            ::wasmswarm_sdk::__private::setup(|| #call)
        }
    }
}

fn teardown_function(sig: &Signature) -> TokenStream {
    let values = arguments(sig).map(|ty| data(ty, "scenario_data"));
    let call = call(sig, &quote!(#(#values),*));
    quote! {
        fn teardown() -> ::wasmswarm_sdk::Result {
            ::wasmswarm_sdk::__private::IntoOutcome::into_outcome(#call).map(|_| ())
        }
    }
}

fn on_stop_function(sig: &Signature) -> TokenStream {
    let call = call(sig, &TokenStream::new());
    quote! {
        fn on_stop(&mut self) -> ::wasmswarm_sdk::Result {
            ::wasmswarm_sdk::__private::IntoOutcome::into_outcome(#call).map(|_| ())
        }
    }
}

fn call(sig: &Signature, arguments: &TokenStream) -> TokenStream {
    let method = &sig.ident;
    let span = sig.output.span();
    match sig.receiver() {
        Some(_) => quote::quote_spanned!(span=> self.#method(#arguments)),
        None => quote::quote_spanned!(span=> Self::#method(#arguments)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(args: TokenStream, item: TokenStream) -> String {
        expand(args, item).err().unwrap().to_string()
    }

    #[test]
    fn keeps_the_block_without_our_attributes() {
        let text = expand(quote!(), quote!(impl A { #[task] fn b(&mut self) {} }))
            .unwrap()
            .to_string();
        assert!(text.starts_with("impl A { fn b (& mut self) { } }"), "{text}");
        assert!(
            text.contains(
                "0u32 => :: wasmswarm_sdk :: __private :: IntoOutcome :: into_outcome (self . b ())"
            )
        );
    }

    #[test]
    fn names_default_to_the_type_and_the_method() {
        let text = expand(quote!(), quote!(impl shop::A { #[task(weight = 3)] fn b() {} }))
            .unwrap()
            .to_string();
        assert!(text.contains("NAME : & 'static str = \"A\""), "{text}");
        assert!(text.contains("name : \"b\" , weight : 3 , tags : & []"), "{text}");
        assert!(text.contains("Self :: b ()"), "{text}");
    }

    #[test]
    fn tags_of_the_block_reach_every_task() {
        let item = quote!(impl A { #[task(tags = ["x"])] fn b() {} #[task] fn c() {} });
        let text = expand(quote!(tags = ["all"]), item).unwrap().to_string();
        assert!(
            text.contains("tags : & [\"all\" , \"x\"]") && text.contains("tags : & [\"all\"]"),
            "{text}"
        );
    }

    #[test]
    fn refuses_what_is_not_the_types_own_impl() {
        let wrong_item = "#[scenario] goes on the `impl` block that holds the tasks";
        assert_eq!(
            error(
                quote!(),
                quote!(
                    struct A;
                )
            ),
            wrong_item
        );
        assert_eq!(
            error(quote!(), quote!(impl Clone for A {})),
            "#[scenario] goes on the type's own `impl` block, not on a trait's"
        );
        assert_eq!(
            error(
                quote!(),
                quote!(
                    impl<T> A<T> {}
                )
            ),
            "a scenario can't be generic"
        );
    }

    #[test]
    fn refuses_a_block_without_tasks_and_tasks_of_one_name() {
        assert_eq!(
            error(quote!(), quote!(impl A { fn b() {} })),
            "a scenario needs at least one method marked #[task]"
        );
        let twice = quote!(impl A { #[task] fn b() {} #[task(name = "b")] fn c() {} });
        assert_eq!(error(quote!(), twice), "two tasks are named \"b\"");
    }

    #[test]
    fn refuses_signatures_that_cannot_be_called() {
        let cases = [
            (
                quote!(impl A { #[task] async fn b(&mut self) {} }),
                "tasks aren't async: a call to the host waits by itself",
            ),
            (
                quote!(impl A { #[task] fn b(self) {} }),
                "take `&mut self`: the user lives on after this call",
            ),
            (
                quote!(impl A { #[task] fn b(&mut self, n: u32) {} }),
                "a task takes nothing but `&mut self`; what it needs is in `self`",
            ),
            (
                quote!(impl A { #[task] #[on_stop] fn b(&mut self) {} }),
                "a method has one role: #[task], #[on_start], #[on_stop], #[setup] or #[teardown]",
            ),
            (
                quote!(impl A { #[task] fn a(){} #[on_stop] fn b() {} #[on_stop] fn c() {} }),
                "a scenario has at most one method of this role",
            ),
        ];
        for (item, message) in cases {
            assert_eq!(error(quote!(), item), message);
        }
    }

    #[test]
    fn on_start_reads_the_setup_data_as_its_arguments_type() {
        let item = quote!(impl A { #[on_start] fn a(&mut self, s: &Stock) {} #[task] fn b() {} });
        let text = expand(quote!(), item).unwrap().to_string();
        assert!(
            text.contains("self . a (& :: wasmswarm_sdk :: setup_data :: < Stock > () ?)"),
            "{text}"
        );
    }

    #[test]
    fn a_scenarios_own_data_are_the_last_argument() {
        let item = quote!(impl A {
            #[setup] fn p(t: Token) -> Result<u8> {}
            #[teardown] fn q(n: u8) -> Result {}
            #[on_start] fn a(&mut self, t: Token, n: u8) {}
            #[task] fn b() {}
        });
        let text = expand(quote!(), item).unwrap().to_string();
        let (run, own) = (
            ":: wasmswarm_sdk :: setup_data :: < Token > () ?",
            ":: wasmswarm_sdk :: scenario_data :: < u8 > () ?",
        );
        assert!(text.contains(&format!("self . a ({run} , {own})")), "{text}");
        assert!(text.contains(&format!("setup (|| Self :: p ({run}))")), "{text}");
        assert!(text.contains(&format!("Self :: q ({own})")), "{text}");
    }

    #[test]
    fn refuses_arguments_that_nobody_fills_and_self_before_there_is_one() {
        let two = quote!(impl A { #[on_start] fn a(&mut self, s: u8, t: u8) {} #[task] fn b() {} });
        assert!(error(quote!(), two).starts_with("there is no data for this argument"));
        let selfish = quote!(impl A { #[setup] fn a(&self) -> Result<u8> {} #[task] fn b() {} });
        assert!(error(quote!(), selfish).ends_with("it can't take `self`"));
    }
}

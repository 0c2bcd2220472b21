//! `plugin!`: the list of scenarios, and what belongs to the plugin as a whole.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Result, Token, Type};

/// One part of the list.
enum Part {
    Scenario(Box<Type>),
    Named(Ident, Box<Expr>),
}

/// The whole list.
#[derive(Default)]
struct Parts {
    scenarios: Vec<Type>,
    about: Option<Expr>,
    defaults: Option<Expr>,
    setup: Option<Expr>,
    teardown: Option<Expr>,
    shape: Option<Expr>,
}

impl Parse for Part {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek2(Token![=]) {
            let key = input.parse()?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Named(key, input.parse()?));
        }
        input.parse().map(Self::Scenario)
    }
}

impl Parts {
    fn parse(tokens: TokenStream) -> Result<Self> {
        let mut parts = Self::default();
        for part in Punctuated::<Part, Token![,]>::parse_terminated.parse2(tokens)? {
            match part {
                Part::Scenario(ty) => parts.scenarios.push(*ty),
                Part::Named(key, value) => parts.set(&key, *value)?,
            }
        }
        if parts.scenarios.is_empty() {
            return Err(Error::new(
                proc_macro2::Span::call_site(),
                "name at least one scenario: `plugin!(Shopper)`",
            ));
        }
        Ok(parts)
    }

    fn set(&mut self, key: &Ident, value: Expr) -> Result<()> {
        let slot = match key.to_string().as_str() {
            "about" => &mut self.about,
            "defaults" => &mut self.defaults,
            "setup" => &mut self.setup,
            "teardown" => &mut self.teardown,
            "shape" => &mut self.shape,
            _ => {
                let known = "about, defaults, setup, teardown, shape";
                return Err(Error::new(
                    key.span(),
                    format!("unknown part `{key}`; known are {known}"),
                ));
            }
        };
        match slot.replace(value) {
            Some(_) => Err(Error::new(key.span(), format!("`{key}` is given twice"))),
            None => Ok(()),
        }
    }
}

/// Expands the macro; errors carry the place of the mistake.
pub(crate) fn expand(tokens: TokenStream) -> Result<TokenStream> {
    let parts = Parts::parse(tokens)?;
    let scenarios = &parts.scenarios;
    let methods = [
        parts
            .about
            .map(|text| quote!(fn about() -> &'static str { #text })),
        parts.defaults.map(|value| {
            quote! {
                fn defaults() -> ::wasmswarm_sdk::Defaults {
                    #[allow(unused_imports, reason = "the author may have imported it")]
                    use ::wasmswarm_sdk::Defaults;
                    #value
                }
            }
        }),
        parts.setup.map(|function| {
            quote! {
                fn setup() -> ::wasmswarm_sdk::Result<::std::vec::Vec<u8>> {
                    ::wasmswarm_sdk::__private::setup(#function)
                }
            }
        }),
        parts.teardown.map(|function| {
            quote! {
                fn teardown() -> ::wasmswarm_sdk::Result {
                    ::wasmswarm_sdk::__private::teardown(#function)
                }
            }
        }),
        parts.shape.map(|function| {
            quote! {
                const SHAPE: bool = true;
                fn shape(now: ::wasmswarm_sdk::Moment) -> ::core::option::Option<::wasmswarm_sdk::Target> {
                    (#function)(now)
                }
            }
        }),
    ];
    let methods = methods.iter().flatten();
    Ok(quote! {
        const _: () = {
            struct Plugin;
            impl ::wasmswarm_sdk::__private::Plugin for Plugin {
                const SCENARIOS: &'static [::wasmswarm_sdk::__private::Entry] =
                    &[#(::wasmswarm_sdk::__private::Entry::of::<#scenarios>()),*];
                #(#methods)*
            }
            type Exported = ::wasmswarm_sdk::__private::Exported<Plugin>;
            ::wasmswarm_sdk::__private::export!(Exported with_types_in ::wasmswarm_sdk::__private::bindings);
        };
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_scenarios_in_order_and_named_parts_anywhere() {
        let text = expand(quote!(about = "x", A, b::B)).unwrap().to_string();
        let entry = ":: wasmswarm_sdk :: __private :: Entry :: of :: <";
        assert!(
            text.contains(&format!("& [{entry} A > () , {entry} b :: B > ()]")),
            "{text}"
        );
        assert!(text.contains("fn about () -> & 'static str { \"x\" }"), "{text}");
        assert!(!text.contains("fn setup") && !text.contains("SHAPE"), "{text}");
    }

    #[test]
    fn a_shape_is_said_to_be_there() {
        let text = expand(quote!(A, shape = steps)).unwrap().to_string();
        assert!(text.contains("const SHAPE : bool = true ;"), "{text}");
        assert!(text.contains("(steps) (now)"), "{text}");
    }

    #[test]
    fn mistakes_are_named() {
        let error = |tokens| expand(tokens).err().unwrap().to_string();
        assert_eq!(error(quote!()), "name at least one scenario: `plugin!(Shopper)`");
        assert_eq!(
            error(quote!(A, setpu = f)),
            "unknown part `setpu`; known are about, defaults, setup, teardown, shape"
        );
        assert_eq!(error(quote!(A, setup = f, setup = g)), "`setup` is given twice");
    }
}

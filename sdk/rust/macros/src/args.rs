//! Arguments of the attributes: `weight = 3, tags = ["a"]`. Values are read here, not judged.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, LitInt, LitStr, Result, Token, bracketed};

/// One `key = value`.
struct Arg {
    key: Ident,
    value: Value,
}

/// What stands right of the `=`.
enum Value {
    Text(LitStr),
    Number(LitInt),
    List(Vec<LitStr>),
    Expr(Box<Expr>),
}

/// The arguments of `#[scenario(…)]`.
#[derive(Default)]
pub(crate) struct ScenarioArgs {
    pub(crate) name: Option<LitStr>,
    pub(crate) weight: Option<LitInt>,
    pub(crate) fixed: Option<LitInt>,
    pub(crate) sequential: bool,
    pub(crate) wait: Option<Expr>,
    pub(crate) tags: Vec<LitStr>,
}

/// The arguments of `#[task(…)]`.
#[derive(Default)]
pub(crate) struct TaskArgs {
    pub(crate) name: Option<LitStr>,
    pub(crate) weight: Option<LitInt>,
    pub(crate) tags: Vec<LitStr>,
}

impl ScenarioArgs {
    /// Reads what stands between the parentheses.
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let mut found = Self::default();
        for Arg { key, value } in parse_args(tokens)? {
            match key.to_string().as_str() {
                "name" => found.name = Some(text(&key, value)?),
                "weight" => found.weight = Some(number(&key, value)?),
                "fixed" => found.fixed = Some(number(&key, value)?),
                "order" => found.sequential = is_sequential(&text(&key, value)?)?,
                "wait" => found.wait = Some(expression(value)),
                "tags" => found.tags = list(&key, value)?,
                _ => return Err(unknown(&key, "name, weight, fixed, order, wait, tags")),
            }
        }
        found.checked()
    }

    fn checked(self) -> Result<Self> {
        match (&self.weight, &self.fixed) {
            (Some(_), Some(fixed)) => Err(Error::new(
                fixed.span(),
                "a scenario has either a `weight` or a `fixed` number of users",
            )),
            _ => Ok(self),
        }
    }
}

impl TaskArgs {
    /// Reads what stands between the parentheses.
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let mut found = Self::default();
        for Arg { key, value } in parse_args(tokens)? {
            match key.to_string().as_str() {
                "name" => found.name = Some(text(&key, value)?),
                "weight" => found.weight = Some(number(&key, value)?),
                "tags" => found.tags = list(&key, value)?,
                _ => return Err(unknown(&key, "name, weight, tags")),
            }
        }
        Ok(found)
    }
}

impl Parse for Arg {
    fn parse(input: ParseStream) -> Result<Self> {
        let key: Ident = input.parse()?;
        if !input.peek(Token![=]) {
            return Err(Error::new(
                key.span(),
                format!("`{key}` needs a value: `{key} = …`"),
            ));
        }
        input.parse::<Token![=]>()?;
        Ok(Self {
            key,
            value: input.parse()?,
        })
    }
}

impl Parse for Value {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self::Text)
        } else if input.peek(LitInt) {
            input.parse().map(Self::Number)
        } else if input.peek(syn::token::Bracket) {
            parse_list(input).map(Self::List)
        } else {
            input.parse().map(|expr| Self::Expr(Box::new(expr)))
        }
    }
}

fn parse_list(input: ParseStream) -> Result<Vec<LitStr>> {
    let inside;
    bracketed!(inside in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?
        .into_iter()
        .collect())
}

fn parse_args(tokens: TokenStream) -> Result<Vec<Arg>> {
    let args: Vec<Arg> = Punctuated::<Arg, Token![,]>::parse_terminated
        .parse2(tokens)?
        .into_iter()
        .collect();
    for (index, arg) in args.iter().enumerate() {
        if args.iter().take(index).any(|earlier| earlier.key == arg.key) {
            return Err(Error::new(
                arg.key.span(),
                format!("`{}` is given twice", arg.key),
            ));
        }
    }
    Ok(args)
}

fn text(key: &Ident, value: Value) -> Result<LitStr> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(wrong_kind(key, "a string, such as \"browse\"", other.span())),
    }
}

fn number(key: &Ident, value: Value) -> Result<LitInt> {
    match value {
        Value::Number(number) if number.base10_parse::<u32>().is_ok() => Ok(number),
        other => Err(wrong_kind(
            key,
            "a whole number from 0 to 4294967295",
            other.span(),
        )),
    }
}

fn list(key: &Ident, value: Value) -> Result<Vec<LitStr>> {
    match value {
        Value::List(list) => Ok(list),
        other => Err(wrong_kind(
            key,
            "a list of strings, such as [\"browse\", \"read\"]",
            other.span(),
        )),
    }
}

fn expression(value: Value) -> Expr {
    match value {
        Value::Expr(expr) => *expr,
        Value::Text(text) => syn::parse_quote!(#text),
        Value::Number(number) => syn::parse_quote!(#number),
        Value::List(list) => syn::parse_quote!([#(#list),*]),
    }
}

fn is_sequential(order: &LitStr) -> Result<bool> {
    match order.value().as_str() {
        "sequential" => Ok(true),
        "random" => Ok(false),
        _ => Err(Error::new(
            order.span(),
            "`order` is \"random\" or \"sequential\"",
        )),
    }
}

fn unknown(key: &Ident, known: &str) -> Error {
    Error::new(key.span(), format!("unknown argument `{key}`; known are {known}"))
}

fn wrong_kind(key: &Ident, wanted: &str, span: Span) -> Error {
    Error::new(span, format!("`{key}` is {wanted}"))
}

impl Value {
    fn span(&self) -> Span {
        use syn::spanned::Spanned;
        match self {
            Self::Text(text) => text.span(),
            Self::Number(number) => number.span(),
            Self::List(list) => list.first().map_or_else(Span::call_site, LitStr::span),
            Self::Expr(expr) => expr.span(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn scenario_error(tokens: TokenStream) -> String {
        ScenarioArgs::parse(tokens).err().unwrap().to_string()
    }

    #[test]
    fn reads_every_scenario_argument() {
        let tokens = quote!(
            name = "shop",
            fixed = 2,
            order = "sequential",
            wait = constant(1),
            tags = ["a", "b"]
        );
        let args = ScenarioArgs::parse(tokens).unwrap();
        assert_eq!(args.name.unwrap().value(), "shop");
        assert_eq!(args.fixed.unwrap().base10_digits(), "2");
        assert!(args.sequential && args.weight.is_none());
        assert_eq!(
            args.tags.iter().map(LitStr::value).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(matches!(args.wait, Some(Expr::Call(_))));
    }

    #[test]
    fn an_unknown_argument_lists_the_known_ones() {
        assert_eq!(
            scenario_error(quote!(wieght = 3)),
            "unknown argument `wieght`; known are name, weight, fixed, order, wait, tags"
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_says_what_is_wanted() {
        assert_eq!(
            scenario_error(quote!(weight = "3")),
            "`weight` is a whole number from 0 to 4294967295"
        );
        assert_eq!(
            scenario_error(quote!(weight = -1)),
            "`weight` is a whole number from 0 to 4294967295"
        );
        assert_eq!(
            scenario_error(quote!(order = "sorted")),
            "`order` is \"random\" or \"sequential\""
        );
        assert_eq!(
            scenario_error(quote!(tags = "a")),
            "`tags` is a list of strings, such as [\"browse\", \"read\"]"
        );
    }

    #[test]
    fn refuses_repeated_missing_and_contradicting_arguments() {
        assert_eq!(
            scenario_error(quote!(weight = 1, weight = 2)),
            "`weight` is given twice"
        );
        assert_eq!(
            scenario_error(quote!(weight)),
            "`weight` needs a value: `weight = …`"
        );
        assert_eq!(
            scenario_error(quote!(weight = 1, fixed = 2)),
            "a scenario has either a `weight` or a `fixed` number of users"
        );
    }
}

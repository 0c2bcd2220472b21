//! The row beside each option's field: who may set it, what it does to the values of lower layers, whether it may be
//! shown. What its flag says (names, help, the type of its value) stands in `#[arg]` above it; `definition` reads both.

use super::setting::{Setting, Settings, TypedValue};
use crate::plan::ThresholdPlan;
use clap::ArgMatches;
use std::any::Any;

/// Who may set an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setter {
    /// The operator alone: it would grant a plugin something, or change what the plugin is given.
    Operator,
    /// A plugin too, by its own options, which everything that the operator says outranks.
    Plugin,
    /// A plugin may ask for it; nothing comes of that unless the operator agrees.
    OnRequest,
}

/// What an option has to do with the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoadRole {
    /// Nothing.
    None,
    /// It describes the load in short, which `scenarios` of a file replace as a whole.
    Shapes,
    /// As that, and it says which executor is meant: of a higher layer, it replaces the others of this role.
    Decides,
    /// As `Shapes`, and it may stand beside a plugin's own shape, which it limits.
    Limits,
}

/// What values of a higher layer do to those of a lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// They replace them.
    Replace,
    /// Each replaces the one of its name, which stands before this character. In files they may be a table.
    ByName(char),
    /// Those about a metric replace all that is said about this metric.
    ByMetric,
}

impl Merge {
    /// The name that decides whether a value of a higher layer replaces this one of a list.
    pub(super) fn name(self, setting: &Setting) -> Option<String> {
        match self {
            Merge::Replace => None,
            Merge::ByName(separator) => {
                let (name, _) = setting.text.split_once(separator)?;
                // Of headers, case says nothing.
                Some(if separator == ':' {
                    name.trim().to_ascii_lowercase()
                } else {
                    name.to_owned()
                })
            }
            Merge::ByMetric => {
                let threshold: Option<&ThresholdPlan> = setting.value.get();
                threshold.map(|threshold| threshold.metric.clone())
            }
        }
    }
}

/// Where the values of an option may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Anywhere, though what looks like a secret is masked.
    Usually,
    /// Anywhere, as they are: they name files or rules, whatever the option's own name sounds like.
    Always,
    /// Anywhere but for the secrets in them, such as the password of a URL.
    ButSecrets,
    /// In no plan, and no secret of theirs anywhere.
    Never,
}

/// What holds for the values of one option.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) setter: Setter,
    pub(super) role: LoadRole,
    pub(super) merge: Merge,
    pub(super) shown: Shown,
    /// Without this other option it means nothing.
    pub(super) needs: Option<&'static str>,
    /// Whether it is about this machine only, and so not about what a plan does.
    pub(super) is_local: bool,
}

/// The operator's alone; a higher layer replaces it; it may be shown.
pub(super) const OPERATOR: Rules = Rules {
    setter: Setter::Operator,
    role: LoadRole::None,
    merge: Merge::Replace,
    shown: Shown::Usually,
    needs: None,
    is_local: false,
};

/// A plugin may suggest it.
pub(super) const PLUGIN: Rules = Rules {
    setter: Setter::Plugin,
    ..OPERATOR
};

/// A plugin may ask the operator for it.
pub(super) const ON_REQUEST: Rules = Rules {
    setter: Setter::OnRequest,
    ..OPERATOR
};

/// Part of the load in short, which a plugin may suggest.
pub(super) const LOAD: Rules = Rules {
    role: LoadRole::Shapes,
    ..PLUGIN
};

impl Rules {
    /// It says which executor is meant.
    pub(super) const fn decides(self) -> Rules {
        Rules {
            role: LoadRole::Decides,
            ..self
        }
    }

    /// It limits the plugin's own shape.
    pub(super) const fn limits(self) -> Rules {
        Rules {
            role: LoadRole::Limits,
            ..self
        }
    }

    /// A list of names with values, with this character between them, that grows name by name.
    pub(super) const fn by_name(self, separator: char) -> Rules {
        Rules {
            merge: Merge::ByName(separator),
            ..self
        }
    }

    /// A list that grows metric by metric.
    pub(super) const fn by_metric(self) -> Rules {
        Rules {
            merge: Merge::ByMetric,
            ..self
        }
    }

    /// How it may be seen.
    pub(super) const fn shown(self, shown: Shown) -> Rules {
        Rules { shown, ..self }
    }

    /// Without this other option it means nothing.
    pub(super) const fn needs(self, id: &'static str) -> Rules {
        Rules {
            needs: Some(id),
            ..self
        }
    }

    /// It is about this machine only.
    pub(super) const fn local(self) -> Rules {
        Rules {
            is_local: true,
            ..self
        }
    }
}

/// One option: its field's name, which is also that of its key in files, with its rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct OptionRow {
    pub(super) id: &'static str,
    pub(super) rules: Rules,
    /// The values that the parser of a command line made for it.
    pub(super) values: fn(&ArgMatches, &str) -> Vec<TypedValue>,
}

/// The type of a field that holds an option.
pub(super) trait Field: Sized {
    /// The type of one value.
    type Item: Any + Clone + Send + Sync;

    /// The field with these values.
    fn of(settings: &[Setting]) -> Self;
}

impl Field for bool {
    type Item = bool;

    fn of(settings: &[Setting]) -> bool {
        Option::of(settings).unwrap_or_default()
    }
}

impl<T: Any + Clone + Send + Sync> Field for Option<T> {
    type Item = T;

    fn of(settings: &[Setting]) -> Option<T> {
        settings.first().and_then(|setting| setting.value.get()).cloned()
    }
}

impl<T: Any + Clone + Send + Sync> Field for Vec<T> {
    type Item = T;

    fn of(settings: &[Setting]) -> Vec<T> {
        let values = settings.iter().filter_map(|setting| setting.value.get());
        values.cloned().collect()
    }
}

/// A struct whose fields are options.
pub(super) trait Group: Sized {
    /// A row for each field, in their order.
    fn rows() -> Vec<OptionRow>;

    /// The group with these values, none of which is parsed again.
    fn of(settings: &Settings) -> Self;
}

/// The values of a field whose values have this type.
pub(super) fn values<T: Any + Clone + Send + Sync>(matches: &ArgMatches, id: &str) -> Vec<TypedValue> {
    let values = matches.try_get_many::<T>(id).ok().flatten();
    values
        .into_iter()
        .flatten()
        .map(|value| TypedValue::new(value.clone()))
        .collect()
}

/// Defines a group of options: a struct as clap derives it, with the [`Rules`] of each option behind its field. A field
/// without rules is a group of its own, flattened. `GROUP::FIELD` is the option's name, for those who look for its value
/// or complain about it; so a misspelt one doesn't compile.
macro_rules! options {
    (
        $(#[$($about:tt)*])*
        pub struct $Name:ident {
            $(
                $(#[$($arg:tt)*])*
                pub $field:ident: $type:ty $(= $rules:expr)?
            ),* $(,)?
        }
    ) => {
        #[derive(Debug, Clone, Default, clap::Args)]
        $(#[$($about)*])*
        pub struct $Name {
            $( $(#[$($arg)*])* pub $field: $type, )*
        }

        #[allow(non_upper_case_globals, dead_code, reason = "each is named as its field is, whoever needs it")]
        impl $Name {
            $( options!(@name $field $(= $rules)?); )*
        }

        impl $crate::options::row::Group for $Name {
            fn rows() -> Vec<$crate::options::row::OptionRow> {
                [$( options!(@rows $field: $type $(= $rules)?) ),*].concat()
            }

            fn of(settings: &$crate::options::setting::Settings) -> $Name {
                $Name { $( $field: options!(@value settings, $field: $type $(= $rules)?), )* }
            }
        }
    };
    (@name $field:ident) => {};
    (@name $field:ident = $rules:expr) => {
        pub(in crate::options) const $field: &'static str = stringify!($field);
    };
    (@rows $field:ident: $type:ty) => {
        <$type as $crate::options::row::Group>::rows()
    };
    (@rows $field:ident: $type:ty = $rules:expr) => {
        vec![$crate::options::row::OptionRow {
            id: stringify!($field),
            rules: $rules,
            values: $crate::options::row::values::<<$type as $crate::options::row::Field>::Item>,
        }]
    };
    (@value $settings:ident, $field:ident: $type:ty) => {
        <$type as $crate::options::row::Group>::of($settings)
    };
    (@value $settings:ident, $field:ident: $type:ty = $rules:expr) => {
        <$type as $crate::options::row::Field>::of($settings.all(stringify!($field)))
    };
}

pub(super) use options;

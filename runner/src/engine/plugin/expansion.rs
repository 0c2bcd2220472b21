//! How many instances a component becomes, counted from its structure: a component that instantiates another twice,
//! which does the same, and so on, is a short file and an endless one.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef,
    Encoding, Instance, Payload, Result,
};

/// What one instance of a component consists of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Instances of core modules.
    pub(super) core: u64,
    /// All instances, its own included.
    pub(super) all: u64,
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.core = self.core.saturating_add(other.core);
        self.all = self.all.saturating_add(other.all);
    }

    fn max(self, other: Weight) -> Weight {
        if other.all > self.all { other } else { self }
    }
}

/// Follows a component's sections in their order.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// The components around the section, outermost first; `None` for a core module.
    open: Vec<Option<Scope>>,
    /// The heaviest component so far: what one weighs that comes from elsewhere.
    heaviest: Weight,
    /// The whole file's, once it has ended.
    pub(super) whole: Weight,
}

/// One component while its sections are read.
#[derive(Debug)]
struct Scope {
    weight: Weight,
    /// Of the components that it can name, by their index.
    components: Vec<Weight>,
}

impl Expansion {
    /// Takes in the next section.
    pub(super) fn note(&mut self, payload: &Payload<'_>) -> Result<()> {
        match payload {
            Payload::Version { encoding, .. } => self.open.push(match encoding {
                Encoding::Component => Some(Scope {
                    weight: Weight { core: 0, all: 1 },
                    components: Vec::new(),
                }),
                Encoding::Module => None,
            }),
            Payload::End(_) => self.close(),
            Payload::InstanceSection(instances) => {
                for instance in instances.clone() {
                    if matches!(instance?, Instance::Instantiate { .. }) {
                        self.instantiate(Weight { core: 1, all: 1 });
                    }
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances.clone() {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                        self.instantiate(self.weight_of(0, component_index));
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases.clone() {
                    let weight = self.aliased(&alias?);
                    self.name(weight);
                }
            }
            Payload::ComponentImportSection(imports) => {
                for import in imports.clone() {
                    let is_component = matches!(import?.ty, ComponentTypeRef::Component(_));
                    self.name(is_component.then_some(self.heaviest));
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    let is_component = export.kind == ComponentExternalKind::Component;
                    self.name(is_component.then(|| self.weight_of(0, export.index)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(Some(scope)) = self.open.pop() else {
            return;
        };
        self.heaviest = self.heaviest.max(scope.weight);
        if self.open.is_empty() {
            self.whole = scope.weight;
        } else {
            self.name(Some(scope.weight));
        }
    }

    fn aliased(&self, alias: &ComponentAlias<'_>) -> Option<Weight> {
        match alias {
            ComponentAlias::Outer {
                kind: ComponentOuterAliasKind::Component,
                count,
                index,
            } => Some(self.weight_of(*count, *index)),
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Component,
                ..
            } => Some(self.heaviest),
            _ => None,
        }
    }

    /// The weight of a component by its index, in this scope or so many further out.
    fn weight_of(&self, outward: u32, index: u32) -> Weight {
        let at = self.open.len().checked_sub(1 + outward as usize);
        let scope = at.and_then(|at| self.open.get(at)?.as_ref());
        let named = scope.and_then(|scope| scope.components.get(index as usize));
        named.copied().unwrap_or(self.heaviest)
    }

    fn scope(&mut self) -> Option<&mut Scope> {
        self.open.last_mut()?.as_mut()
    }

    fn instantiate(&mut self, weight: Weight) {
        if let Some(scope) = self.scope() {
            scope.weight.add(weight);
        }
    }

    fn name(&mut self, weight: Option<Weight>) {
        if let (Some(weight), Some(scope)) = (weight, self.scope()) {
            scope.components.push(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Weight {
        let bytes = wat::parse_str(text).unwrap();
        let mut expansion = Expansion::default();
        for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
            expansion.note(&payload.unwrap()).unwrap();
        }
        expansion.whole
    }

    /// A component in which each of so many levels instantiates the one before twice.
    fn doubling(levels: u32, by: impl Fn(u32) -> String) -> String {
        let levels: String = (1..=levels).map(by).collect();
        format!(
            "(component (component $c0 (core module $m) (core instance (instantiate $m))) {levels} \
             (instance (instantiate $c1)))"
        )
    }

    #[test]
    fn instances_are_counted_as_often_as_they_are_made() {
        assert_eq!(whole("(component)"), Weight { core: 0, all: 1 });
        let two = "(component (component $a (core module $m) (core instance (instantiate $m)))
            (instance (instantiate $a)) (instance (instantiate $a)))";
        assert_eq!(whole(two), Weight { core: 2, all: 5 });
    }

    #[test]
    fn a_chain_of_doublings_is_seen_through_aliases_and_exports() {
        let outer = doubling(20, |n| {
            let before = n - 1;
            format!(
                "(component $c{n} (alias outer 1 $c{before} (component $x)) (instance (instantiate $x)) \
                 (instance (instantiate $x)))"
            )
        });
        let last = outer.replace("(instantiate $c1))", "(instantiate $c20))");
        assert_eq!(whole(&last).core, 1 << 20);
        let exported = doubling(3, |n| {
            let before = n - 1;
            format!(
                "(component $c{n} (alias outer 1 $c{before} (component $x)) (export $y \"y\" (component $x)) \
                 (instance (instantiate $y)) (instance (instantiate $y)))"
            )
        });
        let last = exported.replace("(instantiate $c1))", "(instantiate $c3))");
        assert_eq!(whole(&last).core, 8);
    }

    #[test]
    fn endless_numbers_stay_numbers() {
        let text = doubling(70, |n| {
            let before = n - 1;
            format!(
                "(component $c{n} (alias outer 1 $c{before} (component $x)) (instance (instantiate $x)) \
                 (instance (instantiate $x)))"
            )
        });
        let last = text.replace("(instantiate $c1))", "(instantiate $c70))");
        assert_eq!(whole(&last).all, u64::MAX);
    }
}

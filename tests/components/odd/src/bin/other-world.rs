//! A sound component for another world: a command.

fn main() {}

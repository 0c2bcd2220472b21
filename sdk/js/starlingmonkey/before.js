// The engine's own globals, kept before the library puts its own in their place.

const { TextDecoder, TextEncoder, crypto, setTimeout, fetch } = globalThis;

export const own = { TextDecoder, TextEncoder, subtle: crypto?.subtle, setTimeout, fetch };

// Values on their way to the host and back. They lie in a scratch block that each crossing begins anew:
// what the host returned is read into managed values at once, and nothing has to be freed.
//
// A string or list is an address and a size (8 bytes); a `result`, `option` or `variant` is a byte that
// names the case, and then its payload, each aligned to its size.

/// A key and its value: `["accept", "text/html"]`.
export type Pair = StaticArray<string>;

const BLOCK_SIZE: usize = 8192;
const block: usize = memory.data(8192, 8);
let top: usize = block;
/// What doesn't fit: allocations of their own, each of which begins with the address of the one before.
let apart: usize = 0;

/// Where a call's result goes.
export const area: usize = memory.data(64, 8);

/// Begins a crossing: all that was reserved before is taken back.
export function begin(): void {
  top = block;
  while (apart != 0) {
    const before = load<usize>(apart);
    heap.free(apart);
    apart = before;
  }
}

/// Room for a value, aligned to 8 bytes.
export function reserve(size: usize): usize {
  const start = (top + 7) & ~7;
  if (start + size <= block + BLOCK_SIZE) {
    top = start + size;
    return start;
  }
  const own = heap.alloc(size + 8);
  store<usize>(own, apart);
  apart = own;
  return own + 8;
}

/// A string or list that the host can read: its address, and its size in the upper half.
export type Lowered = u64;

// @ts-ignore: decorator
@inline
export function at(lowered: Lowered): usize {
  return <usize>lowered;
}

// @ts-ignore: decorator
@inline
export function size(lowered: Lowered): usize {
  return <usize>(lowered >> 32);
}

export function lowered(address: usize, size: usize): Lowered {
  return <u64>address | <u64>size << 32;
}

/// Writes a string's or list's address and size to a place in a record.
export function put(place: usize, value: Lowered): void {
  store<u64>(place, value);
}

export function lowerText(text: string): Lowered {
  if (text.length == 0) return lowered(8, 0);
  const most = <usize>text.length * 3;
  const start = reserve(most);
  const used = String.UTF8.encodeUnsafe(
    changetype<usize>(text), text.length, start, false, String.UTF8.ErrorMode.REPLACE,
  );
  if (start + most == top) top = start + used;
  return lowered(start, used);
}

export function lowerPairs(pairs: Pair[]): Lowered {
  if (pairs.length == 0) return lowered(8, 0);
  const list = reserve(pairs.length * 16);
  for (let i = 0; i < pairs.length; i++) {
    put(list + i * 16, lowerText(pairs[i][0]));
    put(list + i * 16 + 8, lowerText(pairs[i][1]));
  }
  return lowered(list, pairs.length);
}

export function lowerTexts(texts: string[]): Lowered {
  if (texts.length == 0) return lowered(8, 0);
  const list = reserve(texts.length * 8);
  for (let i = 0; i < texts.length; i++) put(list + i * 8, lowerText(texts[i]));
  return lowered(list, texts.length);
}

export function liftText(place: usize): string {
  const size = load<usize>(place, 4);
  return size == 0 ? "" : String.UTF8.decodeUnsafe(load<usize>(place), size);
}

/// `option<string>`.
export function liftMaybeText(place: usize): string | null {
  return load<u8>(place) == 0 ? null : liftText(place + 4);
}

export function liftBytes(place: usize): Uint8Array {
  const size = load<usize>(place, 4);
  const bytes = new Uint8Array(<i32>size);
  memory.copy(bytes.dataStart, load<usize>(place), size);
  return bytes;
}

export function liftPairs(place: usize): Pair[] {
  const list = load<usize>(place);
  const count = load<i32>(place, 4);
  const pairs = new Array<Pair>(count);
  for (let i = 0; i < count; i++) {
    pairs[i] = [liftText(list + i * 16), liftText(list + i * 16 + 8)];
  }
  return pairs;
}

/// Seconds as the contract counts them. Negative and not finite numbers count as 0.
export function micros(seconds: f64): u64 {
  return seconds > 0 && isFinite(seconds) ? <u64>Math.round(seconds * 1e6) : 0;
}

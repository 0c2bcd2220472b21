// A generator with a seed of the script's own, for k6's `randomSeed`.

/** Replaces `Math.random`, which the run's seed determines otherwise. */
export function seedRandom(seed) {
  let state = scramble(Number(seed) >>> 0, Math.floor(Number(seed) / 2 ** 32) >>> 0);
  Math.random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function scramble(low, high) {
  return Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) | 0;
}

// Reads the short texts in which a report carries its long lists of numbers: one printable character for a small
// number, a few for a large one. What writes them is `runner/src/report/html/code.rs`.

/** Characters that need no escape in JSON or HTML; the first 64 end a number, the other 24 are followed by more of it. */
const DIGITS = Array.from({ length: 92 }, (_, at) => String.fromCharCode(0x23 + at))
  .filter((character) => !'&<>\\'.includes(character))
  .join('');
const LAST = 64;
const MORE = DIGITS.length - LAST;

/** Times are rounded to steps of 1 %. */
const STEP = Math.log(1.01);

/**
 * Numbers of any sign.
 * @param {string} text
 * @returns {number[]}
 */
export function integers(text) {
  const numbers = [];
  /** @type {number[]} */
  let leading = [];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit >= LAST) {
      leading.push(digit - LAST);
      continue;
    }
    const value = leading.reduceRight((rest, digit) => rest * MORE + digit + LAST, digit);
    numbers.push(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
    leading = [];
  }
  return numbers;
}

/**
 * Numbers of which the differences are stored.
 * @param {string} text
 * @returns {number[]}
 */
export function running(text) {
  let sum = 0;
  return integers(text).map((difference) => (sum += difference));
}

/**
 * Times in microseconds, to 0.5 %.
 * @param {string} text
 * @returns {number[]}
 */
export function times(text) {
  return running(text).map(time);
}

/**
 * How often each time came, ascending.
 * @param {string} text
 * @returns {{ value: number, count: number }[]}
 */
export function distribution(text) {
  const numbers = integers(text);
  const buckets = [];
  for (let at = 0, step = 0; at + 1 < numbers.length; at += 2) {
    step += numbers[at];
    buckets.push({ value: time(step), count: numbers[at + 1] });
  }
  return buckets;
}

/** @param {number} step */
function time(step) {
  return step === 0 ? 0 : Math.round(Math.exp((step - 1) * STEP));
}

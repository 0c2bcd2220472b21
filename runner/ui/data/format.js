// Numbers as people read them. Times come in microseconds.

/**
 * Three digits that count.
 * @param {number} value
 */
function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** @param {number | null | undefined} us */
function time(us) {
  if (us === null || us === undefined) return '–';
  if (us < 999.5) return `${Math.round(us)} µs`;
  if (us < 999_500) return `${digits(us / 1_000)} ms`;
  if (us < 120_000_000) return `${digits(us / 1_000_000)} s`;
  return `${digits(us / 60_000_000)} min`;
}

/**
 * A time for an axis.
 * @param {number} us
 */
function short(us) {
  return time(us).replace(/\.(\d*?)0+ /, (_, rest) => (rest ? `.${rest} ` : ' '));
}

/** @param {number | null | undefined} value */
function count(value) {
  if (value === null || value === undefined) return '–';
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @param {number | null | undefined} value */
function rate(value) {
  if (value === null || value === undefined) return '–';
  return value >= 1_000 ? count(value) : digits(value);
}

/** @param {number | null | undefined} value a share of 1 */
function share(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0 %';
  const percent = value * 100;
  return percent < 0.01 ? '<0.01 %' : `${percent === 100 ? '100' : digits(percent)} %`;
}

/** @param {number} value */
function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  while (value >= 999.5 && at + 1 < units.length) {
    value /= 1_000;
    at += 1;
  }
  return `${at === 0 ? value : digits(value)} ${units[at]}`;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 60) return `${digits(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, whole % 60 && `${whole % 60} s`];
  return parts.filter(Boolean).join(' ');
}

/**
 * A moment of the run.
 * @param {number} seconds
 */
function clock(seconds) {
  const whole = Math.round(seconds);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** @param {string} rfc3339 */
function moment(rfc3339) {
  return rfc3339.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}

/**
 * A threshold's value.
 * @param {number | null} value
 * @param {string} unit
 */
function inUnit(value, unit) {
  if (value === null) return 'no data';
  switch (unit) {
    case 'milliseconds':
      return time(value * 1_000);
    case 'share':
      return share(value);
    case 'per-second':
      return `${rate(value)}/s`;
    case 'bytes':
      return bytes(value);
    default:
      return Number.isInteger(value) ? count(value) : digits(value);
  }
}

/** How each kind of number is written. */
export const format = { time, short, count, rate, share, bytes, duration, clock, moment, inUnit };

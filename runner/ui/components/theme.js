// Light or dark: what the system says until somebody says otherwise; light on paper. Charts are drawn on a canvas, so
// they are told when it changes.

import { effect, signal } from '@preact/signals';

const system = matchMedia('(prefers-color-scheme: dark)');

/** @type {import('@preact/signals').Signal<'light' | 'dark'>} */
export const theme = signal(system.matches ? 'dark' : 'light');

/** Whether it is being printed. */
export const printing = signal(false);

let chosen = false;

export function toggle() {
  chosen = true;
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
}

/** Begins to follow the system and the printer. */
export function follow() {
  system.addEventListener('change', () => {
    if (!chosen) theme.value = system.matches ? 'dark' : 'light';
  });
  addEventListener('beforeprint', () => (printing.value = true));
  addEventListener('afterprint', () => (printing.value = false));
  effect(() => {
    document.documentElement.dataset.theme = printing.value ? 'light' : theme.value;
  });
}

/**
 * A colour of the style sheet, for a canvas.
 * @param {string} name such as `--blue`
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

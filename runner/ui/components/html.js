// `html` makes elements of templates. Whatever is put into one is text: nothing here ever parses markup.

import { h } from 'preact';
import htm from 'htm';

/** @type {(strings: TemplateStringsArray, ...values: any[]) => import('preact').VNode<any>} */
export const html = /** @type {any} */ (htm.bind(h));

/** Words of the page in the reader's language: one JSON file per language. */

import { tell } from './bus.js';
import { byId, make } from './dom.js';

export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français' };

/** @type {Record<string, string>} */
let words = {};
/** @type {Record<string, string>} */
let english = {};

/**
 * A phrase; `{name}` in it is replaced.
 * @param {string} key
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Put the words into every element that asks for some. @param {ParentNode} [root] */
export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-i18n]')) {
    node.textContent = t(/** @type {HTMLElement} */ (node).dataset.i18n || '');
  }
  for (const node of root.querySelectorAll('[data-i18n-label]')) {
    node.setAttribute('aria-label', t(/** @type {HTMLElement} */ (node).dataset.i18nLabel || ''));
  }
}

/** @param {string} code */
async function load(code) {
  const answer = await fetch(`static/lang/${code}.json`);
  return answer.json();
}

/** @param {string} code of a language we have; others become English */
export async function speak(code) {
  const chosen = code in LANGUAGES ? code : 'en';
  if (!Object.keys(english).length) english = await load('en');
  words = chosen === 'en' ? english : await load(chosen);
  document.documentElement.lang = chosen;
  byId('language').value = chosen;
  translate();
  tell('language', chosen);
}

/** @param {() => void} changed */
export function languageMenu(changed) {
  const menu = byId('language');
  menu.append(...Object.entries(LANGUAGES).map(([code, name]) => make('option', { value: code, text: name })));
  menu.addEventListener('change', async () => {
    await speak(menu.value);
    changed();
  });
}

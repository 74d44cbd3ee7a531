/** The state of the page in the link: config first, then what only the page reads. */

import { app } from './app.js';

/** @type {Record<string, string>} parts of the hash behind the config */
export const extras = {};

let timer = 0;

/**
 * Read the hash. What cannot be read is null, and the page says so.
 * @returns {any} the config asked for
 */
export function readLink() {
  for (const key of Object.keys(extras)) delete extras[key];
  const [first, ...rest] = location.hash.slice(1).split('&');
  /** @type {any} */
  let config = {};
  const parts = first && !first.includes('=') ? rest : [first, ...rest];
  if (first && !first.includes('=')) {
    try {
      config = JSON.parse(decodeURIComponent(first));
    } catch {
      config = null;
    }
  }
  for (const part of parts) {
    const [key, value = ''] = part.split('=');
    if (key) extras[key] = decodeURIComponent(value);
  }
  app.locks = new Set((extras.lock || '').split(',').filter(Boolean));
  app.hidden = new Set((extras.hide || '').split(',').filter(Boolean));
  return config;
}

/** The config of the run shown, without what is as always. */
export function configNow() {
  const { defaults } = app.meta;
  const config = { ...app.config, log: app.log };
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) =>
      key !== 'version' && JSON.stringify(value) !== JSON.stringify(defaults[key] ?? null)),
  );
}

/**
 * The hash of this state.
 * @param {Record<string, string>} [more]
 */
export function hashOf(more = extras) {
  const parts = Object.entries(more).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `#${[encodeURIComponent(JSON.stringify(configNow())), ...parts].join('&')}`;
}

/** Write the state into the address, a little later, without a new entry of history. */
export function writeLink() {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const hash = hashOf();
    if (hash !== location.hash) history.replaceState(null, '', hash);
  }, 120);
}

/** @param {Record<string, string>} [more] */
export function linkOf(more = extras) {
  return location.href.split('#')[0] + hashOf(more);
}

/** One line of news at the foot of the page. */

import { byId } from './dom.js';

let quiet = 0;

/**
 * @param {string} text
 * @param {boolean} [stays]
 */
export function say(text, stays = false) {
  byId('status').textContent = text;
  clearTimeout(quiet);
  if (!stays) quiet = window.setTimeout(() => (byId('status').textContent = ''), 8000);
}

/** What a teacher's link locked or hid. */

import { app } from './app.js';
import { on } from './bus.js';

/** @type {Record<string, string>} controls behind each word of `lock` */
const CONTROLS = {
  toggles: '[data-lock="toggles"]',
  product: '[data-lock="product"]',
  scenario: '[data-lock="scenario"]',
  dose: '#dose, #give',
  seed: '#new-seed',
  play: '#play, #step, #back, #reset, #speed',
};

export function openTeacher() {
  on('config', apply);
  on('language', apply);
  on('log', apply);
}

export function apply() {
  for (const [word, controls] of Object.entries(CONTROLS)) {
    if (!app.locks.has(word)) continue;
    for (const control of document.querySelectorAll(controls)) /** @type {any} */ (control).disabled = true;
  }
  const hidden = app.hidden.has('answers');
  /** @type {any} */ (document.getElementById('attribute')).disabled = hidden;
}

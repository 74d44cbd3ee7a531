/** What the page knows: one session, one run, the frames seen. */

import { History } from './history.js';
import { Series } from './series.js';

export const app = {
  /** @type {any} what can be shown and chosen */
  meta: null,
  /** @type {any} the run's config, as the server holds it */
  config: null,
  /** @type {any} the `config` message: section, units, days */
  run: null,
  /** @type {string} */
  bits: '',
  /** @type {[number, string, any][]} */
  log: [],
  playing: false,
  ended: false,
  history: new History(300),
  series: new Series(),
  /** @type {import('./frame.js').Frame|null} newest frame */
  frame: null,
  /** @type {import('./frame.js').Frame|null} the past frame looked at; null: the present */
  past: null,
  /** @type {number[]} days on which drug was given */
  doses: [],
  /** @type {any} the lesson under way */
  lesson: null,
  /** @type {Set<string>} what a teacher locked */
  locks: new Set(),
  /** @type {Set<string>} what a teacher hid */
  hidden: new Set(),
};

/** The frame on the screen. */
export function shownFrame() {
  return app.past || app.frame;
}

/**
 * A mechanism's declaration.
 * @param {string} id
 */
export function mechanismOf(id) {
  return app.meta.mechanisms.find((/** @type {any} */ mechanism) => mechanism.id === id);
}

/** The scenario that runs. */
export function scenarioOf() {
  return app.meta.scenarios.find((/** @type {any} */ one) => one.id === app.config.scenario);
}

/** A picture in words, for those who do not see it. */

import { app } from './app.js';
import { short } from './format.js';
import { t } from './i18n.js';

/**
 * @param {import('./frame.js').Frame} frame
 * @param {string} arm
 */
export function describe(frame, arm) {
  const { head } = frame;
  /** @type {number[]} */
  const counts = new Array(app.meta.kinds.length).fill(0);
  // @ts-ignore arm is one of both keys
  for (const kind of frame[arm].agents.kind) counts[kind] += 1;
  const people = counts
    .map((count, i) => (count ? `${count} ${app.meta.kinds[i].label}` : ''))
    .filter(Boolean)
    .join(', ');
  const readings = app.meta.variables
    .filter((/** @type {any} */ variable) => variable.chart)
    .map((/** @type {any} */ one) => `${one.label} ${short(head.values[arm][one.id])} ${one.unit}`)
    .join(', ');
  return t('picture', { arm: t(arm === 'treated' ? 'with' : 'without'), day: short(head.day), readings, people });
}

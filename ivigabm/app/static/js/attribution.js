/** Who did it: shares of the effect by mechanism or group, as bars with their interval. */

import { app, mechanismOf } from './app.js';
import { on } from './bus.js';
import { byId, make, makeSvg } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { ask } from './jobs.js';

export function openAttribution() {
  const host = byId('attribution');
  byId('attribute').addEventListener('click', async () => {
    byId('attribute').disabled = true;
    const result = await ask('attribution', {}, host);
    byId('attribute').disabled = app.hidden.has('answers');
    if (result) host.replaceChildren(...barsOf(result));
  });
  on('config', () => host.replaceChildren());
  on('log', () => host.replaceChildren());
}

/** @param {any} result */
function barsOf(result) {
  const players = [...result.players].sort((a, b) => Math.abs(b.share) - Math.abs(a.share)).slice(0, 8);
  const ends = players.flatMap((one) => [one.share, one.low ?? one.share, one.high ?? one.share, 0]);
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  const x = (/** @type {number} */ value) => (100 * (value - low)) / (high - low || 1);
  const rows = players.flatMap((one) => {
    const group = ['Fab2', 'Fc', 'both'].includes(one.id) ? one.id : mechanismOf(one.id)?.group || 'both';
    const left = Math.min(x(one.share), x(0));
    return [
      make('span', { text: one.label || mechanismOf(one.id)?.title || one.id }),
      makeSvg('svg', { viewBox: '0 0 100 12', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        makeSvg('rect', { class: group, x: left, y: 1, width: Math.abs(x(one.share) - x(0)), height: 10 }),
        makeSvg('path', { class: 'whisker', d: `M${x(one.low ?? one.share)} 6H${x(one.high ?? one.share)}` })),
      make('span', { class: 'num', text: short(one.share) }),
    ];
  });
  const head = t('attributed', { label: result.label, effect: short(result.effect), unit: result.unit, seeds: result.seeds });
  return [make('p', { class: 'small soft', text: head }), make('div', { class: 'bars', data: { testid: 'attribution-bars' } }, ...rows)];
}

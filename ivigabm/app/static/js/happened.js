/** What just happened, in sentences; each names the rule and the paper it rests on. */

import { app, mechanismOf } from './app.js';
import { on, tell } from './bus.js';
import { byId, make } from './dom.js';
import { t } from './i18n.js';

let drawn = '';
let last = 0;

export function openHappened() {
  on('shown', (frame) => {
    const now = performance.now();
    if (app.playing && now - last < 500) return; // nobody reads faster
    last = now;
    draw(frame.head.happened);
  });
}

/** @param {any[]} entries newest first */
function draw(entries) {
  const key = JSON.stringify(entries);
  if (key === drawn) return;
  drawn = key;
  byId('happened').replaceChildren(...(entries.length ? entries.map(entryOf) : [make('li', { class: 'soft', text: t('nothing_yet') })]));
}

/** @param {any} entry */
function entryOf(entry) {
  const known = entry.mechanism ? mechanismOf(entry.mechanism) : null;
  const links = (entry.references || []).slice(0, 2).map((/** @type {string} */ key) =>
    make('button', {
      class: 'quiet ref', text: app.meta.references[key], data: { ref: key },
      on: { click: () => (known ? tell('about', known.id) : tell('help')) },
    }));
  return make('li', { class: known ? known.group : '', data: { testid: 'log-entry', mechanism: entry.mechanism || '' } },
    make('span', { text: entry.text }), ' ', ...links);
}

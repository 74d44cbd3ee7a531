/** Help, keys, and the page about one mechanism. */

import { app, mechanismOf } from './app.js';
import { on } from './bus.js';
import { openDialog } from './dialogs.js';
import { byId, make } from './dom.js';
import { t } from './i18n.js';
import { factsOf } from './mechanisms.js';

const KEYS = [['Space', 'key_play'], ['.', 'key_step'], ['←', 'key_back'], ['→', 'key_forward'], ['R', 'key_reset'], ['?', 'key_help'], ['Enter', 'key_cell']];

export function openHelp() {
  byId('open-help').addEventListener('click', showHelp);
  on('help', showHelp);
  on('about', (id) => openDialog('help', mechanismOf(id).title, factsOf(id)));
}

function showHelp() {
  const keys = make('dl', { class: 'keys', data: { testid: 'keys' } },
    ...KEYS.flatMap(([key, words]) => [make('dt', {}, make('kbd', { text: key })), make('dd', { text: t(words) })]));
  const what = ['help_twin', 'help_switch', 'help_count', 'help_limits'].map((key) => make('p', { class: 'small', text: t(key) }));
  openDialog('help', t('help'), ...what, make('h3', { text: t('keys') }), keys,
    make('p', { class: 'small soft', text: `ivigabm ${app.meta.version}` }));
}

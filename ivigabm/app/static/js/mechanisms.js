/** The list of mechanisms and the products: what may act, live. */

import { app, mechanismOf } from './app.js';
import { on, tell } from './bus.js';
import { send } from './connection.js';
import { byId, make } from './dom.js';
import { t } from './i18n.js';
import { begin } from './stage.js';

const GROUPS = ['Fab2', 'Fc', 'both'];

// Switches thrown that the server has not answered yet. Until it has, the boxes stand as the
// reader left them: an answer to the click before must not undo the newest one.
let asked = 0;

/** @param {string} key @param {boolean} value */
function ask(key, value) {
  asked += 1;
  send('set', { key, value });
}

function answered() {
  asked = Math.max(0, asked - 1);
  drawn = '';
  show();
}

export function openMechanisms() {
  build();
  on('config', () => {
    asked = 0;
    show();
  });
  on('log', answered);
  on('refused', answered);
  on('frame', show);
  on('language', () => {
    build();
    show();
  });
}

function build() {
  byId('mechanism-groups').replaceChildren(...GROUPS.map(groupOf));
  byId('products').replaceChildren(
    ...app.meta.presets.map((/** @type {any} */ preset) =>
      make('button', {
        text: preset.label, title: preset.text, 'aria-pressed': 'false',
        data: { testid: `product-${preset.id}`, product: preset.id, lock: 'product' },
        on: { click: () => infuse(preset) },
      })),
  );
}

/** @param {any} preset start again with this product, same patient */
function infuse(preset) {
  const { preparation, mechanisms } = preset;
  begin({ ...app.config, log: [], preparation, mechanisms });
}

/** @param {string} group */
function groupOf(group) {
  const members = app.meta.mechanisms.filter((/** @type {any} */ one) => one.group === group);
  const flagged = members.filter((/** @type {any} */ one) => one.headline);
  const first = flagged.length || group === 'both' ? flagged : members.slice(0, 5);
  const rest = members.filter((/** @type {any} */ one) => !first.includes(one));
  const every = make('input', {
    type: 'checkbox', data: { testid: `all-${group.toLowerCase().replace('fab2', 'fab')}`, group, lock: 'toggles' },
    on: { change: (/** @type {any} */ event) => setGroup(group, members, event.target.checked) },
  });
  const head = make('div', { class: 'group-head' },
    make('span', { class: `shape ${group}`, 'aria-hidden': 'true' }),
    make('h2', { text: t(`group_${group}`) }),
    make('label', {}, every, make('span', { text: t(`all_${group}`) })));
  const more = make('details', { class: 'more' },
    make('summary', { text: t('more', { count: rest.length }) }), ...rest.map(toggleOf));
  const opened = byId('mechanism-groups').querySelector(`.group.${group} details`)?.open;
  if (opened) more.open = true;
  return make('div', { class: `group ${group}`, role: 'group', 'aria-label': t(`group_${group}`) },
    head, ...first.map(toggleOf), rest.length ? more : null);
}

/** @param {any} mechanism */
function toggleOf(mechanism) {
  const box = make('input', {
    type: 'checkbox', id: `toggle-${mechanism.id}`,
    data: { testid: `toggle-${mechanism.id}`, mechanism: mechanism.id, lock: 'toggles' },
    on: { change: () => ask(mechanism.id, box.checked) },
  });
  const evidence = make('button', {
    class: `evidence quiet ${mechanism.contested ? 'contested' : ''}`,
    text: t(`evidence_${mechanism.evidence}`),
    'aria-label': t('evidence_of', { name: mechanism.title, evidence: t(`evidence_${mechanism.evidence}`) }),
    data: { testid: `evidence-${mechanism.id}` },
    on: { click: () => tell('about', mechanism.id) },
  });
  const name = make('label', { class: 'toggle-name', for: box.id, title: mechanism.claim, text: mechanism.title });
  return make('div', { class: 'toggle', data: { row: mechanism.id } }, box, name, evidence);
}

/** @param {string} group @param {any[]} members @param {boolean} value */
function setGroup(group, members, value) {
  if (group !== 'both') ask(`group:${group}`, value);
  else for (const { id } of members) ask(id, value);
}

let drawn = '';

/** Put the ticks where the bits are. */
export function show() {
  const key = [app.bits, app.config?.preparation, document.documentElement.lang].join();
  if (key === drawn || !app.bits || asked) return;
  drawn = key;
  app.meta.mechanisms.forEach((/** @type {any} */ mechanism, /** @type {number} */ i) => {
    const box = /** @type {any} */ (document.getElementById(`toggle-${mechanism.id}`));
    if (box) box.checked = app.bits[i] === '1';
  });
  for (const group of GROUPS) {
    const values = app.meta.mechanisms
      .map((/** @type {any} */ one, /** @type {number} */ i) => (one.group === group ? app.bits[i] : ''))
      .join('');
    const every = /** @type {any} */ (document.querySelector(`[data-group="${group}"]`));
    every.checked = values.length > 0 && !values.includes('0');
    every.indeterminate = values.includes('1') && values.includes('0');
  }
  for (const button of document.querySelectorAll('[data-product]')) {
    const preset = app.meta.presets.find((/** @type {any} */ one) => one.id === /** @type {any} */ (button).dataset.product);
    button.setAttribute('aria-pressed', String(preset.preparation === app.config.preparation && preset.mechanisms === app.bits));
  }
}

/** What a mechanism says, what would refute it and where it stands, as a list for a dialog. @param {string} id */
export function factsOf(id) {
  const { claim, falsified_by, evidence, references } = mechanismOf(id);
  const rows = [
    ['claim', claim], ['refuted_by', falsified_by], ['evidence', t(`evidence_${evidence}`)],
    ['references', references.map((/** @type {string} */ key) => app.meta.references[key]).join('; ')],
  ];
  return make('dl', { class: 'facts' },
    ...rows.flatMap(([key, text]) => [make('dt', { text: t(key) }), make('dd', { text })]));
}

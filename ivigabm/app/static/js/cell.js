/** One cell: what it is, what it carries, what befell it last; it can be followed. */

import { app } from './app.js';
import { on } from './bus.js';
import { send } from './connection.js';
import { byId, make, put } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { siteAt } from './stage.js';

/** @type {any} the cell shown */
let shown = null;
let followed = false;
/** @type {boolean|null} whether the reader folded the facts; null: not yet */
let factsOpen = null;

export function openCell() {
  for (const arm of ['control', 'treated']) {
    byId(`canvas-${arm}`).addEventListener('click', (/** @type {MouseEvent} */ event) =>
      send('inspect', { arm, ...siteAt(arm, event) }));
    byId(`canvas-${arm}`).addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') inspectSome(arm);
    });
  }
  on('cell', (message) => draw(message));
  on('frame', (head) => {
    if (head.follow) draw(head.follow);
  });
  on('config', hide);
}

let turn = 0;

/** Without a pointer: one cell after the other. @param {string} arm */
function inspectSome(arm) {
  if (!app.frame) return;
  // @ts-ignore arm is one of both keys
  const { agents } = app.frame[arm];
  const cells = [...agents.kind.keys()].filter((i) => !['dot', 'diamond', 'square'].includes(app.meta.kinds[agents.kind[i]].shape));
  const i = cells[(turn += 7) % cells.length] ?? 0;
  send('inspect', { arm, x: agents.x[i], y: agents.y[i] });
}

function hide() {
  followed = false;
  shown = null;
  byId('cell-panel').hidden = true;
}

/** @param {any} cell */
function draw(cell) {
  const panel = byId('cell-panel');
  if (cell.id === null) return;
  if (shown && shown.id !== cell.id) followed = false;
  const keep = panel.contains(document.activeElement) ? /** @type {any} */ (document.activeElement).dataset.testid : '';
  shown = cell;
  panel.hidden = false;
  panel.dataset.id = cell.id;
  const follow = make('button', {
    text: t(followed ? 'unfollow' : 'follow'), 'aria-pressed': String(followed), data: { testid: 'follow' },
    on: { click: () => {
      followed = !followed;
      send('follow', { arm: cell.arm, id: followed ? cell.id : null });
      draw(shown);
    } },
  });
  const close = make('button', { class: 'quiet', text: t('close'), data: { testid: 'cell-close' }, on: { click: () => {
    if (followed) send('follow', { arm: cell.arm, id: null });
    hide();
  } } });
  const head = make('div', { class: 'row' },
    make('h2', { text: `${labelOf(cell.kind)}, ${t(cell.arm === 'treated' ? 'with' : 'without')}` }), make('span', {}, follow, close));
  const where = `id ${cell.id}, ${t('place')} ${cell.x}, ${cell.y}${cell.alive ? '' : `, ${t('gone')}`}`;
  put(panel, head, make('p', { class: 'small soft num', text: where }), receptorTable(cell.receptors || []), eventList(cell.events || []), factList(cell));
  if (keep) panel.querySelector(`[data-testid="${keep}"]`)?.focus();
}

/** @param {string} kind */
function labelOf(kind) {
  return app.meta.kinds.find((/** @type {any} */ one) => one.id === kind)?.label || kind.replace(/_/g, ' ');
}

/** @param {any} cell */
function factList(cell) {
  const rows = [];
  for (const { name, value, unit } of [...cell.state, ...cell.signals]) {
    const shown = unit === 'share' ? `${Math.round(100 * value)} %` : `${short(value)} ${unit || ''}`;
    rows.push([name.replace(/_/g, ' '), shown]);
  }
  const list = make('dl', { class: 'facts num' }, ...rows.flatMap(([key, text]) => [make('dt', { text: key }), make('dd', { text })]));
  const summary = make('summary', { class: 'small', text: t('state'), data: { testid: 'cell-state' } });
  const more = make('details', { open: factsOpen ?? !cell.receptors?.length }, summary, list);
  summary.addEventListener('click', () => (factsOpen = !more.open));
  return more;
}

/** @param {any[]} receptors */
function receptorTable(receptors) {
  if (!receptors.length) return null;
  const head = ['receptor', 'copies', 'monomer', 'crosslinked'].map((key) => make('th', { scope: 'col', text: t(key) }));
  const rows = receptors.map((one) => make('tr', {},
    make('th', { scope: 'row', text: `${one.name}${one.role === 'inhibitory' ? ' (−)' : ''}` }),
    ...[one.copies, one.monomer, one.crosslinked].map((value) => make('td', { text: short(value) }))));
  return make('table', { class: 'receptors num' }, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

/** @param {any[]} events */
function eventList(events) {
  const step = app.run.step_days;
  const lines = events.slice(0, 5).map((one) =>
    make('li', { text: `${t('day', { day: short(app.run.start_day + one.t * step) })}: ${one.what} ${short(one.before)} → ${short(one.value)}` }));
  return make('ul', { class: 'small soft', data: { testid: 'cell-events' } }, ...lines);
}

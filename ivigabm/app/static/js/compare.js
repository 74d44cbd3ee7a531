/** Beyond one patient: a band over seeds, and a sweep over two settings. */

import { app, scenarioOf } from './app.js';
import { LineBand } from './band.js';
import { openDialog } from './dialogs.js';
import { byId, make, put } from './dom.js';
import { exported } from './exports.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { ask } from './jobs.js';
import { begin } from './stage.js';

export function openCompare() {
  byId('open-compare').addEventListener('click', () => openDialog('compare', t('compare'),
    make('h3', { text: t('band') }), make('p', { class: 'small soft', text: t('band_text') }), bandPart(),
    make('h3', { text: t('sweep') }), make('p', { class: 'small soft', text: t('sweep_text') }), sweepPart()));
}

function bandPart() {
  const host = make('div', { class: 'band', data: { testid: 'band' } });
  const run = make('button', { class: 'primary', text: t('run_band'), data: { testid: 'run-band' }, on: { click: async () => {
    run.disabled = true;
    const result = await ask('band', { seeds: 20 }, host);
    run.disabled = false;
    if (result) showBand(host, result);
  } } });
  return make('div', {}, run, host);
}

/** @param {Element} host @param {any} result */
function showBand(host, result) {
  const names = Object.keys(result.variables);
  const measure = scenarioOf()?.measure;
  const label = (/** @type {string} */ id) => (id === 'clinical_score' && measure) || app.meta.variables.find((/** @type {any} */ one) => one.id === id)?.label || id;
  const menu = make('select', { 'aria-label': t('variable') }, ...names.map((id) => make('option', { value: id, text: label(id) })));
  const chart = make('div');
  const draw = () => {
    chart.replaceChildren();
    new LineBand(chart, result.day, result.variables[menu.value], t('band_of', { name: label(menu.value), seeds: result.seeds }));
  };
  menu.addEventListener('change', draw);
  const csv = make('button', { text: t('export_csv'), data: { testid: 'export-band' }, on: { click: () => exported('band') } });
  put(host, make('div', { class: 'row' }, menu, csv), chart, make('p', { class: 'small soft', text: t('band_key', { seeds: result.seeds }) }));
  draw();
}

function sweepPart() {
  const host = make('div', { data: { testid: 'sweep' } });
  const axes = ['x', 'y'].map((axis, place) => {
    const menu = make('select', { data: { testid: `sweep-${axis}` } }, ...app.meta.sweep.map((/** @type {any} */ one) => make('option', { value: one.key, text: one.label })));
    menu.selectedIndex = Math.min(place, app.meta.sweep.length - 1);
    return menu;
  });
  const many = make('select', { data: { testid: 'sweep-n' } }, ...[2, 3, 4, 5].map((n) => make('option', { value: n, text: String(n) })));
  many.value = '3';
  const run = make('button', { class: 'primary', text: t('run_sweep'), data: { testid: 'run-sweep' }, on: { click: async () => {
    run.disabled = true;
    const [x, y] = axes.map((menu) => axisOf(menu.value, Number(many.value)));
    const result = await ask('sweep', { x, y }, host);
    run.disabled = false;
    if (result) put(host, ...heatOf(result));
  } } });
  const field = (/** @type {string} */ key, /** @type {Node} */ control) => make('label', {}, make('span', { text: t(key) }), control);
  return make('div', {}, make('div', { class: 'fields' }, field('across', axes[0]), field('down', axes[1]), field('values_each', many), run), host);
}

/** Even steps through a setting's range. @param {string} key @param {number} n */
function axisOf(key, n) {
  const one = app.meta.sweep.find((/** @type {any} */ found) => found.key === key);
  const values = one.values
    ? one.values.slice(0, n)
    : Array.from({ length: n }, (_, i) => Number((one.low + ((one.high - one.low) * i) / (n - 1)).toPrecision(4)));
  return { key, values };
}

/** @param {any} result */
function heatOf(result) {
  const most = Math.max(...result.effect.flat().map((/** @type {number|null} */ v) => Math.abs(v ?? 0))) || 1;
  const head = make('tr', {}, make('th', { scope: 'col', text: `${result.y.label} ↓  ${result.x.label} →` }),
    ...result.x.values.map((/** @type {any} */ v) => make('th', { scope: 'col', class: 'num', text: named(v) })));
  const rows = result.effect.map((/** @type {any[]} */ row, /** @type {number} */ j) => make('tr', {},
    make('th', { scope: 'row', class: 'num', text: named(result.y.values[j]) }),
    ...row.map((value, i) => {
      const config = result.configs[j][i] ?? result.configs[j * row.length + i];
      const cell = make('button', { class: value > 0 ? 'up' : 'down', text: short(value), data: { testid: `heat-${i}-${j}` },
        'aria-label': t('open_run', { x: result.x.values[i], y: result.y.values[j], effect: short(value) }),
        on: { click: () => { byId('compare').close(); begin(config); } } });
      cell.style.setProperty('--w', String(Math.round((70 * Math.abs(value ?? 0)) / most)));
      return make('td', {}, cell);
    })));
  const words = t('sweep_key', { outcome: result.label || result.outcome.replace(/_/g, ' '), unit: result.unit || '' });
  return [make('p', { class: 'small soft', text: words }),
    make('table', { class: 'heat' }, make('thead', {}, head), make('tbody', {}, ...rows))];
}

/** @param {any} value */
function named(value) {
  return typeof value === 'number' ? short(value) : String(value);
}

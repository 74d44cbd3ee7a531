/** Share and export; a teacher makes a link that locks or hides things. */

import { app } from './app.js';
import { openDialog } from './dialogs.js';
import { byId, make } from './dom.js';
import { exportCharts, exportPicture, exported } from './exports.js';
import { t } from './i18n.js';
import { extras, linkOf } from './link.js';
import { say } from './say.js';
import { begin } from './stage.js';

const LOCKS = ['toggles', 'product', 'dose', 'scenario', 'seed', 'play'];

export function openShare() {
  byId('open-share').addEventListener('click', () => openDialog('share', t('share'),
    make('h3', { text: t('share_link') }), make('p', { class: 'small soft', text: t('share_text') }), linkRow(),
    make('h3', { text: t('export') }), exportRow(),
    make('h3', { text: t('teacher') }), make('p', { class: 'small soft', text: t('teacher_text') }), teacherRow()));
}

/** @param {string} text @param {Element} shown */
async function copy(text, shown) {
  shown.textContent = text;
  try {
    await navigator.clipboard.writeText(text);
    say(t('copied'));
  } catch {
    say(t('copy_by_hand'));
  }
}

function linkRow() {
  const shown = make('output', { class: 'small', data: { testid: 'link' } });
  shown.classList.add('link-text');
  const button = make('button', { class: 'primary', text: t('copy_link'), data: { testid: 'copy-link' }, on: { click: () => copy(linkOf(), shown) } });
  return make('div', {}, button, ' ', shown);
}

function exportRow() {
  const choose = make('input', { type: 'file', accept: 'application/json,.json', class: 'visually-hidden', tabindex: '-1', 'aria-label': t('import_json'), data: { testid: 'import-json' },
    on: { change: () => load(choose.files[0]) } });
  const button = (/** @type {string} */ id, /** @type {() => void} */ act) =>
    make('button', { text: t(id), data: { testid: id.replace('_', '-') }, on: { click: act } });
  return make('div', { class: 'buttons' },
    button('export_csv', () => exported('csv')),
    button('export_png-control', () => exportPicture('control')),
    button('export_png-treated', () => exportPicture('treated')),
    button('export_svg', exportCharts),
    button('export_json', () => exported('json')),
    button('export_replay', () => exported('replay')),
    make('button', { text: t('import_json'), on: { click: () => choose.click() } }), choose);
}

/** @param {File} file a config that was exported */
async function load(file) {
  try {
    const found = JSON.parse(await file.text());
    begin(found.config || found);
    byId('share').close();
  } catch {
    say(t('not_json'));
  }
}

function teacherRow() {
  const shown = make('output', { class: 'small link-text', data: { testid: 'class-link' } });
  const box = (/** @type {string} */ key, /** @type {boolean} */ checked) => make('label', {},
    make('input', { type: 'checkbox', value: key, checked, data: { testid: `lock-${key}` } }), make('span', { text: t(`lock_${key}`) }));
  const boxes = make('div', { class: 'choices small' }, ...LOCKS.map((key) => box(key, app.locks.has(key))), box('answers', app.hidden.has('answers')));
  const button = make('button', { text: t('class_link'), data: { testid: 'copy-class-link' }, on: { click: () => {
    const chosen = [...boxes.querySelectorAll('input:checked')].map((one) => one.value);
    const lock = chosen.filter((key) => key !== 'answers').join(',');
    const more = { ...extras, lock, hide: chosen.includes('answers') ? 'answers' : '' };
    copy(linkOf(Object.fromEntries(Object.entries(more).filter(([, value]) => value))), shown);
  } } });
  return make('div', {}, boxes, make('p', {}, button, ' ', shown));
}

/** Play, step, reset, speed, dose, time: the fixed row and the time line. */

import { app } from './app.js';
import { on, tell } from './bus.js';
import { send } from './connection.js';
import { byId } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { begin, lookAt, pause } from './stage.js';

export function openControls() {
  byId('play').addEventListener('click', toggle);
  byId('step').addEventListener('click', step);
  byId('back').addEventListener('click', back);
  byId('reset').addEventListener('click', reset);
  byId('new-seed').addEventListener('click', newSeed);
  byId('give').addEventListener('click', give);
  byId('now').addEventListener('click', () => lookAt(null));
  byId('scrub').addEventListener('input', () => lookAt(app.history.at(Number(byId('scrub').value))));
  byId('speed').addEventListener('input', () => {
    showSpeed();
    if (app.playing) play();
  });
  byId('dose').addEventListener('input', () => showDose(Number(byId('dose').value)));
  byId('dose').addEventListener('change', () => send('set', { key: 'dose', value: Number(byId('dose').value) }));
  on('state', showState);
  on('config', ({ config }) => {
    byId('dose').value = config.dose ?? 2;
    showDose(config.dose);
  });
  on('shown', showTime);
  on('language', () => {
    showSpeed();
    if (app.config) showDose(app.config.dose);
    showState();
  });
  showSpeed();
}

export function play() {
  lookAt(null);
  app.playing = true;
  send('play', { speed: app.meta.speeds[Number(byId('speed').value)] });
  showState();
}

export function toggle() {
  if (app.playing) pause();
  else play();
}

/** One step on: through the past if one looks at it, otherwise a new one. */
export function step() {
  if (app.past) lookAt(app.history.at(app.history.indexOf(app.past) + 1));
  else send('step', { n: 1 });
  if (app.playing) pause();
}

export function back() {
  if (app.playing) pause();
  const place = app.history.indexOf(app.past) - 1;
  if (place >= 0) lookAt(app.history.at(place));
}

/** The same patient from the start: same seed, same switches, nothing given by hand. */
export function reset() {
  begin({ ...app.config, mechanisms: app.bits, log: [] });
}

function newSeed() {
  begin({ ...app.config, mechanisms: app.bits, log: [], seed: Math.floor(Math.random() * 1e6) });
}

function give() {
  lookAt(null);
  send('give', { g_per_kg: Number(byId('dose').value) || 1 });
}

function showSpeed() {
  const speed = app.meta ? app.meta.speeds[Number(byId('speed').value)] : 1;
  const words = speed === 0 ? t('max') : speed < 1 ? `1/${1 / speed}×` : `${speed}×`;
  byId('speed-out').textContent = words;
  byId('speed').setAttribute('aria-valuetext', words);
}

/** @param {number|null} dose */
function showDose(dose) {
  const words = dose === null || dose === undefined ? t('as_planned') : `${short(dose)} g/kg`;
  byId('dose-out').textContent = words;
  byId('dose').setAttribute('aria-valuetext', words);
}

function showState() {
  byId('play-sign').textContent = app.playing ? '❚❚' : '▶';
  byId('play-word').textContent = t(app.playing ? 'pause' : 'play');
  byId('play-word').dataset.i18n = app.playing ? 'pause' : 'play';
  byId('play').setAttribute('data-state', app.playing ? 'playing' : 'paused');
}

/** @param {import('./frame.js').Frame} frame */
function showTime({ head }) {
  const scrub = byId('scrub');
  scrub.max = String(Math.max(0, app.history.length - 1));
  scrub.value = String(app.history.indexOf(app.past));
  const day = t('day', { day: (head.day + 0).toFixed(head.day < 10 ? 2 : 1) });
  byId('clock').textContent = day;
  scrub.setAttribute('aria-valuetext', day);
  byId('past').hidden = !app.past;
  byId('now').disabled = !app.past;
  byId('back').disabled = app.history.indexOf(app.past) <= 0;
}

/** Keys that work wherever no field is being edited. */
export function openKeys() {
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const editing = target.matches('input:not([type=checkbox]), select, textarea');
    const pressing = target.matches('button, summary, a, input');
    const actions = {
      ' ': pressing ? null : toggle,
      '.': step,
      ArrowLeft: editing ? null : back,
      ArrowRight: editing ? null : step,
      r: editing ? null : reset,
      R: editing ? null : reset,
      '?': () => tell('help'),
    };
    // @ts-ignore only some keys act
    const action = actions[event.key];
    if (!action || app.locks.has('play')) return;
    event.preventDefault();
    action();
  });
}

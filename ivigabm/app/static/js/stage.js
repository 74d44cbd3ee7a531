/** Frames in, pictures out: draw the newest, acknowledge it, keep it, look back at the kept. */

import { app, scenarioOf, shownFrame } from './app.js';
import { on, tell } from './bus.js';
import { connected, send } from './connection.js';
import { describe } from './describe.js';
import { byId } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { Tissue } from './tissue.js';

/** @type {Record<string, Tissue>} */
const tissues = {};

/** @type {import('./frame.js').Frame|null} */
let waiting = null;

export function openStage() {
  for (const arm of ['control', 'treated']) tissues[arm] = new Tissue(byId(`canvas-${arm}`), app.meta);
  on('config', startRun);
  on('arrived', (frame) => {
    if (waiting) send('ack', { frame: waiting.head.frame });
    else requestAnimationFrame(drawNewest);
    waiting = frame;
  });
  on('log', (message) => {
    app.log = message.log;
    setBits(message.bits);
  });
  on('state', (message) => {
    app.playing = message.playing;
    app.ended = message.ended;
  });
  on('theme', () => {
    for (const tissue of Object.values(tissues)) tissue.repaint();
    drawShown();
  });
  on('language', drawShown);
}

/** @param {any} message the `config` message: a run begins */
function startRun(message) {
  if (waiting) send('ack', { frame: waiting.head.frame }); // of the run before
  waiting = null;
  app.config = message.config;
  app.run = message;
  app.log = message.config.log || [];
  app.frame = null;
  app.past = null;
  app.doses = [];
  app.ended = false;
  app.history.clear();
  app.series.clear();
  setBits(message.bits);
  for (const tissue of Object.values(tissues)) tissue.setSection(message.section);
}

/** @param {string} bits */
function setBits(bits) {
  app.bits = bits;
  document.body.dataset.cfg = bits;
}

function drawNewest() {
  const frame = waiting;
  waiting = null;
  if (!frame || !app.run) return;
  send('ack', { frame: frame.head.frame }); // first: the next step is taken while this one is drawn
  keep(frame);
  if (!app.past) drawShown();
  document.body.dataset.ready = 'yes';
}

/** @param {import('./frame.js').Frame} frame */
function keep(frame) {
  const { head } = frame;
  const gave = app.frame ? app.frame.head.gave : 0;
  if (head.gave > gave) app.doses.push(head.day);
  app.frame = frame;
  app.history.push(frame);
  app.series.add(head);
  if (head.bits !== app.bits) setBits(head.bits);
  tell('frame', head);
}

/** Draw what is looked at, past or present. */
export function drawShown() {
  const frame = shownFrame();
  if (!frame) return;
  const { head } = frame;
  for (const arm of ['control', 'treated']) {
    const marked = head.follow && head.follow.arm === arm && head.follow.alive ? head.follow : null;
    // @ts-ignore arm is one of both keys
    tissues[arm].draw(frame[arm], marked);
    byId(`score-${arm}`).textContent = scoreText(head.values[arm]);
  }
  document.body.dataset.t = String(head.t);
  if (!app.playing || app.past) {
    for (const arm of ['control', 'treated']) byId(`text-${arm}`).textContent = describe(frame, arm);
  }
  tell('shown', frame);
}

/** @param {Record<string, number|null>} values */
function scoreText(values) {
  return `${scenarioOf()?.measure || ''} ${short(values.clinical_score)}`;
}

/** @param {import('./frame.js').Frame|null} frame of the past; null: the present */
export function lookAt(frame) {
  const now = app.frame;
  app.past = frame && now && frame !== now ? frame : null;
  if (app.past && app.playing) pause();
  document.body.classList.toggle('looking-back', app.past !== null);
  drawShown();
}

/** @param {string} arm @param {MouseEvent} event */
export function siteAt(arm, event) {
  return tissues[arm].siteAt(event);
}

export function pause() {
  app.playing = false;
  send('pause');
  tell('state', { playing: false, ended: app.ended });
  drawShown();
}

/** Begin a run with a config. @param {any} config */
export function begin(config) {
  if (!connected()) {
    tell('refused', { about: 'connect', message: t('lost') });
    return;
  }
  app.playing = false;
  tell('state', { playing: false, ended: false });
  document.body.classList.remove('looking-back');
  send('reset', { config });
}

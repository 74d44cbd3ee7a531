/** Start: words, choices, connection, first picture; then everything that listens. */

import { app } from './app.js';
import { openAttribution } from './attribution.js';
import { on, tell } from './bus.js';
import { openCell } from './cell.js';
import { openCompare } from './compare.js';
import { connect } from './connection.js';
import { openControls, openKeys } from './controls.js';
import { openDiagram } from './diagram.js';
import { byId, make, put } from './dom.js';
import { openHappened } from './happened.js';
import { openHelp } from './help.js';
import { languageMenu, speak, t } from './i18n.js';
import { openJobs } from './jobs.js';
import { openLegend } from './legend.js';
import { openLessons, startLesson } from './lessons.js';
import { extras, readLink, writeLink } from './link.js';
import { openMechanisms } from './mechanisms.js';
import { openPlots } from './plots.js';
import { say } from './say.js';
import { openScenarios } from './scenarios.js';
import { openShare } from './share.js';
import { begin, openStage } from './stage.js';
import { openTeacher } from './teacher.js';
import { openTour } from './tour.js';

async function start() {
  const asked = readLink();
  languageMenu(() => {
    extras.lang = byId('language').value;
    writeLink();
  });
  const [answer] = await Promise.all([
    fetch('api/meta'),
    speak(extras.lang || navigator.language.slice(0, 2)),
    connect(),
  ]);
  app.meta = await answer.json();
  openParts();
  on('log', writeLink);
  on('config', writeLink);
  on('refused', ({ message }) => say(message, true));
  on('closed', reconnect);
  window.addEventListener('hashchange', () => open(readLink()));
  open(asked);
}

/** In this order: what is drawn first listens first. */
function openParts() {
  openStage();
  openControls();
  openKeys();
  openScenarios();
  openMechanisms();
  openPlots();
  openLegend();
  openDiagram();
  openHappened();
  openAttribution();
  openCell();
  openJobs();
  openLessons();
  openTour();
  openCompare();
  openShare();
  openHelp();
  openTeacher();
  openTheme();
}

/** @param {any} config what a link asks for */
function open(config) {
  if (config === null) say(t('bad_link'), true);
  const lesson = app.meta.lessons.find((/** @type {any} */ one) => one.id === extras.lesson);
  if (lesson && !Object.keys(config || {}).length) startLesson(lesson);
  else begin(config || {});
}

function openTheme() {
  const button = byId('theme');
  const root = document.documentElement;
  const show = () => button.setAttribute('aria-pressed', String(root.dataset.theme === 'dark'));
  button.addEventListener('click', () => {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem('ivigabm.theme', root.dataset.theme);
    } catch {
      // not kept, then
    }
    show();
    tell('theme');
  });
  show();
}

/** The line is gone: say so and offer to take up the run from the link. */
function reconnect() {
  app.playing = false;
  tell('state', { playing: false, ended: false });
  put(byId('status'), t('lost'), ' ', make('button', { text: t('reconnect'), data: { testid: 'reconnect' }, on: { click: async () => {
    await connect();
    say('');
    open(readLink());
  } } }));
}

start().catch((error) => say(`${t('no_start')} ${error.message}`, true));

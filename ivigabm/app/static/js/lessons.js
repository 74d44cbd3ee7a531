/** Lessons: read, predict, run, compare. A wrong guess costs nothing. */

import { app } from './app.js';
import { next } from './bus.js';
import { send } from './connection.js';
import { openDialog } from './dialogs.js';
import { byId, make, put } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { extras, writeLink } from './link.js';
import { overlay } from './plots.js';
import { begin } from './stage.js';

const CHUNKS = 40;
const SAME = 0.02; // of the comparison's value; what the eye would call no change

export function openLessons() {
  byId('open-lessons').addEventListener('click', () => openDialog('lessons', t('lessons'),
    make('p', { class: 'small soft', text: t('lessons_intro') }), list()));
}

function list() {
  return make('ul', { class: 'lesson-list' }, ...app.meta.lessons.map((/** @type {any} */ lesson, /** @type {number} */ i) =>
    make('li', {}, make('button', { data: { testid: `lesson-${lesson.id}` }, on: { click: () => startLesson(lesson) } },
      make('strong', { text: `${i + 1}. ${lesson.title}` }),
      make('span', { class: 'small soft', text: lesson.question })))));
}

/** @param {any} lesson */
export async function startLesson(lesson) {
  byId('lessons').close();
  extras.lesson = lesson.id;
  app.lesson = lesson;
  overlay(null);
  hideToggles(lesson.hidden);
  const started = next('config');
  begin(lesson.config);
  await started;
  show(lesson);
  writeLink();
}

/** @param {boolean} hidden the learner has to find out which mechanisms act */
function hideToggles(hidden) {
  for (const id of ['mechanism-groups', 'products', 'diagram', 'happened', 'attribution']) byId(id).closest('.panel').hidden = hidden;
}

/** @param {any} lesson */
function show(lesson) {
  const bar = byId('lesson-bar');
  const beside = matchMedia('(min-width: 1080px)').matches; // beside the pictures, not above them
  document.querySelector(beside ? '.left' : '.middle')?.prepend(bar);
  bar.hidden = false;
  bar.scrollIntoView({ block: 'nearest' });
  bar.dataset.lesson = lesson.id;
  const run = make('button', { class: 'primary', text: t('run_it'), disabled: true, data: { testid: 'lesson-run' } });
  const choices = ['rise', 'fall', 'same'].map((value) => make('label', {},
    make('input', { type: 'radio', name: 'guess', value, data: { testid: `predict-${value}` }, on: { change: () => (run.disabled = false) } }),
    make('span', { text: t(`guess_${value}`) })));
  run.addEventListener('click', () => runLesson(lesson, run));
  const leave = make('button', { class: 'quiet', text: t('leave_lesson'), data: { testid: 'lesson-leave' }, on: { click: leaveLesson } });
  put(bar,
    make('div', { class: 'row' }, make('h2', { text: lesson.title }), leave),
    ...lesson.text.map((/** @type {string} */ text) => make('p', { text })),
    make('fieldset', {}, make('legend', { text: lesson.question }), make('div', { class: 'choices' }, ...choices, run)),
    make('div', { data: { testid: 'lesson-outcome' }, id: 'lesson-outcome', role: 'status' }));
}

function leaveLesson() {
  delete extras.lesson;
  app.lesson = null;
  hideToggles(false);
  overlay(null);
  byId('lesson-bar').hidden = true;
  writeLink();
  byId('play').focus();
}

/** @param {any} lesson @param {HTMLButtonElement} run */
async function runLesson(lesson, run) {
  const guessed = /** @type {any} */ (document.querySelector('input[name=guess]:checked')).value;
  run.disabled = true;
  let against = null;
  if (typeof lesson.compare === 'object') {
    await restart(lesson.compare);
    await runTo(lesson.until);
    against = outcomeOf(lesson.outcome, 'treated');
  }
  await restart(lesson.config);
  if (lesson.compare === 'start') against = outcomeOf(lesson.outcome, 'treated');
  await runTo(lesson.until);
  const value = outcomeOf(lesson.outcome, 'treated');
  const reference = against ?? outcomeOf(lesson.outcome, 'control');
  layGuess(lesson, guessed);
  const change = value - reference;
  const came = Math.abs(change) <= SAME * Math.abs(reference) ? 'same' : change > 0 ? 'rise' : 'fall';
  tellOutcome(lesson, guessed, came, value, reference);
  hideToggles(false);
  run.disabled = false;
}

/** @param {any} config */
async function restart(config) {
  const started = next('config');
  begin(config);
  await started;
  await next('frame');
}

/** Step to `until` in even strides, so that the curves have points. @param {number} until */
async function runTo(until) {
  while (app.frame && app.frame.head.t < until) {
    const goal = Math.min(until, app.frame.head.t + Math.ceil(until / CHUNKS));
    const arrived = next('frame', (head) => head.t >= goal);
    send('step', { n: goal - app.frame.head.t });
    await arrived;
  }
}

/** @param {string} name @param {string} arm */
function outcomeOf(name, arm) {
  const { summary, values } = /** @type {any} */ (app.frame).head;
  return summary[arm][name] ?? values[arm][name] ?? NaN;
}

/** What was expected, as a curve: the untreated one bent up, down, or not. @param {any} lesson @param {string} guessed */
function layGuess(lesson, guessed) {
  const variable = app.series.values[lesson.outcome] ? lesson.outcome : lesson.outcome.replace(/_auc$/, '');
  const pair = app.series.values[variable];
  if (!pair) return;
  const bend = { rise: 0.35, fall: -0.35, same: 0 }[guessed] || 0;
  const n = pair.control.length;
  overlay(variable, pair.control.map((value, i) => value * (1 + (bend * i) / n)));
}

/** @param {any} lesson @param {string} guessed @param {string} came @param {number} value @param {number} reference */
function tellOutcome(lesson, guessed, came, value, reference) {
  const right = guessed === came;
  const words = t(right ? 'guess_right' : 'guess_other', { guess: t(`guess_${guessed}`), came: t(`guess_${came}`) });
  const numbers = t('lesson_numbers', { value: short(value), reference: short(reference) });
  put(byId('lesson-outcome'),
    make('p', {}, make('strong', { text: words }), ` ${numbers}`),
    app.hidden.has('answers') ? null : make('p', { text: lesson.answer, data: { testid: 'lesson-answer' } }),
    lesson.try?.length ? make('h3', { text: t('try_this') }) : null,
    make('ul', {}, ...(lesson.try || []).map((/** @type {string} */ text) => make('li', { text: `→ ${text}` }))));
  byId('lesson-outcome').dataset.came = came;
}

/** Diseases to choose from: three cards on the first screen, the others in a list. */

import { app } from './app.js';
import { on } from './bus.js';
import { byId, make } from './dom.js';
import { t } from './i18n.js';
import { startLesson } from './lessons.js';
import { begin } from './stage.js';

export function openScenarios() {
  build();
  on('language', build);
  on('config', show);
}

function build() {
  const menu = make('select', { id: 'scenario', 'aria-label': t('more_scenarios'), data: { testid: 'scenario', lock: 'scenario' }, on: { change: () => choose(menu.value) } },
    ...app.meta.scenarios.map((/** @type {any} */ one) => make('option', { value: one.id, text: one.title })));
  const size = make('select', { id: 'size', 'aria-label': t('size'), data: { testid: 'size', lock: 'scenario' },
    on: { change: () => begin({ ...app.config, log: [], mechanisms: app.bits, size: Number(size.value) }) } },
  ...app.meta.sizes.map((/** @type {number} */ n) => make('option', { value: n, text: t('section_size', { n }) })));
  const cards = app.meta.cards.map((/** @type {any} */ card, /** @type {number} */ i) => cardOf(card, i)).filter(Boolean);
  byId('presets').replaceChildren(...cards,
    make('div', { class: 'preset-more' }, menu, size));
  show();
}

/** @param {any} card an id, or a card of its own @param {number} place */
function cardOf(card, place) {
  const { lessons, presets, scenarios } = app.meta;
  const named = (/** @type {any[]} */ list) => list.find((one) => one.id === (card.id || card));
  const lesson = named(lessons);
  const preset = named(presets);
  const scenario = named(scenarios);
  const found = card.config ? card : lesson || preset || scenario;
  if (!found) return null;
  const act = () => {
    if (card.config) begin(card.config);
    else if (lesson) startLesson(lesson);
    else if (preset) begin({ ...app.config, log: [], preparation: preset.preparation, mechanisms: preset.mechanisms });
    else choose(scenario.id);
  };
  return make('button', { class: 'preset', data: { testid: `card-${place + 1}`, lock: 'scenario' }, on: { click: act } },
    make('strong', { text: found.title || found.label }),
    make('span', { text: lesson ? t('lesson') : found.text || found.note || '' }));
}

/** @param {string} scenario */
function choose(scenario) {
  const { seed, size, preparation } = app.config;
  begin({ scenario, seed, size, preparation });
}

function show() {
  if (!app.config) return;
  byId('scenario').value = app.config.scenario;
  byId('size').value = String(app.config.size);
}

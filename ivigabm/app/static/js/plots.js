/** The three charts beside the tissue, each with its badge and a choice of variable. */

import { app, scenarioOf, shownFrame } from './app.js';
import { on } from './bus.js';
import { LineChart, chartCard } from './charts.js';
import { byId, make } from './dom.js';
import { percent, short } from './format.js';
import { t } from './i18n.js';

/** @type {{chart: LineChart, badge: HTMLElement, card: HTMLElement, menu: any}[]} */
let plots = [];

/** The clinic's own name of its score. @param {any} variable */
function labelOf(variable) {
  return (variable.id === 'clinical_score' && app.config && scenarioOf()?.measure) || variable.label;
}

/** @type {{variable: string, values: number[]}|null} what the learner expects */
let guess = null;

export function openPlots() {
  build();
  on('shown', draw);
  on('language', () => draw());
  on('config', rename);
}

function build() {
  plots = [1, 2, 3].map((place) => {
    const chosen = app.meta.variables.find((/** @type {any} */ one) => one.chart === place) || app.meta.variables[place];
    const menu = make('select', { 'aria-label': t('chart_of', { place }), data: { testid: `variable-${place}` }, on: { change: () => draw() } },
      ...app.meta.variables.map((/** @type {any} */ one) => make('option', { value: one.id, text: labelOf(one) })));
    menu.value = chosen.id;
    const { card, badge } = chartCard(menu, String(place));
    byId('charts').append(card);
    return { chart: new LineChart(card, chosen.label), badge, card, menu };
  });
}

/** The score has another name in every disease. */
function rename() {
  for (const { menu } of plots) {
    for (const option of menu.options) {
      const variable = app.meta.variables.find((/** @type {any} */ one) => one.id === option.value);
      option.textContent = labelOf(variable);
    }
  }
}

function draw() {
  const frame = shownFrame();
  if (!frame) return;
  for (const plot of plots) {
    const name = plot.menu.value;
    const variable = app.meta.variables.find((/** @type {any} */ one) => one.id === name);
    const pair = app.series.values[name];
    plot.chart.update(app.series, pair, {
      cursor: app.past ? frame.head.day : null,
      doses: app.doses,
      guess: guess && guess.variable === name ? guess.values : null,
    });
    const effect = app.series.effect(name);
    const { treated, control } = frame.head.values;
    const gap = (treated[name] ?? NaN) - (control[name] ?? NaN);
    plot.card.dataset.variable = name;
    const unit = app.run.unit[name] ?? variable.unit;
    plot.menu.title = `${labelOf(variable)}, ${unit}`;
    plot.card.dataset.difference = String(gap);
    plot.badge.textContent = Number.isFinite(effect)
      ? t('effect', { change: percent(effect) })
      : t('effect', { change: short(gap) });
    const words = { name: labelOf(variable), treated: short(treated[name]), control: short(control[name]), unit };
    if (!app.playing) plot.chart.svg.setAttribute('aria-label', t('chart_words', words));
  }
}

/**
 * Lay what the learner expects over a chart.
 * @param {string|null} variable
 * @param {number[]} [values] one per point of the series
 */
export function overlay(variable, values = []) {
  guess = variable ? { variable, values } : null;
  if (variable && !plots.some((plot) => plot.menu.value === variable)) plots[0].menu.value = variable;
  draw();
}

/** The charts as they stand, with their names. */
export function chartsNow() {
  return plots.map((plot) => ({ svg: plot.chart.svg, name: plot.menu.value }));
}

/** A run to hand out: frames and pictures in one file, nothing simulated, nothing fetched. */

import { LineChart, chartCard } from './charts.js';
import { make } from './dom.js';
import { percent, short } from './format.js';
import { decodeFrame } from './frame.js';
import { Series } from './series.js';
import { Tissue } from './tissue.js';

/** @param {string} id */
function textOf(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id)).textContent || '';
}

/** The frames, unpacked. @returns {Promise<import('./frame.js').Frame[]>} */
async function unpack() {
  const packed = Uint8Array.from(atob(textOf('replay-frames').trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const bytes = await new Response(stream).arrayBuffer();
  const view = new DataView(bytes);
  const frames = [];
  for (let place = 0; place < bytes.byteLength; ) {
    const length = view.getUint32(place, true);
    frames.push(decodeFrame(bytes.slice(place + 4, place + 4 + length)));
    place += 4 + length;
  }
  return frames;
}

/** One arm: caption and picture. @param {string} arm @param {string} title */
function twinFigure(arm, title) {
  const canvas = make('canvas', { role: 'img', 'aria-label': title, data: { testid: `canvas-${arm}` } });
  const score = make('span', { class: 'small soft num' });
  const figure = make('figure', { class: `twin ${arm}` }, make('figcaption', {}, make('h2', { text: title }), score), canvas);
  return { canvas, score, figure };
}

/** The three charts of the first screen, with the effect over the whole run.
 * @param {any} meta @param {Series} series */
function replayCharts(meta, series) {
  return [1, 2, 3].map((place) => {
    const variable = meta.variables.find((/** @type {any} */ one) => one.chart === place) || meta.variables[place];
    const { card, badge } = chartCard(make('h2', { text: `${variable.label}, ${variable.unit}` }), String(place));
    badge.textContent = `effect ${percent(series.effect(variable.id))}`;
    return { card, name: variable.id, chart: new LineChart(card, variable.label) };
  });
}

/** Let `slider` run while `play` is on. @param {any} play @param {any} slider @param {() => void} draw */
function playsOn(play, slider, draw) {
  let timer = 0;
  const atEnd = () => Number(slider.value) >= Number(slider.max);
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = '▶ Play';
  };
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (atEnd()) slider.value = '0';
    play.textContent = '❚❚ Pause';
    timer = window.setInterval(() => {
      slider.value = String(Number(slider.value) + 1);
      draw();
      if (atEnd()) stop();
    }, 80);
  });
}

/** Title and what was run. @param {any} meta @param {any} config */
function heading(meta, config) {
  const scenario = meta.scenarios.find((/** @type {any} */ one) => one.id === config.scenario);
  const facts = `A model, not medical advice. ivigabm ${meta.version}, seed ${config.seed}, ${config.preparation}.`;
  return [make('h1', { text: scenario ? scenario.title : config.scenario }), make('p', { class: 'soft small', text: facts })];
}

async function replay() {
  const { meta, config: run } = JSON.parse(textOf('replay-meta'));
  const frames = await unpack();
  const series = new Series();
  for (const frame of frames) series.add(frame.head);
  const twins = { control: twinFigure('control', 'Without IVIg'), treated: twinFigure('treated', 'With IVIg') };
  const charts = replayCharts(meta, series);
  const slider = make('input', { type: 'range', min: 0, max: frames.length - 1, value: 0, 'aria-label': 'Time', data: { testid: 'scrub' } });
  const play = make('button', { class: 'primary', text: '▶ Play', data: { testid: 'play' } });
  const clock = make('output', { class: 'num' });
  const main = /** @type {HTMLElement} */ (document.getElementById('replay'));
  main.replaceChildren(...heading(meta, run.config),
    make('div', { class: 'twins' }, twins.control.figure, twins.treated.figure),
    make('div', { class: 'time' }, play, slider, clock), make('div', { class: 'charts' }, ...charts.map((one) => one.card)));
  const tissues = { control: new Tissue(twins.control.canvas, meta), treated: new Tissue(twins.treated.canvas, meta) };
  for (const tissue of Object.values(tissues)) tissue.setSection(run.section);

  const draw = () => {
    const frame = frames[Number(slider.value)];
    for (const arm of /** @type {const} */ (['control', 'treated'])) {
      tissues[arm].draw(frame[arm]);
      twins[arm].score.textContent = short(frame.head.values[arm].clinical_score);
    }
    for (const { chart, name } of charts) chart.update(series, series.values[name], { cursor: frame.head.day });
    clock.textContent = `day ${frame.head.day.toFixed(2)}`;
    document.body.dataset.t = String(frame.head.t);
  };
  slider.addEventListener('input', draw);
  playsOn(play, slider, draw);
  draw();
  document.body.dataset.ready = 'yes';
}

replay();

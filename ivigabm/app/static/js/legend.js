/** What the shapes in the tissue are: each drawn by the same sprites as the tissue. */

import { app } from './app.js';
import { on } from './bus.js';
import { byId, make } from './dom.js';
import { t } from './i18n.js';
import { tissuePalette } from './palette.js';
import { spritesOf } from './sprites.js';

export function openLegend() {
  on('config', () => build());
  on('theme', () => build());
  on('language', () => build());
  on('frame', (head) => {
    if (head.t % 16 <= 1) build(false);
  });
}

let drawn = '';

/** @param {boolean} [anew] */
function build(anew = true) {
  const frame = app.frame;
  const there = new Set(frame ? [...frame.treated.agents.kind, ...frame.control.agents.kind] : []);
  const key = [...there].sort().join();
  if (!anew && key === drawn) return;
  drawn = key;
  const palette = tissuePalette(app.meta);
  const kinds = app.meta.kinds.map((/** @type {any} */ kind, /** @type {number} */ i) =>
    frame && !there.has(i) && !isMolecule(kind) ? null : entry(kind, i, palette, false)).filter(Boolean);
  const molecule = app.meta.kinds.findIndex((/** @type {any} */ kind) => /igg/.test(kind.id));
  const sialylated = molecule < 0 ? [] : [entry({ ...app.meta.kinds[molecule], label: t('sialylated') }, molecule, palette, true)];
  byId('legend').replaceChildren(...kinds, ...sialylated, swatch());
}

/** @param {any} kind */
function isMolecule(kind) {
  return kind.shape === 'dot';
}

/** @param {any} kind @param {number} index @param {any} palette @param {boolean} sialylated */
function entry(kind, index, palette, sialylated) {
  const canvas = make('canvas', { width: 22, height: 22, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  const sprite = spritesOf(kind, index, palette, isMolecule(kind) ? 12 : 11)[sialylated ? 1 : 0][7];
  const { dx, dy, colour } = sprite;
  const image = context.createImageData(22, 22);
  const pixels = new Uint32Array(image.data.buffer);
  for (let k = 0; k < colour.length; k += 1) {
    const place = (dy[k] + 10) * 22 + dx[k] + 10;
    if (place >= 0 && place < pixels.length) pixels[place] = colour[k];
  }
  context.putImageData(image, 0, 0);
  return make('span', {}, canvas, kind.label);
}

/** Inflamed ground: from none to much. */
function swatch() {
  return make('span', {}, make('i', { class: 'inflamed', 'aria-hidden': 'true' }), t('inflamed'));
}

/** Shapes of agents as lists of pixels: one list per kind, state and glycoform. */

import { mixed, pixelOf } from './palette.js';

const LEVELS = 8;

/** @type {Record<string, (u: number, v: number) => boolean>} u and v from -1 to 1 */
const SHAPES = {
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 0.86,
  circle: (u, v) => u * u + v * v <= 1,
  triangle: (u, v) => v <= 0.8 && v >= -0.9 && Math.abs(u) <= (v + 0.95) / 1.75,
  diamond: (u, v) => Math.abs(u) + Math.abs(v) <= 1.05,
  cross: (u, v) => Math.min(Math.abs(u), Math.abs(v)) <= 0.32,
  dot: (u, v) => u * u + v * v <= 1,
};

/**
 * @typedef {{dx: Int16Array, dy: Int16Array, colour: Uint32Array}} Sprite
 */

/**
 * Sprites of one kind: `[sialylated][state level]`.
 * @param {any} kind of meta
 * @param {number} index its place in meta.kinds
 * @param {any} palette
 * @param {number} scale pixels per site
 * @returns {Sprite[][]}
 */
export function spritesOf(kind, index, palette, scale) {
  const tile = kind.shape === 'square';
  const molecule = kind.shape === 'dot' || kind.shape === 'diamond';
  const size = tile ? scale : Math.max(1, Math.round(scale * (molecule ? 1.6 : 1.2) * (kind.size || 1)));
  const harmed = tile && kind.state === 'function';
  return [false, true].map((sialylated) => {
    const shape = SHAPES[sialylated && molecule ? 'diamond' : kind.shape] || SHAPES.circle;
    const grown = sialylated && molecule ? size + (scale > 4 ? 2 : 0) : size;
    return Array.from({ length: LEVELS }, (_, level) => {
      const own = sialylated && molecule ? palette.sialylated : palette.kinds[index];
      return spriteOf(tile ? null : shape, grown, toneOf(harmed, molecule, own, level / (LEVELS - 1), palette), palette);
    });
  });
}

/** Tissue turns from its colour to damage as function is lost; cells fill as they are active.
 * @param {boolean} harmed @param {boolean} molecule @param {any} own @param {number} state @param {any} palette */
function toneOf(harmed, molecule, own, state, palette) {
  if (!harmed) return molecule ? own : mixed(palette.ground, own, 0.62 + 0.38 * state);
  if (state < 0.02) return palette.lost;
  const rose = mixed(palette.ground, palette.harm, 0.4); // not through brown
  return state > 0.5 ? mixed(rose, own, 2 * state - 1) : mixed(palette.harm, rose, 2 * state);
}

/** @param {((u: number, v: number) => boolean)|null} shape null: the whole site
 *  @param {number} size @param {any} tone @param {any} palette @returns {Sprite} */
function spriteOf(shape, size, tone, palette) {
  const dx = [];
  const dy = [];
  const colour = [];
  const half = (size - 1) / 2;
  const inside = (/** @type {number} */ i, /** @type {number} */ j) =>
    !shape || size < 3 || shape((i - half) / (half || 1), (j - half) / (half || 1));
  const within = (/** @type {number} */ i, /** @type {number} */ j) =>
    i >= 0 && j >= 0 && i < size && j < size && inside(i, j);
  for (let j = 0; j < size; j += 1) {
    for (let i = 0; i < size; i += 1) {
      if (!inside(i, j)) continue;
      const rim = size > 6 && shape && !(within(i - 1, j) && within(i + 1, j) && within(i, j - 1) && within(i, j + 1));
      const gap = !shape && size > 3 && (i === size - 1 || j === size - 1);
      dx.push(i - Math.floor(half));
      dy.push(j - Math.floor(half));
      colour.push(pixelOf(rim || gap ? mixed(tone, palette.ground, gap ? 0.55 : 0.8) : tone));
    }
  }
  return { dx: Int16Array.from(dx), dy: Int16Array.from(dy), colour: Uint32Array.from(colour) };
}

/**
 * Which of the state's levels a byte falls in.
 * @param {number} byte
 */
export function levelOf(byte) {
  return (byte * LEVELS) >> 8;
}

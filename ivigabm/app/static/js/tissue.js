/** Draws one arm's tissue section into a canvas, pixel by pixel. */

import { mixed, pixelOf, tissuePalette } from './palette.js';
import { levelOf, spritesOf } from './sprites.js';

const TINT_LEVELS = 16;

export class Tissue {
  width = 0;
  height = 0;
  scale = 2; // pixels per site
  zones = new Uint8Array(0);
  image = new ImageData(1, 1);
  pixels = new Uint32Array(1);
  /** @type {import('./sprites.js').Sprite[][][]} by kind, glycoform and state */
  sprites = [];
  /** @type {Uint32Array[]} by zone and tint */
  ground = [];
  ring = '';

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {any} meta
   */
  constructor(canvas, meta) {
    this.canvas = canvas;
    this.meta = meta;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  }

  /** @param {{width: number, height: number, zones: string}} section as `config` sends it */
  setSection(section) {
    this.width = section.width;
    this.height = section.height;
    this.scale = Math.max(2, Math.floor(512 / section.width));
    this.canvas.width = section.width * this.scale;
    this.canvas.height = section.height * this.scale;
    this.zones = Uint8Array.from(atob(section.zones), (letter) => letter.charCodeAt(0));
    this.image = new ImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.repaint();
  }

  /** Colours have changed: make the sprites and the ground anew. */
  repaint() {
    const palette = tissuePalette(this.meta);
    this.sprites = this.meta.kinds.map((/** @type {any} */ kind, /** @type {number} */ i) =>
      spritesOf(kind, i, palette, this.scale));
    // ground[zone][tint]: inflammation reddens the ground
    this.ground = palette.zones.map((/** @type {any} */ zone) =>
      Uint32Array.from({ length: TINT_LEVELS }, (_, i) =>
        pixelOf(mixed(zone, palette.harm, (0.6 * i) / (TINT_LEVELS - 1)))));
    this.ring = `rgb(${palette.harm.join(' ')})`;
  }

  /**
   * @param {import('./frame.js').ArmPicture} picture
   * @param {{x: number, y: number}|null} [marked] a site to ring
   */
  draw(picture, marked = null) {
    this.#paintGround(picture.fields.find((field) => field.name === 'tnf') || picture.fields[0]);
    this.#paintAgents(picture.agents);
    this.context.putImageData(this.image, 0, 0);
    if (marked) this.#paintRing(marked);
  }

  /** @param {import('./frame.js').Field|undefined} field */
  #paintGround(field) {
    const { width, height, scale, pixels, zones, ground } = this;
    const row = width * scale;
    const across = field ? field.width / width : 0;
    const down = field ? field.height / height : 0;
    for (let y = 0; y < height; y += 1) {
      const start = y * scale * row;
      const base = field ? Math.floor(y * down) * field.width : 0;
      for (let x = 0; x < width; x += 1) {
        const tint = field ? field.data[base + Math.floor(x * across)] >> 4 : 0;
        pixels.fill(ground[zones[y * width + x]][tint], start + x * scale, start + (x + 1) * scale);
      }
      for (let i = 1; i < scale; i += 1) pixels.copyWithin(start + i * row, start, start + row);
    }
  }

  /** @param {import('./frame.js').Agents} agents */
  #paintAgents(agents) {
    const { x, y, kind, state, flags } = agents;
    const { scale, pixels, sprites } = this;
    const row = this.width * scale;
    const rows = this.height * scale;
    const middle = (scale - 1) >> 1;
    for (let i = 0; i < x.length; i += 1) {
      const { dx, dy, colour } = sprites[kind[i]][flags[i] & 1][levelOf(state[i])];
      const left = x[i] * scale + middle;
      const top = y[i] * scale + middle;
      for (let k = 0; k < colour.length; k += 1) {
        const column = left + dx[k];
        const line = top + dy[k];
        if (column >= 0 && column < row && line >= 0 && line < rows) pixels[line * row + column] = colour[k];
      }
    }
  }

  /** @param {{x: number, y: number}} site */
  #paintRing(site) {
    const { context, scale } = this;
    const size = Math.max(14, scale * 2.6);
    context.lineWidth = Math.max(2, scale / 3);
    context.strokeStyle = this.ring;
    context.strokeRect((site.x + 0.5) * scale - size / 2, (site.y + 0.5) * scale - size / 2, size, size);
  }

  /**
   * The site under a pointer.
   * @param {MouseEvent} event
   */
  siteAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const clamp = (/** @type {number} */ v, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, Math.floor(v)));
    return {
      x: clamp(((event.clientX - box.left) / box.width) * this.width, this.width),
      y: clamp(((event.clientY - box.top) / box.height) * this.height, this.height),
    };
  }
}

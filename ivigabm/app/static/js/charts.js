/** A line chart of both arms: treated solid, untreated dashed, the difference shaded. */

import { make, makeSvg } from './dom.js';
import { short } from './format.js';

const CHART = { width: 260, height: 104, left: 36, right: 8, top: 7, bottom: 17 };
const MOST_POINTS = 400;

/**
 * Round numbers that divide a range into about `count` parts.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @returns {number[]}
 */
export function ticksOf(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const unit = [1, 2, 5, 10].find((step) => step * power >= raw) || 10;
  const step = unit * power;
  const ticks = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + 1e-9 * step; tick += step) {
    ticks.push(Math.abs(tick) < step * 1e-9 ? 0 : tick);
  }
  return ticks;
}

export class LineChart {
  /** ticks drawn now */
  drawn = '';

  /**
   * @param {Element} host
   * @param {string} label what a screen reader calls it
   */
  constructor(host, label) {
    const part = (/** @type {string} */ tag, /** @type {string} */ kind) => makeSvg(tag, { class: kind });
    this.axis = part('g', 'axis');
    this.area = part('path', 'difference-area');
    this.control = part('path', 'curve control');
    this.treated = part('path', 'curve treated');
    this.guess = part('path', 'curve prediction');
    this.cursor = part('line', 'cursor-line');
    this.marks = part('g', 'doses');
    this.svg = makeSvg(
      'svg',
      { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': label },
      this.axis, this.area, this.control, this.treated, this.guess, this.cursor, this.marks,
    );
    host.append(this.svg);
  }

  /**
   * @param {{day: number[]}} series
   * @param {{treated: number[], control: number[]}|undefined} pair
   * @param {{cursor?: number|null, doses?: number[], guess?: number[]|null}} [more]
   */
  update(series, pair, more = {}) {
    const days = series.day;
    if (!pair || !days.length) return;
    const [low, high] = rangeOf([pair.treated, pair.control, more.guess || []]);
    const first = days[0];
    const last = Math.max(days[days.length - 1], first + 0.25);
    const x = (/** @type {number} */ day) =>
      CHART.left + ((day - first) / (last - first)) * (CHART.width - CHART.left - CHART.right);
    const y = (/** @type {number} */ value) =>
      CHART.height - CHART.bottom -
      ((value - low) / (high - low)) * (CHART.height - CHART.top - CHART.bottom);
    const points = (/** @type {number[]} */ values) => pathPoints(days, values, x, y);
    const treated = points(pair.treated);
    const control = points(pair.control);
    this.treated.setAttribute('d', joinPoints(treated));
    this.control.setAttribute('d', joinPoints(control));
    const around = treated.length ? `${joinPoints([...treated, ...control.reverse()])}Z` : '';
    this.area.setAttribute('d', around);
    this.guess.setAttribute('d', more.guess ? joinPoints(points(more.guess)) : '');
    this.#ticks(first, last, low, high, x, y);
    this.#overlays(more, x);
  }

  /** @param {any} more @param {(day: number) => number} x */
  #overlays(more, x) {
    const at = more.cursor === null || more.cursor === undefined ? null : x(more.cursor);
    this.cursor.toggleAttribute('hidden', at === null);
    if (at !== null) {
      for (const [key, value] of [['x1', at], ['x2', at], ['y1', CHART.top], ['y2', CHART.height - CHART.bottom]]) {
        this.cursor.setAttribute(String(key), String(value));
      }
    }
    const bottom = CHART.height - CHART.bottom;
    this.marks.replaceChildren(
      ...(more.doses || []).map((/** @type {number} */ day) =>
        makeSvg('path', { class: 'dose-mark', d: `M${x(day)} ${bottom - 6}l-4 -7h8z` })),
    );
  }

  /** @param {number} first @param {number} last @param {number} low @param {number} high
   *  @param {(v: number) => number} x @param {(v: number) => number} y */
  #ticks(first, last, low, high, x, y) {
    const key = [first, last, low, high].map((v) => v.toPrecision(6)).join();
    if (key === this.drawn) return;
    this.drawn = key;
    const parts = [];
    for (const tick of ticksOf(low, high, 2)) {
      const d = `M${CHART.left} ${y(tick)}H${CHART.width - CHART.right}`;
      parts.push(makeSvg('path', { class: 'grid-line', d }));
      parts.push(makeSvg('text', { x: CHART.left - 4, y: y(tick) + 3.5, 'text-anchor': 'end', text: tickText(tick, high - low) }));
    }
    for (const tick of ticksOf(first, last, 4)) {
      if (x(tick) > CHART.width - 26) continue;
      parts.push(makeSvg('text', { x: x(tick), y: CHART.height - 4, 'text-anchor': 'middle', text: short(tick) }));
    }
    const unit = { x: CHART.width - CHART.right, y: CHART.height - 4, 'text-anchor': 'end', text: 'd' };
    parts.push(makeSvg('text', unit));
    this.axis.replaceChildren(...parts);
  }
}

/** A tick with as many digits as tell it from its neighbours. @param {number} tick @param {number} range */
function tickText(tick, range) {
  const size = Math.abs(tick);
  const digits = Math.ceil(-Math.log10(range)) + 1;
  return size >= 0.01 && size < 1e3 && digits > 2 && digits < 7 ? tick.toFixed(digits) : short(tick);
}

/** @param {number[][]} columns @returns {[number, number]} */
function rangeOf(columns) {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    for (const value of column) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!Number.isFinite(low)) return [0, 1];
  if (low > 0 && low < 0.6 * high) low = 0;
  const span = high - low || Math.abs(high) || 1;
  return [low >= 0 && low - 0.05 * span < 0 ? 0 : low - 0.05 * span, high + 0.08 * span];
}

/** @param {number[]} days @param {number[]} values @param {(v: number) => number} x
 *  @param {(v: number) => number} y @returns {[number, number][]} */
function pathPoints(days, values, x, y) {
  const stride = Math.ceil(values.length / MOST_POINTS);
  /** @type {[number, number][]} */
  const points = [];
  for (let i = 0; i < values.length; i += stride) {
    if (Number.isFinite(values[i])) points.push([x(days[i]), y(values[i])]);
  }
  const end = values.length - 1;
  if (end % stride && Number.isFinite(values[end])) points.push([x(days[end]), y(values[end])]);
  return points;
}

/** @param {[number, number][]} points */
function joinPoints(points) {
  return points.map(([a, b], i) => `${i ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}`).join('');
}

/**
 * A frame for a chart: heading on the left, badge on the right.
 * @param {Node} heading
 * @param {string} id
 */
export function chartCard(heading, id) {
  const badge = make('span', { class: 'badge num', data: { testid: `badge-${id}` } });
  const head = make('div', { class: 'chart-head' }, heading, badge);
  const card = make('figure', { class: 'chart', data: { testid: `chart-${id}` } }, head);
  return { card, badge };
}

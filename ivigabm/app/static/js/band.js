/** A band over seeds: the middle patient as a line, nine tenths of them as an area. */

import { ticksOf } from './charts.js';
import { makeSvg } from './dom.js';
import { short } from './format.js';

const SIZE = { width: 640, height: 220, left: 48, right: 10, top: 10, bottom: 24 };

export class LineBand {
  /**
   * @param {Element} host
   * @param {number[]} day
   * @param {any} arms `treated` and `control`, each with low, mid and high
   * @param {string} label
   */
  constructor(host, day, arms, label) {
    const all = ['treated', 'control'].flatMap((arm) => [...arms[arm].low, ...arms[arm].high]).filter((v) => v !== null);
    const low = Math.min(0, ...all);
    const high = Math.max(...all, low + 1e-9);
    const last = day[day.length - 1];
    const x = (/** @type {number} */ v) => SIZE.left + ((v - day[0]) / (last - day[0])) * (SIZE.width - SIZE.left - SIZE.right);
    const y = (/** @type {number} */ v) => SIZE.height - SIZE.bottom - ((v - low) / (high - low)) * (SIZE.height - SIZE.top - SIZE.bottom);
    const line = (/** @type {number[]} */ values, /** @type {number[]} */ days) => values.map((v, i) => `${x(days[i]).toFixed(1)} ${y(v ?? 0).toFixed(1)}`).join('L');
    const parts = [];
    for (const tick of ticksOf(low, high, 4)) {
      parts.push(makeSvg('path', { class: 'grid-line', d: `M${SIZE.left} ${y(tick)}H${SIZE.width - SIZE.right}` }));
      parts.push(makeSvg('text', { x: SIZE.left - 5, y: y(tick) + 4, 'text-anchor': 'end', text: short(tick) }));
    }
    for (const tick of ticksOf(day[0], last, 6)) parts.push(makeSvg('text', { x: x(tick), y: SIZE.height - 6, 'text-anchor': 'middle', text: short(tick) }));
    for (const arm of ['control', 'treated']) {
      const { low: under, high: over, mid } = arms[arm];
      const back = [...day].reverse();
      parts.push(makeSvg('path', { class: `area ${arm}`, d: `M${line(over, day)}L${line([...under].reverse(), back)}Z` }));
      parts.push(makeSvg('path', { class: `curve ${arm}`, d: `M${line(mid, day)}` }));
    }
    host.append(makeSvg('svg', { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: 'img', 'aria-label': label }, ...parts));
  }
}

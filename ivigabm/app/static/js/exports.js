/** What can be taken away: tables, pictures, charts, the config, a page that replays the run. */

import { app } from './app.js';
import { next } from './bus.js';
import { send } from './connection.js';
import { byId } from './dom.js';
import { t } from './i18n.js';
import { chartsNow } from './plots.js';
import { say } from './say.js';

const DRAWN = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'font', 'font-family', 'font-size', 'vector-effect'];

/**
 * @param {string} name
 * @param {Blob} blob
 */
export function download(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The server writes it: csv, json, band, replay. @param {string} what */
export async function exported(what) {
  say(t('working'), true);
  const answer = next('export', (message) => message.what === what);
  const refusal = next('refused', (message) => ['export', what].includes(message.about));
  send('export', { what });
  const message = await Promise.race([answer, refusal]);
  if (message.type !== 'export') return;
  say('');
  download(message.name, new Blob([message.text], { type: message.mime }));
}

/** @param {string} ending */
function nameOf(ending) {
  return `ivigabm_${app.config.scenario}_${app.config.seed}_${ending}`;
}

/** @param {string} arm */
export function exportPicture(arm) {
  byId(`canvas-${arm}`).toBlob((/** @type {Blob} */ blob) => download(nameOf(`${arm}.png`), blob), 'image/png');
}

/** One SVG with all charts, colours as they are on the screen. */
export function exportCharts() {
  const charts = chartsNow();
  const space = 'http://www.w3.org/2000/svg';
  const whole = document.createElementNS(space, 'svg');
  whole.setAttribute('xmlns', space);
  whole.setAttribute('viewBox', `0 0 260 ${charts.length * 128}`);
  charts.forEach(({ svg, name }, i) => {
    const title = document.createElementNS(space, 'text');
    for (const [key, value] of [['x', 4], ['y', i * 128 + 14], ['font-size', 11], ['font-family', 'sans-serif']]) title.setAttribute(String(key), String(value));
    title.textContent = name;
    const part = document.createElementNS(space, 'g');
    part.setAttribute('transform', `translate(0 ${i * 128 + 20})`);
    part.append(...[...svg.children].map((child) => plain(child)));
    whole.append(title, part);
  });
  download(nameOf('charts.svg'), new Blob([new XMLSerializer().serializeToString(whole)], { type: 'image/svg+xml' }));
}

/** A copy that carries its looks in attributes. @param {Element} node @returns {Element} */
function plain(node) {
  const copy = /** @type {Element} */ (node.cloneNode(false));
  const looks = getComputedStyle(node);
  for (const key of DRAWN) {
    const value = looks.getPropertyValue(key);
    if (value) copy.setAttribute(key, value);
  }
  for (const child of node.childNodes) copy.append(child instanceof Element ? plain(child) : child.cloneNode());
  return copy;
}

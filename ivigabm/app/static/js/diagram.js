/** Mechanisms and the processes they reach. What happens now glows and is counted. */

import { app } from './app.js';
import { on, tell } from './bus.js';
import { byId, make, makeSvg } from './dom.js';
import { short } from './format.js';
import { t } from './i18n.js';
import { calm } from './motion.js';

const ROW = 21;
const BOX = { x: 1, width: 166, height: 18 };
const PROCESS = { x: 209, width: 100, height: 20 };
const WIDTH = 310;

/** @type {Record<string, {node: any, glow: any, count: any, edge: any}>} */
let nodes = {};
/** @type {Record<string, any>} */
let processes = {};
let all = false;

export function openDiagram() {
  on('shown', draw);
  on('language', () => build());
  on('config', () => build());
}

function rows() {
  const listed = app.meta.mechanisms.filter((/** @type {any} */ one) => all || one.headline !== false);
  const order = ['Fab2', 'both', 'Fc'];
  return order.flatMap((group) => listed.filter((/** @type {any} */ one) => one.group === group));
}

function build() {
  const mechanisms = rows();
  /** @type {Map<string, number[]>} */
  const pulls = new Map();
  mechanisms.forEach((one, i) => pulls.set(one.process, [...(pulls.get(one.process) || []), i]));
  const mean = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0) / values.length;
  const ordered = [...pulls].sort((a, b) => mean(a[1]) - mean(b[1])).map(([name]) => name);
  const height = Math.max(mechanisms.length * ROW + 6, ordered.length * 27);
  const gap = height / ordered.length;
  const places = new Map(ordered.map((name, i) => [name, (i + 0.5) * gap]));
  const edges = makeSvg('g');
  const boxes = makeSvg('g');
  processes = {};
  nodes = {};
  for (const [name, y] of places) boxes.append((processes[name] = processNode(name, y)).group);
  mechanisms.forEach((one, i) => {
    const y = 12 + i * ROW;
    const edge = edgeOf(one, y, places.get(one.process) || 0);
    nodes[one.id] = { ...mechanismNode(one, y), edge };
    edges.append(edge);
    boxes.append(nodes[one.id].node);
  });
  const svg = makeSvg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'group', 'aria-label': t('diagram') }, edges, boxes);
  const more = make('button', {
    class: 'quiet', text: t(all ? 'fewer' : 'all_mechanisms', { count: app.meta.mechanisms.length }),
    data: { testid: 'diagram-all' },
    on: { click: () => { all = !all; build(); draw(app.past || app.frame); } },
  });
  byId('diagram').replaceChildren(svg, more);
}

/** @param {any} mechanism @param {number} y */
function mechanismNode(mechanism, y) {
  const { group } = mechanism;
  const top = y - BOX.height / 2;
  const glow = makeSvg('rect', { class: 'glow', x: BOX.x, y: top, width: BOX.width, height: BOX.height, rx: 4 });
  const count = makeSvg('text', { class: 'count', x: BOX.x + BOX.width - 6, y: y + 4, 'text-anchor': 'end' });
  const title = mechanism.short || (mechanism.title.length > 27 ? `${mechanism.title.slice(0, 26)}…` : mechanism.title);
  const node = makeSvg('g', {
    class: `node ${group}`, data: { testid: `node-${mechanism.id}` },
    on: { click: () => tell('about', mechanism.id) },
  },
  makeSvg('title', { text: `${mechanism.title}. ${mechanism.claim}` }),
  makeSvg('rect', { class: 'box', x: BOX.x, y: top, width: BOX.width, height: BOX.height, rx: 4 }),
  glow, signOf(group, BOX.x + 11, y),
  makeSvg('text', { class: 'name', x: BOX.x + 21, y: y + 3.8, text: title }), count);
  return { node, glow, count };
}

/** @param {string} group @param {number} x @param {number} y */
function signOf(group, x, y) {
  const shapes = { Fab2: `M${x} ${y - 5}l5 9h-10z`, Fc: `M${x - 4} ${y - 4}h8v8h-8z`, both: `M${x} ${y - 5}l5 5-5 5-5-5z` };
  // @ts-ignore three groups
  return makeSvg('path', { class: 'sign', d: shapes[group] });
}

/** @param {any} mechanism @param {number} from @param {number} to */
function edgeOf(mechanism, from, to) {
  const left = BOX.x + BOX.width;
  const bend = (left + PROCESS.x) / 2;
  return makeSvg('path', { class: `edge ${mechanism.group}`, d: `M${left} ${from}C${bend} ${from} ${bend} ${to} ${PROCESS.x} ${to}` });
}

/** @param {string} name @param {number} y */
function processNode(name, y) {
  const glow = makeSvg('rect', { class: 'glow', x: PROCESS.x, y: y - 10, width: PROCESS.width, height: PROCESS.height, rx: 10 });
  const found = app.meta.graph.nodes.find((/** @type {any} */ node) => node.id === name);
  const label = (found ? found.label : name).replace(/_/g, ' ');
  const group = makeSvg('g', { class: 'process', data: { testid: `process-${name}` } },
    makeSvg('rect', { x: PROCESS.x, y: y - 10, width: PROCESS.width, height: PROCESS.height, rx: 10 }),
    makeSvg('text', { x: PROCESS.x + PROCESS.width / 2, y: y + 3.8, 'text-anchor': 'middle', text: label.length > 19 ? `${label.slice(0, 18)}…` : label }));
  return { group, glow };
}

/** @param {import('./frame.js').Frame|null} frame */
function draw(frame) {
  if (!frame) return;
  const { head } = frame;
  app.meta.mechanisms.forEach((/** @type {any} */ one, /** @type {number} */ i) => {
    const drawn = nodes[one.id];
    if (!drawn) return;
    const on = head.bits[i] === '1';
    const events = head.mechanisms[one.id] || { total: 0, share: 0, last10: 0 };
    const total = short(events.total);
    const words = on ? total : `${total} ${t('off')}`;
    if (drawn.count.textContent !== words) drawn.count.textContent = words;
    drawn.node.classList.toggle('off', !on);
    drawn.edge.classList.toggle('off', !on);
    const share = on ? Math.sqrt(Math.min(1, events.share || 0)) : 0;
    drawn.node.dataset.total = String(events.total);
    drawn.glow.style.opacity = String(calm() ? 0 : 0.7 * share);
    drawn.edge.style.strokeWidth = String(1 + 4 * share);
    drawn.edge.style.opacity = on ? String(0.3 + 0.7 * share) : '';
  });
}

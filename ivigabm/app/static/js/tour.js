/** Six short steps through the page. Focus moves along; Escape ends it. */

import { byId, make, put } from './dom.js';
import { t } from './i18n.js';

const STOPS = ['canvas-treated', 'play', 'mechanism-groups', 'charts', 'diagram', 'open-lessons'];

let place = 0;
/** @type {HTMLElement|null} who opened it */
let opener = null;

export function openTour() {
  byId('tour-start').addEventListener('click', () => {
    opener = byId('tour-start');
    place = 0;
    show();
  });
  byId('tour').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'Escape') close();
    if (event.key === 'Tab') stayInside(event);
  });
}

function show() {
  const tour = byId('tour');
  const last = place === STOPS.length - 1;
  const go = make('button', { class: 'primary', text: t(last ? 'done' : 'next'), data: { testid: 'tour-next' }, on: { click: () => (last ? close() : move(1)) } });
  const back = place ? make('button', { text: t('previous'), data: { testid: 'tour-previous' }, on: { click: () => move(-1) } }) : null;
  const skip = make('button', { class: 'quiet', text: t('close'), data: { testid: 'tour-close' }, on: { click: close } });
  put(tour,
    make('h2', { id: 'tour-title', text: `${place + 1}/${STOPS.length} · ${t(`tour_${place + 1}_title`)}` }),
    make('p', { id: 'tour-text', class: 'small', text: t(`tour_${place + 1}`) }),
    make('div', { class: 'buttons' }, go, back, skip));
  tour.dataset.step = String(place + 1);
  tour.hidden = false;
  point(byId(STOPS[place]), tour);
  go.focus({ preventScroll: true });
}

/** @param {number} by */
function move(by) {
  place += by;
  show();
}

/** Stand beside what is talked about. @param {HTMLElement} what @param {HTMLElement} tour */
function point(what, tour) {
  for (const old of document.querySelectorAll('.pointed-at')) old.classList.remove('pointed-at');
  what.classList.add('pointed-at');
  what.scrollIntoView({ block: 'center' });
  const box = what.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = tour;
  const beside = box.right + width + 16 < innerWidth ? box.right + 12 : box.left - width - 12;
  const narrow = innerWidth < 800 || beside < 0;
  const left = narrow ? (innerWidth - width) / 2 : beside;
  const below = box.bottom + 10 + height < innerHeight ? box.bottom + 10 : box.top - height - 10;
  const top = narrow ? below : box.top + Math.min(box.height / 3, 120);
  tour.style.left = `${Math.max(8, left)}px`;
  tour.style.top = `${Math.max(8, Math.min(innerHeight - height - 8, top))}px`;
}

/** @param {KeyboardEvent} event */
function stayInside(event) {
  const buttons = [...byId('tour').querySelectorAll('button')];
  const now = buttons.indexOf(/** @type {any} */ (document.activeElement));
  event.preventDefault();
  buttons[(now + (event.shiftKey ? -1 : 1) + buttons.length) % buttons.length].focus();
}

function close() {
  byId('tour').hidden = true;
  for (const old of document.querySelectorAll('.pointed-at')) old.classList.remove('pointed-at');
  opener?.focus();
}

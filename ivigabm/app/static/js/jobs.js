/** Questions asked of many runs: progress, and the answer or the reason why not. */

import { next, on } from './bus.js';
import { send } from './connection.js';
import { make } from './dom.js';
import { t } from './i18n.js';

/** @type {Record<string, HTMLProgressElement>} */
const bars = {};

export function openJobs() {
  on('job', (message) => {
    const bar = bars[message.job];
    if (bar && message.of) {
      bar.max = message.of;
      bar.value = message.done;
    }
  });
}

/**
 * Ask, and show progress in `host` until the answer is there.
 * @param {string} job
 * @param {Record<string, any>} rest
 * @param {Element} host
 * @returns {Promise<any>} the result, or null
 */
export async function ask(job, rest, host) {
  const bar = make('progress', { 'aria-label': t('working') });
  const stop = make('button', { text: t('stop'), on: { click: () => send('cancel', { job }) } });
  bars[job] = bar;
  host.replaceChildren(bar, stop);
  const ends = ['done', 'cancelled', 'failed'];
  const answer = await Promise.race([
    waitFor(job, rest),
    next('refused', (message) => message.about === job),
    next('job', (message) => message.job === job && ends.slice(1).includes(message.state)),
  ]);
  delete bars[job];
  if (answer.type === 'result') return answer;
  host.replaceChildren(make('p', { class: 'small soft', text: answer.message || t('stopped') }));
  return null;
}

/** @param {string} job @param {Record<string, any>} rest */
function waitFor(job, rest) {
  const answer = next('result', (message) => message.job === job);
  send(job, rest);
  return answer;
}

/** Who wants to know of what: the parts of the page meet here and nowhere else. */

/** @type {Map<string, ((detail: any) => void)[]>} */
const listeners = new Map();

/**
 * Names in use: `config`, `frame` (a new one from the server), `shown` (what is drawn now),
 * `log`, `state`, `job`, `result`, `export`, `cell`, `refused`, `closed`, `theme`, `language`.
 * @param {string} name
 * @param {(detail: any) => void} listener
 */
export function on(name, listener) {
  listeners.set(name, [...(listeners.get(name) || []), listener]);
}

/**
 * @param {string} name
 * @param {any} [detail]
 */
export function tell(name, detail) {
  for (const listener of listeners.get(name) || []) listener(detail);
}

/**
 * The next time something is told.
 * @param {string} name
 * @param {(detail: any) => boolean} [wanted]
 * @returns {Promise<any>}
 */
export function next(name, wanted = () => true) {
  return new Promise((resolve) => {
    const once = (/** @type {any} */ detail) => {
      if (!wanted(detail)) return;
      listeners.set(name, (listeners.get(name) || []).filter((listener) => listener !== once));
      resolve(detail);
    };
    on(name, once);
  });
}

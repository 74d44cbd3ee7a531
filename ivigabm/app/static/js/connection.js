/** The websocket: JSON both ways, binary frames from the server. */

import { tell } from './bus.js';
import { decodeFrame } from './frame.js';

/** @type {WebSocket|null} */
let socket = null;

/**
 * Open a session. Resolves when it is open.
 * @returns {Promise<void>}
 */
export function connect() {
  return new Promise((resolve, reject) => {
    const url = new URL('ws', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const fresh = new WebSocket(url);
    fresh.binaryType = 'arraybuffer';
    fresh.onopen = () => resolve();
    fresh.onerror = () => reject(new Error('no connection'));
    fresh.onclose = (event) => {
      if (socket === fresh) socket = null;
      tell('closed', event);
    };
    fresh.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) tell('arrived', decodeFrame(data));
      else {
        const message = JSON.parse(data);
        tell(message.type, message);
      }
    };
    socket = fresh;
  });
}

export function connected() {
  return socket !== null && socket.readyState === WebSocket.OPEN;
}

/**
 * @param {string} type
 * @param {Record<string, any>} [rest]
 */
export function send(type, rest = {}) {
  if (connected()) /** @type {WebSocket} */ (socket).send(JSON.stringify({ type, ...rest }));
}

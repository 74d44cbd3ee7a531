/** The last frames, for looking back. Large sections keep every k-th frame only. */

const MOST_BYTES = 32e6;

export class History {
  /** @type {import('./frame.js').Frame[]} */
  frames = [];
  every = 1;
  seen = 0;
  provisional = false;

  /** @param {number} most frames kept */
  constructor(most) {
    this.most = most;
  }

  clear() {
    this.frames = [];
    this.every = 1;
    this.seen = 0;
    this.provisional = false;
  }

  /** @param {import('./frame.js').Frame} frame; one of the same step takes the place of the old */
  push(frame) {
    const bytes = frame.treated.agents.x.buffer.byteLength;
    this.every = Math.max(1, Math.ceil((bytes * this.most) / MOST_BYTES));
    const last = this.frames.length - 1;
    if (last >= 0 && this.frames[last].head.t >= frame.head.t) {
      this.frames[last] = frame;
      return;
    }
    // the newest frame always stands at the end, also one that is not kept
    if (this.provisional) this.frames.pop();
    this.frames.push(frame);
    this.provisional = this.seen % this.every !== 0;
    this.seen += 1;
    if (this.frames.length > this.most) this.frames.shift();
  }

  get length() {
    return this.frames.length;
  }

  /** @param {number} index */
  at(index) {
    return this.frames[index];
  }

  /** @param {import('./frame.js').Frame|null} frame */
  indexOf(frame) {
    return frame ? this.frames.indexOf(frame) : this.frames.length - 1;
  }
}

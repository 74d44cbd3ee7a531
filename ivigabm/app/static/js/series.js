/** What was observed in both arms since the start, one point per frame. */

/**
 * @typedef {{treated: number[], control: number[]}} Pair
 */

export class Series {
  /** @type {number[]} */
  t = [];
  /** @type {number[]} */
  day = [];
  /** @type {Record<string, Pair>} */
  values = {};

  clear() {
    this.t = [];
    this.day = [];
    this.values = {};
  }

  /** @param {any} head of a frame; a point of the same or a later step is replaced. */
  add(head) {
    let n = this.t.length;
    while (n > 0 && this.t[n - 1] >= head.t) n -= 1;
    this.t.length = n;
    this.day.length = n;
    this.t.push(head.t);
    this.day.push(head.day);
    for (const arm of ['treated', 'control']) {
      for (const [name, value] of Object.entries(head.values[arm])) {
        const pair = (this.values[name] ??= { treated: [], control: [] });
        // @ts-ignore arm is one of both keys
        const column = pair[arm];
        column.length = n;
        column.push(value === null ? NaN : value);
      }
    }
  }

  /**
   * Effect on a variable over the run so far, as a share of the untreated arm's sum; 0 where the
   * arms never differed, NaN where the untreated arm has nothing to compare with.
   * @param {string} name
   */
  effect(name) {
    const pair = this.values[name];
    if (!pair) return NaN;
    let difference = 0;
    let whole = 0;
    for (let i = 1; i < this.t.length; i += 1) {
      const span = this.t[i] - this.t[i - 1];
      difference += (pair.treated[i] - pair.control[i]) * span;
      whole += pair.control[i] * span;
    }
    return difference === 0 ? 0 : difference / Math.abs(whole);
  }
}

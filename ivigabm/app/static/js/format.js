/** Numbers as people read them. */

/**
 * A number with about three digits; a dash where there is none.
 * @param {number|null|undefined} value
 * @returns {string}
 */
export function short(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6) return minus((value / 1e6).toPrecision(3)) + 'M';
  if (size >= 1e4) return minus((value / 1e3).toPrecision(3)) + 'k';
  if (size >= 100) return minus(value.toFixed(0));
  if (size >= 0.01) return minus(trimmed(value.toPrecision(size >= 1 ? 3 : 2)));
  return minus(value.toExponential(1));
}

/**
 * A change in per cent with its sign; exactly none is "0 %".
 * @param {number} part
 * @returns {string}
 */
export function percent(part) {
  if (!Number.isFinite(part)) return '–';
  const value = 100 * part;
  if (value === 0) return '0 %';
  const digits = Math.abs(value) < 9.95 ? 1 : 0;
  return minus((value > 0 ? '+' : '') + value.toFixed(digits)) + ' %';
}

/** @param {string} text */
function trimmed(text) {
  return text.includes('.') && !text.includes('e') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

/** @param {string} text */
function minus(text) {
  return text.replace('-', '−');
}

/** Colours of the tissue, as numbers a pixel buffer takes. */

/** @typedef {[number, number, number]} Rgb */

/**
 * @param {string} text `#rrggbb`
 * @returns {Rgb}
 */
export function rgbOf(text) {
  const value = parseInt(text.trim().slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/**
 * @param {Rgb} a
 * @param {Rgb} b
 * @param {number} share of b, 0 to 1
 * @returns {Rgb}
 */
export function mixed(a, b, share) {
  const part = (/** @type {0|1|2} */ i) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [part(0), part(1), part(2)];
}

/**
 * One pixel, as the bytes of an ImageData lie in memory (little endian).
 * @param {Rgb} colour
 */
export function pixelOf(colour) {
  return ((255 << 24) | (colour[2] << 16) | (colour[1] << 8) | colour[0]) >>> 0;
}

/**
 * Colours of ground, damage and every kind of cell in the theme shown now.
 * @param {any} meta
 */
export function tissuePalette(meta) {
  const styles = getComputedStyle(document.documentElement);
  const named = (/** @type {string} */ name) => rgbOf(styles.getPropertyValue(name));
  const dark = document.documentElement.dataset.theme === 'dark';
  const zones = { vessel: '--t-vessel', target: '--t-target' };
  return {
    ground: named('--t-ground'),
    // @ts-ignore zones that have no colour of their own look like the ground
    zones: meta.zones.map((/** @type {string} */ zone) => named(zones[zone] || '--t-ground')),
    harm: named('--t-harm'),
    lost: named('--t-lost'),
    sialylated: named('--t-igg-sial'),
    kinds: meta.kinds.map((/** @type {any} */ kind) => rgbOf(dark ? kind.dark : kind.colour)),
  };
}

/** Whether the reader asked for less motion. */

const wish = matchMedia('(prefers-reduced-motion: reduce)');

export function calm() {
  return wish.matches;
}

// Before the first paint, so that nobody who likes the dark is blinded for a moment.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('ivigabm.theme');
  } catch {
    // storage may be forbidden; the system's choice stands
  }
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();

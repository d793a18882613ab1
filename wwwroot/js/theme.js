// Chooses light or dark before the first paint; follows the system unless the reader chose. Runs in <head>, without a circuit.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const order = ['system', 'light', 'dark'];
  const choice = () => {
    try {
      const stored = localStorage.getItem('theme');
      return order.includes(stored) ? stored : 'system';
    } catch {
      return 'system';
    }
  };
  const apply = () => {
    const c = choice();
    const theme = c === 'system' ? (system.matches ? 'dark' : 'light') : c;
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
    if (root.dataset.themeChoice !== c) root.dataset.themeChoice = c;
    for (const button of document.querySelectorAll('[data-theme-switch]')) {
      const label = button.getAttribute('data-says-' + c); // in the page's language
      if (button.getAttribute('aria-label') !== label) button.setAttribute('aria-label', label);
      button.title = label;
    }
  };
  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', apply);
  document.addEventListener('DOMContentLoaded', apply);
  // Page changes without a circuit patch the document and take the attribute away again.
  new MutationObserver(apply).observe(root, { attributes: true, attributeFilter: ['data-theme', 'data-theme-choice'] });
  document.addEventListener('click', (e) => {
    if (!e.target.closest?.('[data-theme-switch]')) return;
    const next = order[(order.indexOf(choice()) + 1) % order.length];
    try {
      localStorage.setItem('theme', next);
    } catch {
      /* private window: the choice lasts as long as the page */
    }
    apply();
  });
})();

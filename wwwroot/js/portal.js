// The few things that only a browser can do.
window.portal = {
  // Saves text as a file.
  download(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const a = document.createElement('a');
    a.href = url;
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  },
  // Copies text; false where the browser refuses.
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  },
  // True once the page answers to clicks: set by the layout's first interactive rendering.
  ready: false,
  setReady() {
    window.portal.ready = true;
  },
  focus(id) {
    document.getElementById(id)?.focus();
  },
  // Files that are dropped anywhere on the page, or pasted, go where chosen ones go: to a file input.
  takeFiles(id) {
    this.leaveFiles();
    const gone = new AbortController();
    this.filesGone = gone;
    const on = (event, action) => document.addEventListener(event, action, { signal: gone.signal });
    const hasFiles = (data) => data?.types?.includes('Files');
    const give = (files) => {
      const input = document.getElementById(id);
      if (!input || files.length === 0) return;
      input.files = files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    };
    let depth = 0; // drags enter a child before they leave its parent
    const show = () => document.body.classList.toggle('dropping', depth > 0);
    on('dragenter', (e) => {
      if (!hasFiles(e.dataTransfer)) return;
      depth++;
      show();
    });
    on('dragleave', (e) => {
      if (!hasFiles(e.dataTransfer)) return;
      depth = Math.max(0, depth - 1);
      show();
    });
    on('dragover', (e) => {
      if (hasFiles(e.dataTransfer)) e.preventDefault();
    });
    on('drop', (e) => {
      if (!hasFiles(e.dataTransfer)) return;
      e.preventDefault();
      depth = 0;
      show();
      give(e.dataTransfer.files);
    });
    on('paste', (e) => {
      if (!hasFiles(e.clipboardData) || e.clipboardData.types.includes('text/plain')) return; // text goes into the field as ever
      e.preventDefault();
      give(e.clipboardData.files);
    });
  },
  leaveFiles() {
    this.filesGone?.abort();
    document.body.classList.remove('dropping');
  },
};

// In tables with data-arrows the arrow keys go from box to box; with Shift they choose as they go.
document.addEventListener('keydown', (e) => {
  const from = e.target.closest?.('table[data-arrows] tbody input[type=checkbox]');
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[e.key];
  if (!from || !step || e.ctrlKey || e.altKey || e.metaKey) return;
  const boxes = [...from.closest('tbody').querySelectorAll('input[type=checkbox]')];
  const to = boxes[Math.max(0, Math.min(boxes.length - 1, boxes.indexOf(from) + step))];
  e.preventDefault();
  to.focus();
  if (e.shiftKey && to !== from && !to.checked) to.click();
});

// Menus close by Escape, which gives the focus back to their button, and by a click or the focus elsewhere.
(() => {
  const open = (except) => [...document.querySelectorAll('details.menu[open]')].filter((menu) => !except || !menu.contains(except));
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    for (const menu of open()) {
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
      menu.open = false;
    }
  });
  for (const event of ['click', 'focusin']) document.addEventListener(event, (e) => open(e.target).forEach((menu) => (menu.open = false)));
})();

// With a base address, "#main" alone would lead to the home page: the skip link moves the focus instead.
document.addEventListener(
  'click',
  (e) => {
    if (!e.target.closest?.('.skip-link')) return;
    e.preventDefault();
    e.stopPropagation();
    window.portal.focus('main');
  },
  true,
);

// The circuit is gone for good (the server was restarted): come back as soon as the server answers.
(() => {
  let waiting = false;
  const comeBack = async () => {
    if (waiting) return;
    waiting = true;
    for (;;) {
      try {
        const answer = await fetch('/health/live', { cache: 'no-store' });
        if (answer.ok || answer.status === 404) return location.reload();
      } catch {
        /* not yet */
      }
      await new Promise((r) => setTimeout(r, 1500));
    }
  };
  const start = () => {
    const modal = document.getElementById('components-reconnect-modal');
    if (!modal) return;
    modal.addEventListener('components-reconnect-state-changed', (e) => {
      if (e.detail?.state === 'failed' || e.detail?.state === 'rejected') comeBack();
    });
    new MutationObserver(() => {
      if (/components-reconnect-(failed|rejected)/.test(modal.className)) comeBack();
    }).observe(modal, { attributes: true, attributeFilter: ['class'] });
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();

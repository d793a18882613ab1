// What forms hold, kept in this tab (sessionStorage), so that a reload loses nothing that was typed. A form says its name by data-draft. Two parts: the
// state, as the page on the server knows it, and by field what was typed since, which the server is told only when the field is left.
window.drafts = (() => {
  const prefix = 'draft ';
  const longestAge = 24 * 60 * 60 * 1000; // ms
  const most = 20;
  const longest = 200_000; // characters
  const pause = 300; // ms without a key before what is typed is written
  const textual = ['text', 'textarea', 'url', 'search', 'number', 'tel', 'email']; // and so never a password

  const read = (name) => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(prefix + name));
      return kept && typeof kept.at === 'number' && Date.now() - kept.at < longestAge ? kept : {};
    } catch {
      return {};
    }
  };
  const write = (name, { state, typed = {} }) => {
    try {
      const kept = JSON.stringify({ at: Date.now(), state, typed });
      if ((!state && Object.keys(typed).length === 0) || kept.length > longest) return sessionStorage.removeItem(prefix + name);
      sessionStorage.setItem(prefix + name, kept);
      const names = Object.keys(sessionStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      if (names.length > most) names.sort((a, b) => (read(a).at ?? 0) - (read(b).at ?? 0)).slice(0, names.length - most).forEach((old) => sessionStorage.removeItem(prefix + old));
    } catch {
      /* a browser that keeps nothing */
    }
  };

  let waiting = new Map(); // by form, what was typed since the last writing
  let timer;
  const flush = () => {
    clearTimeout(timer);
    for (const [name, typed] of waiting) {
      const kept = read(name);
      write(name, { state: kept.state, typed: { ...kept.typed, ...typed } });
    }
    waiting = new Map();
  };
  document.addEventListener('input', (e) => {
    const field = e.target;
    const name = field.form?.getAttribute('data-draft'); // not form.dataset: a field may have that id, and hides it
    if (!name || !field.id || !textual.includes(field.type)) return;
    waiting.set(name, { ...waiting.get(name), [field.id]: field.value });
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  });
  addEventListener('pagehide', flush);

  return {
    // The state that is kept and whether more was typed since, as JSON in bytes; none where nothing is kept.
    read(name) {
      const { state, typed } = read(name);
      const more = Object.keys(typed ?? {}).length > 0;
      return new TextEncoder().encode(state || more ? JSON.stringify({ state: typeof state === 'string' ? state : null, more }) : '');
    },
    // Types what was typed since, once the form shows the state; answers in how many fields.
    fill(name) {
      const form = document.querySelector(`form[data-draft="${CSS.escape(name)}"]`);
      let filled = 0;
      for (const [id, text] of Object.entries(read(name).typed ?? {})) {
        const field = document.getElementById(id);
        if (!form || field?.form !== form || !textual.includes(field.type) || typeof text !== 'string' || field.value === text) continue;
        field.value = text;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        filled++;
      }
      return filled;
    },
    // Keeps a state; null where the form is as it opened. What was typed in fields that were left since is in it.
    keep(name, state) {
      flush();
      const here = document.activeElement?.id;
      const typed = Object.entries(read(name).typed ?? {}).filter(([id]) => id === here);
      write(name, { state, typed: Object.fromEntries(typed) });
    },
    forget(name) {
      waiting.delete(name);
      write(name, {});
    },
  };
})();

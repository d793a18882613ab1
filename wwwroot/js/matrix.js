// What a cell of a matrix says besides its number: in the line below it, for pointer, finger and focus alike. Arrow keys go from cell to cell.
(() => {
  const measured = (cell) => cell && /^(heat|loss)-/.test(cell.className);
  const tell = (e) => {
    const region = e.target.closest?.('.matrix-scroll');
    const cell = region && e.target.closest('td');
    const line = cell && region.parentElement.querySelector('.told bdi');
    const said = cell && (cell.querySelector('a') ?? cell).title;
    if (line && said) line.textContent = said;
  };
  for (const event of ['pointerover', 'pointerdown', 'focusin']) document.addEventListener(event, tell);

  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  document.addEventListener('keydown', (e) => {
    const region = e.target.closest?.('.matrix-scroll');
    if (!region || !(e.key in steps) || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
    const rows = [...region.querySelectorAll('tbody tr')];
    const from = e.target.closest('td');
    let next;
    if (from) {
      const [down, along] = steps[e.key];
      const turn = getComputedStyle(region).direction === 'rtl' ? -1 : 1;
      let row = rows.indexOf(from.parentElement);
      let column = from.cellIndex;
      do {
        row += down;
        column += along * turn;
        next = rows[row]?.cells[column];
      } while (next && !measured(next));
    } else {
      next = rows.flatMap((row) => [...row.cells]).find(measured);
    }
    if (!next) return;
    e.preventDefault();
    const target = next.querySelector('a') ?? next;
    if (target === next) next.tabIndex = -1;
    target.focus();
  });
})();

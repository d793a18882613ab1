// What charts do in the browser: a drag chooses a part of the horizontal axis, the legend emphasises a line, a picture is saved.
(() => {
  const svgNamespace = 'http://www.w3.org/2000/svg';
  const element = (name, attributes, text) => {
    const made = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const chartOf = (e) => e.target.closest?.('.chart svg[data-plot]');
  // Tells the chart's component: "from to" in values of the axis, or nothing for all of it.
  const choose = (svg, value) => {
    const input = svg.closest('.chart').querySelector('input.dragged');
    input.value = value;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };

  let drag = null;
  const at = (svg, e) => {
    const box = svg.getBoundingClientRect();
    const [left, right] = svg.dataset.plot.split(' ').map(Number);
    const x = ((e.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    return Math.min(right, Math.max(left, x));
  };
  document.addEventListener('pointerdown', (e) => {
    const svg = chartOf(e);
    if (!svg || e.button !== 0) return;
    drag = { svg, from: at(svg, e), shade: element('rect', { class: 'drag', y: 10, height: svg.viewBox.baseVal.height - 52, width: 0 }) };
  });
  // The values at the place that is nearest to the pointer.
  let tip = null;
  const hide = () => {
    tip?.remove();
    tip = null;
  };
  const show = (svg, x) => {
    hide();
    const tips = JSON.parse(svg.dataset.tips || '[]');
    if (tips.length === 0) return;
    const [px, label, rows] = tips.reduce((best, t) => (Math.abs(t[0] - x) < Math.abs(best[0] - x) ? t : best));
    const { width, height } = svg.viewBox.baseVal;
    const box = 132;
    const left = px + 8 + box > width ? px - 8 - box : px + 8;
    tip = element('g', { class: 'tip' });
    tip.append(element('line', { class: 'cross', x1: px, x2: px, y1: 10, y2: height - 42 }));
    tip.append(element('rect', { class: 'box', x: left, y: 10, width: box, height: rows.length * 15 + 22, rx: 4 }));
    tip.append(element('text', { x: left + 8, y: 25, 'text-anchor': 'start' }, `${svg.dataset.x} ${label}`));
    rows.forEach(([line, value], i) => {
      const y = 40 + i * 15;
      tip.append(element('circle', { class: `line-${line % 6}`, cx: left + 12, cy: y - 4, r: 3.5 }));
      tip.append(element('text', { x: left + 20, y, 'text-anchor': 'start' }, svg.querySelector(`[data-line="${line}"]`)?.dataset.name ?? ''));
      tip.append(element('text', { x: left + box - 8, y, 'text-anchor': 'end' }, value));
    });
    svg.append(tip);
  };

  document.addEventListener('pointermove', (e) => {
    if (!drag) {
      const svg = chartOf(e);
      if (svg) show(svg, at(svg, e));
      else hide();
      return;
    }
    hide();
    const to = at(drag.svg, e);
    if (!drag.shade.parentNode) {
      if (Math.abs(to - drag.from) < 8) return;
      drag.svg.append(drag.shade);
    }
    drag.shade.setAttribute('x', Math.min(drag.from, to));
    drag.shade.setAttribute('width', Math.abs(to - drag.from));
  });
  const end = (e) => {
    if (!drag) return;
    const { svg, from, shade } = drag;
    const dragged = shade.parentNode !== null;
    shade.remove();
    drag = null;
    if (!dragged || e.type !== 'pointerup') return;
    const [left, right] = svg.dataset.plot.split(' ').map(Number);
    const [low, high] = svg.dataset.ends.split(' ').map(Number);
    const value = (x) => low + ((x - left) / (right - left)) * (high - low);
    const to = at(svg, e);
    choose(svg, `${value(Math.min(from, to))} ${value(Math.max(from, to))}`);
  };
  document.addEventListener('pointerup', end);
  document.addEventListener('pointercancel', end);
  document.addEventListener('dblclick', (e) => {
    const svg = chartOf(e);
    if (svg) choose(svg, '');
  });

  const emphasise = (e) => {
    const entry = e.target.closest?.('.legend button[data-line]');
    for (const svg of document.querySelectorAll('.chart svg.one')) {
      svg.classList.remove('one');
      svg.querySelectorAll('.the').forEach((line) => line.classList.remove('the'));
    }
    if (!entry || (e.type !== 'pointerover' && e.type !== 'focusin')) return;
    const svg = entry.closest('.chart').querySelector('svg');
    const lines = svg.querySelectorAll(`[data-line="${entry.dataset.line}"]`);
    if (lines.length === 0) return;
    svg.classList.add('one');
    lines.forEach((line) => line.classList.add('the'));
  };
  for (const name of ['pointerover', 'focusin', 'focusout']) document.addEventListener(name, emphasise);

  // The drawing alone, with its styles in it, its title above and its legend below: what a paper or a slide needs.
  const picture = (figure, title) => {
    const from = figure.querySelector('svg[data-plot]');
    const made = from.cloneNode(true);
    const styles = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity', 'font-size', 'font-family', 'text-anchor'];
    const [original, copy] = [[from, ...from.querySelectorAll('*')], [made, ...made.querySelectorAll('*')]];
    original.forEach((e, i) => {
      const computed = getComputedStyle(e);
      copy[i].setAttribute('style', styles.map((s) => `${s}:${computed.getPropertyValue(s)}`).join(';'));
      copy[i].removeAttribute('class');
      if (e.matches('.tip, .drag')) copy[i].remove();
    });
    const ink = getComputedStyle(figure).color;
    const font = getComputedStyle(figure).fontFamily;
    const { width, height } = from.viewBox.baseVal;
    const lines = [...from.querySelectorAll('[data-name]')];
    const columns = 4;
    const rows = lines.length > 1 ? Math.ceil(lines.length / columns) : 0;
    const whole = element('svg', { xmlns: svgNamespace, width, height: height + 30 + rows * 18 + 6, viewBox: `0 0 ${width} ${height + 30 + rows * 18 + 6}` });
    const back = getComputedStyle(figure.closest('.card') ?? document.body).backgroundColor;
    whole.append(element('rect', { width: '100%', height: '100%', fill: back === 'rgba(0, 0, 0, 0)' ? getComputedStyle(document.body).backgroundColor : back }));
    const style = `fill:${ink};font-family:${font.replaceAll('"', "'")}`;
    whole.append(element('text', { x: 10, y: 20, style: `${style};font-size:14px;font-weight:600` }, title));
    const plot = element('g', { transform: 'translate(0 28)' });
    plot.append(...made.childNodes);
    whole.append(plot);
    lines.forEach((line, i) => {
      if (rows === 0) return;
      const [x, y] = [12 + (i % columns) * (width / columns), height + 42 + Math.floor(i / columns) * 18];
      const computed = getComputedStyle(line);
      const colour = line.tagName === 'circle' ? computed.fill : computed.stroke;
      whole.append(element('line', { x1: x, x2: x + 18, y1: y - 4, y2: y - 4, stroke: colour, 'stroke-width': 2.5, 'stroke-dasharray': computed.strokeDasharray }));
      whole.append(element('text', { x: x + 24, y, style: `${style};font-size:12px` }, line.dataset.name));
    });
    return whole;
  };
  const save = (blob, name) => {
    const url = URL.createObjectURL(blob);
    const a = document.createElement('a');
    a.href = url;
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  window.portal.saveChart = async (id, name, format, title) => {
    const svg = picture(document.getElementById(id), title);
    const text = new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' });
    if (format === 'svg') return save(text, name);
    const scale = 2;
    const canvas = document.createElement('canvas');
    canvas.width = svg.getAttribute('width') * scale;
    canvas.height = svg.getAttribute('height') * scale;
    const image = new Image();
    const url = URL.createObjectURL(text);
    try {
      image.src = url;
      await image.decode();
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    } finally {
      URL.revokeObjectURL(url);
    }
    save(await new Promise((resolve) => canvas.toBlob(resolve, 'image/png')), name);
  };
})();

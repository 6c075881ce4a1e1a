const cellWidth = 8.4;
const rowHeight = 18;
const padding = 14;
const fontSize = 14;

/** SGR's numbers as classes: the colors that the program uses. */
const classes = new Map([
  [1, 'b'],
  [2, 'd'],
  [31, 'r'],
  [32, 'g'],
  [33, 'y'],
  [36, 'c'],
]);

const light = {
  back: '#ffffff',
  frame: '#d0d7de',
  text: '#1f2328',
  d: '#656d76',
  r: '#cf222e',
  g: '#1a7f37',
  y: '#9a6700',
  c: '#0969da',
};
const dark = {
  back: '#0d1117',
  frame: '#30363d',
  text: '#e6edf3',
  d: '#8d96a0',
  r: '#ff7b72',
  g: '#3fb950',
  y: '#d29922',
  c: '#58a6ff',
};

/**
 * Frames of a terminal as one SVG that plays them, again and again: they are below each other, and the picture moves along them in steps.
 * A reader who wants no motion sees the last one. `frames`: the rows of cells, and for how long each is shown, in milliseconds.
 */
export function toSvg(frames, { columns, rows, title }) {
  const width = Math.ceil(columns * cellWidth + 2 * padding);
  const height = rows * rowHeight + 2 * padding;
  const rowIds = new Map();
  const uses = frames.flatMap(({ rows: shown }, frame) =>
    shown.map((cells, row) => {
      const text = rowText(cells);
      if (text === '') return '';
      if (!rowIds.has(text)) rowIds.set(text, `r${rowIds.size}`);
      return `<use href="#${rowIds.get(text)}" y="${frame * height + padding + (row + 0.75) * rowHeight}"/>`;
    }),
  );
  const totalMs = frames.reduce((sum, { forMs }) => sum + forMs, 0);
  let atMs = 0;
  const steps = frames.map(({ forMs }, frame) => {
    const percent = ((100 * atMs) / totalMs).toFixed(3);
    atMs += forMs;
    return `${percent}%{transform:translateY(${-frame * height}px)}`;
  });
  const last = `translateY(${-(frames.length - 1) * height}px)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<style>',
    rules(light),
    `@media (prefers-color-scheme: dark){${rules(dark)}}`,
    `text{font:${fontSize}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre}`,
    `.b{font-weight:700}#film{transform:${last}}`,
    `@media (prefers-reduced-motion: no-preference){#film{animation:play ${(totalMs / 1000).toFixed(2)}s steps(1,end) infinite}}`,
    `@keyframes play{${steps.join('')}100%{transform:${last}}}`,
    '</style>',
    `<defs>${[...rowIds].map(([text, id]) => `<text id="${id}" x="${padding}">${text}</text>`).join('')}</defs>`,
    `<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<g id="film">${uses.join('')}</g>`,
    '</svg>',
    '',
  ].join('\n');
}

const rules = ({ back, frame, text, ...colors }) =>
  `.back{fill:${back};stroke:${frame}}text{fill:${text}}${Object.entries(colors)
    .map(([name, color]) => `.${name}{fill:${color}}`)
    .join('')}`;

/** Pieces of one style, each at its column, so that the font's own widths do not add up. */
function rowText(cells) {
  const pieces = [];
  cells.forEach(({ character, style }, column) => {
    const names = style.flatMap((number) => classes.get(number) ?? []).join(' ');
    const piece = pieces.at(-1);
    if (piece !== undefined && piece.names === names) piece.text += character;
    else pieces.push({ names, text: character, column });
  });
  return pieces
    .filter(({ text }) => text.trim() !== '')
    .map(({ names, text, column }) => {
      const shown = text.trimEnd();
      const skipped = shown.length - shown.trimStart().length;
      const length = shown.length - skipped;
      const x = (padding + (column + skipped) * cellWidth).toFixed(1);
      const attributes = names === '' ? '' : ` class="${names}"`;
      return `<tspan x="${x}" textLength="${(length * cellWidth).toFixed(1)}"${attributes}>${escaped(shown.trimStart())}</tspan>`;
    })
    .join('');
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

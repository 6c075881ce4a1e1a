import { type Colors, darkColors, lightColors } from './colors.ts';

const properties = (colors: Colors): string =>
  Object.entries(colors)
    .map(([name, color]) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${String(color)}`)
    .join(';');

/** The custom properties of both themes: the system's choice, unless the reader has made one. Print is light. */
export const themeStyle = [
  `:root{color-scheme:light;${properties(lightColors)}}`,
  `:root[data-theme=dark]{color-scheme:dark;${properties(darkColors)}}`,
  `@media screen and (prefers-color-scheme:dark){:root[data-theme=system]{color-scheme:dark;${properties(darkColors)}}}`,
  `@media print{:root[data-theme]{color-scheme:light;${properties(lightColors)}}}`,
  '',
].join('\n');

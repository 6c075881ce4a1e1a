import { type Html, html, raw } from '../html.ts';

/** Drawn on 16 by 16, as lines; what is said by one is always said by a word, too. */
const lines = {
  check: '<path d="m3 8.5 3.5 3.5L13 4.5"/>',
  cross: '<path d="m4 4 8 8m0-8-8 8"/>',
  clock: '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
  busy: '<path d="M8 2a6 6 0 1 0 6 6"/><path d="m8.5 8 3-3"/>',
  back: '<path d="M6 3.5 2.5 7 6 10.5M3 7h6.5a3 3 0 0 1 0 6H7"/>',
  skip: '<path d="m3 4 5 4-5 4zM8 4l5 4-5 4z"/>',
  stop: '<rect x="4" y="4" width="8" height="8" rx="1"/>',
  person: '<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5c.6-2.6 2.5-4 5-4s4.4 1.4 5 4"/>',
  ban: '<circle cx="8" cy="8" r="6"/><path d="m4 4 8 8"/>',
  pause: '<path d="M5.5 3.5v9m5-9v9"/>',
  dash: '<path d="M4 8h8"/>',
  warning: '<path d="M8 2 14.5 13.5h-13zM8 6.5v3m0 2v.1"/>',
  copy: '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 2.5h-7a1 1 0 0 0-1 1v7"/>',
  settings: '<path d="M2 5h7m3 0h2M2 11h2m3 0h7"/><circle cx="10.5" cy="5" r="1.5"/><circle cx="5.5" cy="11" r="1.5"/>',
  leave: '<path d="M9 3h4v10H9M2.5 8H10M7.5 5.5 10 8l-2.5 2.5"/>',
  out: '<path d="M6 3.5H3.5v9h9V10M9 3h4v4M13 3 7.5 8.5"/>',
} as const;

export type IconName = keyof typeof lines;

/** All icons, once a page; `icon` refers to them. */
export const iconSprite: Html = raw(
  `<svg width="0" height="0" class="sprite" aria-hidden="true">${Object.entries(lines)
    .map(([name, content]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${content}</symbol>`)
    .join('')}</svg>`,
);

/** Programs that read pages aloud skip it: the word stands beside it. */
export const icon = (name: IconName): Html =>
  html`<svg class="icon" width="16" height="16" aria-hidden="true"><use href="#i-${name}" /></svg>`;

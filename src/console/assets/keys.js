// @ts-check
import { showHelp } from './dialogs.js';
import { all } from './page.js';
import { switchTimes } from './times.js';

const { keys } = document.documentElement.dataset;

// Keys. `g` begins a pair.
const rows = () => all('[data-row]').filter((row) => row.offsetParent !== null);
/** @param {number} step */
const moveRow = (step) => {
  const list = rows();
  const at = list.findIndex((row) => row.contains(document.activeElement));
  const next = list[Math.min(list.length - 1, Math.max(0, at + step))];
  const link = next?.matches('a') ? next : next?.querySelector('a');
  link?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};
let pending = '';
/** @param {KeyboardEvent} event */
const onKey = (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.key === 'Escape') for (const menu of all('details.menu[open]')) menu.removeAttribute('open');
  if (keys !== 'on' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target?.closest('input, textarea, select, dialog, [contenteditable]')) return;
  const pressed = pending === 'g' ? `g ${event.key}` : event.key;
  pending = event.key === 'g' && pending === '' ? 'g' : '';
  const go = all('a[data-go]').find((link) => link.dataset['go'] === pressed);
  /** @type {Record<string, () => void>} */
  const acts = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    t: switchTimes,
    '?': showHelp,
    '/': () => all('[data-search]')[0]?.focus(),
  };
  const act = go === undefined ? acts[pressed] : () => go.click();
  if (act === undefined) return;
  event.preventDefault();
  act();
};

export const listenToKeys = () => document.addEventListener('keydown', onKey);

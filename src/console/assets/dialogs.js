// @ts-check
/* Buttons that need a script, menus, and dialogs. */
import { all, announce } from './page.js';
import { writeTimes } from './times.js';

// What needs a script is hidden until there is one.
/** @param {ParentNode} within */
export const enhance = (within) => {
  writeTimes(within);
  for (const element of all('[data-copy], [data-shortcut-help]', within)) element.hidden = false;
  for (const input of all('[data-must-be]', within)) if (input instanceof HTMLInputElement) requireTyped(input);
};
/** The button of a form whose name is not typed yet cannot be pressed. @param {HTMLInputElement} input */
const requireTyped = (input) => {
  const button = input.form?.querySelector('button');
  const check = () => button?.toggleAttribute('disabled', input.value.trim() !== input.dataset['mustBe']);
  input.addEventListener('input', check);
  check();
};

/** @param {HTMLElement} button */
const copy = async (button) => {
  await navigator.clipboard.writeText(button.dataset['copy'] ?? '').then(
    () => announce('Copied'),
    () => announce('The browser does not let this page copy'),
  );
  button.classList.add('done');
  setTimeout(() => button.classList.remove('done'), 1200);
};

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const copied = target?.closest('[data-copy]');
  if (copied instanceof HTMLElement) void copy(copied);
  if (target?.closest('[data-close]')) target.closest('dialog')?.close();
  if (target?.closest('[data-shortcut-help]')) {
    event.preventDefault();
    showHelp();
  }
  const link = target?.closest('a[data-act]');
  if (link instanceof HTMLAnchorElement && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    void openAct(link.href, link.textContent.trim());
  }
  for (const menu of all('details.menu[open]')) if (target !== null && !menu.contains(target)) menu.removeAttribute('open');
});

// Dialogs: the page of an act, in one.
/** @param {string | Node} content @param {string} label */
const showDialog = (content, label) => {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-label', label);
  const close = document.createElement('button');
  Object.assign(close, { type: 'button', className: 'quiet close', textContent: 'Close' });
  close.dataset['close'] = '';
  dialog.append(close, content);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  enhance(dialog);
  dialog.showModal();
  return dialog;
};
/** @param {string} href @param {string} label */
const openAct = async (href, label) => {
  const response = await fetch(href).catch(() => null);
  const text = response?.ok ? await response.text() : '';
  const part = new DOMParser().parseFromString(text, 'text/html').getElementById('act');
  if (part === null) return location.assign(href);
  const content = document.importNode(part, true);
  for (const element of all('[href]', content))
    element.setAttribute('href', new URL(element.getAttribute('href') ?? '', href).href);
  for (const form of all('form', content)) form.setAttribute('action', new URL(form.getAttribute('action') ?? '', href).href);
  const dialog = showDialog(content, label);
  all('textarea, input:not([type=hidden])', dialog)[0]?.focus();
};

/** A choice shows its page at once, in the dialog where it is in one. @param {HTMLSelectElement} select */
const choose = (select) => {
  const { form } = select;
  if (form === null) return;
  const dialog = form.closest('dialog');
  const href = new URL(`?${new URLSearchParams([[select.name, select.value]]).toString()}`, form.action).href;
  if (dialog === null) return location.assign(href);
  const label = dialog.getAttribute('aria-label') ?? '';
  dialog.close();
  void openAct(href, label);
};
document.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement && target.dataset['submit'] !== undefined) choose(target);
});

/** What a page leaves for later, since it costs a call to SageMaker. @param {HTMLElement} place */
export const fetchLater = async (place) => {
  const href = new URL(place.dataset['lazy'] ?? '', location.href).href;
  const response = await fetch(href).catch(() => null);
  const text = response?.ok ? await response.text() : '';
  const part = new DOMParser().parseFromString(text, 'text/html').getElementById('act');
  if (part === null) return;
  const content = [...part.children].filter((element) => !/^H\d$/.test(element.tagName));
  for (const element of all('[href]', part)) element.setAttribute('href', new URL(element.getAttribute('href') ?? '', href).href);
  place.replaceChildren(...content.map((element) => document.importNode(element, true)));
  writeTimes(place);
};

const helpLines = [
  ['/', 'Search'],
  ['j, k', 'Next, previous row'],
  ['Enter', 'Open the row'],
  ['g e', 'Endpoints'],
  ['g r', 'Runs'],
  ['g a', 'Approvals'],
  ['g s', 'System'],
  ['t', 'Times: relative, local, UTC'],
  ['?', 'This list'],
  ['Esc', 'Close'],
];
export const showHelp = () => {
  if (document.querySelector('dialog[open]') !== null) return;
  const list = document.createElement('dl');
  list.className = 'facts';
  for (const [key = '', does = ''] of helpLines) {
    const term = document.createElement('dt');
    const shown = document.createElement('kbd');
    shown.textContent = key;
    term.append(shown);
    const text = document.createElement('dd');
    text.textContent = does;
    list.append(term, text);
  }
  const title = document.createElement('h2');
  title.textContent = 'Keys';
  const part = document.createElement('div');
  part.className = 'stack';
  part.append(title, list);
  showDialog(part, 'Keys').querySelector('button')?.focus();
};
// The names of all zones, once the field is used.
/** @param {HTMLElement} input */
const fetchZones = async (input) => {
  const response = await fetch(input.dataset['zones'] ?? '').catch(() => null);
  if (!response?.ok) return;
  const list = document.createElement('datalist');
  list.id = 'zones';
  list.append(...new DOMParser().parseFromString(await response.text(), 'text/html').querySelectorAll('option'));
  input.after(list);
};
for (const input of all('#set-zone')) input.addEventListener('focus', () => void fetchZones(input), { once: true });

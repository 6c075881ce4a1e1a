// @ts-check
/* Live: one stream a tab, none while the tab is hidden. */
import { enhance } from './dialogs.js';
import { all, announce } from './page.js';
import { writeTimes } from './times.js';

const { live, root: rootPath = './' } = document.documentElement.dataset;
const rootUrl = new URL(rootPath, location.href);
const state = document.getElementById('live-state');
/** @param {'live' | 'waiting' | 'off'} is @param {string} word */
const showState = (is, word) => {
  if (state === null) return;
  state.hidden = false;
  state.dataset['state'] = is;
  const text = state.querySelector('.word');
  if (text !== null && text.textContent !== word) text.textContent = word;
};
const refreshEveryMs = 500;
let lastRefreshAt = 0;
let isWaiting = false;
let isRefreshing = false;
const refreshSoon = () => {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(
    async () => {
      isWaiting = false;
      if (isRefreshing) return refreshSoon();
      isRefreshing = true;
      await refresh().finally(() => (isRefreshing = false));
    },
    Math.max(0, lastRefreshAt + refreshEveryMs - Date.now()),
  );
};
const refresh = async () => {
  lastRefreshAt = Date.now();
  if (document.hidden || all('[data-live]').length === 0) return;
  // A list whose rows are to stay says so in its address.
  const from = new URL(all('[data-live-from]')[0]?.dataset['liveFrom'] ?? '', location.href);
  const response = await fetch(from, { headers: { 'hx-request': 'true' } }).catch(() => null);
  if (response === null) return showState('waiting', 'Reconnecting');
  // A session that is over leads to the sign-in.
  if (response.redirected || response.status === 404) return location.reload();
  if (!response.ok) return showState('waiting', 'Waiting for the service');
  const fetched = new DOMParser().parseFromString(await response.text(), 'text/html');
  writeTimes(fetched);
  for (const part of all('[data-live]')) {
    const fresh = fetched.getElementById(part.id);
    if (fresh !== null) morph(part, fresh);
  }
  const badge = document.getElementById('pending');
  const freshBadge = fetched.getElementById('pending');
  if (badge !== null && freshBadge !== null) badge.replaceWith(document.importNode(freshBadge, true));
};
/** Puts in place what has changed. Rows that are read keep their order: new ones come last. @param {HTMLElement} part @param {HTMLElement} fresh */
const morph = (part, fresh) => {
  for (const list of all('[data-keep-order]', part)) {
    const freshList = fresh.ownerDocument.getElementById(list.id);
    if (freshList === null) continue;
    const order = [...list.children].map(({ id }) => id);
    const place = (/** @type {Element} */ { id }) => (order.includes(id) ? order.indexOf(id) : order.length);
    freshList.append(...[...freshList.children].toSorted((one, other) => place(one) - place(other)));
  }
  const before = all('[data-announce]', part).map(({ textContent }) => textContent);
  const said = all('[data-announce]', fresh).map(({ textContent }) => textContent);
  // @ts-expect-error htmx comes before this script.
  void htmx.swap({ sourceElement: part, target: part, swap: 'outerMorph', text: fresh.outerHTML });
  enhance(part);
  announce(said.filter((text, index) => text !== before[index]).join('. '));
  part.dispatchEvent(new CustomEvent('console:refreshed', { bubbles: true }));
};

const pollEveryMs = 5000;
/** @type {EventSource | null} */
let stream = null;
/** @type {ReturnType<typeof setInterval> | null} */
let poll = null;
const disconnect = () => {
  stream?.close();
  if (poll !== null) clearInterval(poll);
  stream = null;
  poll = null;
};
export const connect = () => {
  disconnect();
  if (live !== 'on') return showState('off', 'Paused');
  if (document.hidden) return;
  stream = new EventSource(new URL(`stream${all('[data-follow]')[0]?.dataset['follow'] ?? ''}`, rootUrl));
  stream.addEventListener('open', () => showState('live', 'Live'));
  stream.addEventListener('history', refreshSoon);
  stream.addEventListener('reset', refreshSoon);
  stream.addEventListener('error', () => {
    if (stream?.readyState !== EventSource.CLOSED) return showState('waiting', 'Reconnecting');
    // The service has no stream to give: pages are fetched from time to time, until the next one connects.
    disconnect();
    showState('live', 'Every 5 s');
    poll = setInterval(refreshSoon, pollEveryMs);
  });
};
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return disconnect();
  connect();
  refreshSoon();
});
addEventListener('pagehide', disconnect);
addEventListener('pageshow', (event) => event.persisted && connect());

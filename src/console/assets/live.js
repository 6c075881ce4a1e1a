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
/** Within the body: `data-live` of the document says whether it follows at all. */
const liveParts = () => all('[data-live]', document.body);
const refresh = async () => {
  lastRefreshAt = Date.now();
  if (document.hidden || liveParts().length === 0) return;
  // A list whose rows are to stay says so in its address.
  const from = new URL(all('[data-live-from]')[0]?.dataset['liveFrom'] ?? '', location.href);
  const response = await fetch(from, { headers: { 'hx-request': 'true' } }).catch(() => null);
  if (response === null) return fetchAgain('Reconnecting');
  // A session that is over leads to the sign-in.
  if (response.redirected || response.status === 404) return location.reload();
  const text = response.ok ? await response.text().catch(() => null) : null;
  if (text === null) return fetchAgain('Waiting for the service');
  if (poll !== null) showState('live', 'Every 5 s');
  else if (stream?.readyState === EventSource.OPEN) showState('live', 'Live');
  const fetched = new DOMParser().parseFromString(text, 'text/html');
  writeTimes(fetched);
  for (const part of liveParts()) {
    const fresh = fetched.getElementById(part.id);
    if (fresh !== null) morph(part, fresh);
  }
  const badge = document.getElementById('pending');
  const freshBadge = fetched.getElementById('pending');
  if (badge !== null && freshBadge !== null) badge.replaceWith(document.importNode(freshBadge, true));
};
/** Nothing else may happen that has the page fetched. @param {string} word */
const fetchAgain = (word) => {
  showState('waiting', word);
  if (poll === null) setTimeout(refreshSoon, pollEveryMs);
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
const connectEveryMs = 30_000;
/** @type {EventSource | null} */
let stream = null;
/** @type {ReturnType<typeof setInterval> | null} */
let poll = null;
/** @type {ReturnType<typeof setTimeout> | null} */
let connectLater = null;
const disconnect = () => {
  stream?.close();
  if (poll !== null) clearInterval(poll);
  if (connectLater !== null) clearTimeout(connectLater);
  stream = null;
  poll = null;
  connectLater = null;
};
export const connect = () => {
  disconnect();
  if (live !== 'on') return showState('off', 'Paused');
  if (document.hidden) return;
  stream = new EventSource(new URL(`stream${all('[data-follow]')[0]?.dataset['follow'] ?? ''}`, rootUrl));
  stream.addEventListener('open', () => showState('live', 'Live'));
  // It begins with the newest entry: what has happened since the page was made is in none of its events.
  stream.addEventListener('open', refreshSoon, { once: true });
  stream.addEventListener('history', refreshSoon);
  stream.addEventListener('reset', refreshSoon);
  stream.addEventListener('error', () => {
    if (stream?.readyState !== EventSource.CLOSED) return showState('waiting', 'Reconnecting');
    // The service has no stream to give: pages are fetched from time to time, until the next one connects.
    disconnect();
    showState('live', 'Every 5 s');
    poll = setInterval(refreshSoon, pollEveryMs);
    connectLater = setTimeout(connect, connectEveryMs);
  });
};
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return disconnect();
  connect();
  refreshSoon();
});
addEventListener('pagehide', disconnect);
addEventListener('pageshow', (event) => event.persisted && connect());

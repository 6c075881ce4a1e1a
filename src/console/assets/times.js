// @ts-check
/* Times in the reader's zone, as parts/time.ts writes them. */
import { all, announce } from './page.js';

const { zone, times } = document.documentElement.dataset;
const localZone = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
const shownZone = zone === 'local' ? localZone : (zone ?? 'UTC');
let isRelative = times === 'relative';
let zoneNow = shownZone;

/** @param {number} at @param {string} timeZone */
const absolute = (at, timeZone) =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(at);
/** @param {number} at */
const relative = (at) => {
  const ms = Math.abs(Date.now() - at);
  if (ms < 5000) return 'just now';
  const size = [864e5, 36e5, 6e4].find((one) => ms >= one) ?? 1e3;
  const unit = { 864e5: 'd', 36e5: 'h', 6e4: 'min' }[size] ?? 's';
  const text = `${Math.floor(ms / size)} ${unit}`;
  return at <= Date.now() ? `${text} ago` : `in ${text}`;
};
/** Within a sentence: a time of the day, with the day where it is another one. @param {number} at @param {string} timeZone */
const clock = (at, timeZone) => {
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone });
  const [own, today] = [day.format(at), day.format(Date.now())];
  const text = absolute(at, timeZone);
  if (own === today) return text.replace(/^.*?, /, '');
  return own.slice(-4) === today.slice(-4) ? text.replace(/ \d{4},/, ',') : text;
};
/** @param {ParentNode} within */
export const writeTimes = (within) => {
  for (const element of all('time[datetime]', within)) {
    const at = Date.parse(element.getAttribute('datetime') ?? '');
    const isClock = element.classList.contains('clock');
    const [shown, title] = isClock
      ? [clock(at, zoneNow), relative(at)]
      : isRelative
        ? [relative(at), absolute(at, zoneNow)]
        : [absolute(at, zoneNow), relative(at)];
    if (element.textContent !== shown) element.textContent = shown;
    element.title = title;
  }
  for (const note of all('#zone-note', within)) {
    note.textContent = `${isRelative ? 'Relative times; their titles are in' : 'Times are in'} ${zoneNow}`;
  }
};

export const switchTimes = () => {
  // Relative, then in the reader's zone, then in UTC.
  if (isRelative) isRelative = false;
  else if (zoneNow !== 'UTC') zoneNow = 'UTC';
  else [isRelative, zoneNow] = [true, shownZone];
  writeTimes(document);
  announce(isRelative ? 'Relative times' : `Times in ${zoneNow}`);
};

export const startClock = () => setInterval(() => isRelative && !document.hidden && writeTimes(document), 10_000);

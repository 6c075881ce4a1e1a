import { type Html, html } from '../html.ts';
import type { Frame } from '../frame/frame.ts';

/** An instant in a zone, with the zone's name: `27 Nov 2026, 03:17:29 UTC`. assets/console.js writes it the same way. */
export const formatInstant = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone: zone,
  }).format(at);

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `3 min`, `2 h 5 min`: the largest unit, with the one below it where the number is small. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000)) * 1000;
  const index = units.findIndex(([size]) => whole >= size);
  const [size, name] = units[index] ?? [1000, 's'];
  const count = Math.floor(whole / size);
  const below = units[index + 1];
  const rest = below === undefined || count >= 10 ? 0 : Math.floor((whole - count * size) / below[0]);
  return rest === 0 || below === undefined ? `${count} ${name}` : `${count} ${name} ${rest} ${below[1]}`;
}

/** `3 min ago`, `in 2 h`, `just now`. */
export function formatRelative(at: number, now: number): string {
  const ms = Math.abs(now - at);
  if (ms < 5000) return 'just now';
  const text = formatDuration(ms).replace(/^(\d+ \w+).*/, '$1');
  return at <= now ? `${text} ago` : `in ${text}`;
}

/** An instant as the reader wants it; the other form is its title. A script writes the browser's own zone, which is not known here. */
export function time({ preferences: { zone, times }, now }: Pick<Frame, 'preferences' | 'now'>, at: number): Html {
  const absolute = formatInstant(at, zone === 'local' ? 'UTC' : zone);
  const relative = formatRelative(at, now);
  const [shown, title] = times === 'relative' ? [relative, absolute] : [absolute, relative];
  return html`<time datetime="${new Date(at).toISOString()}" title="${title}">${shown}</time>`;
}

/** A time of the day in a zone, with the day where that is another one than today's: `03:17:29 UTC`, `26 Nov, 03:17:29 UTC`. */
export function formatClock(at: number, zone: string, now: number): string {
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone });
  const text = formatInstant(at, zone);
  if (day.format(at) === day.format(now)) return text.replace(/^.*?, /, '');
  return day.format(at).slice(-4) === day.format(now).slice(-4) ? text.replace(/ \d{4},/, ',') : text;
}

/** An instant within a sentence, where "3 min ago" would not be read: always a time of the day. */
export function clock({ preferences: { zone }, now }: Pick<Frame, 'preferences' | 'now'>, at: number): Html {
  const shown = formatClock(at, zone === 'local' ? 'UTC' : zone, now);
  return html`<time class="clock" datetime="${new Date(at).toISOString()}" title="${formatRelative(at, now)}">${shown}</time>`;
}

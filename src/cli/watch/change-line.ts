import type { HistoryEntryBody } from '../../api/schemas/history.ts';
import { printable } from '../terminal/text.ts';

/** A change on one line, for a screen reader, a log and a pipe: `03:17:29Z  deployment  in_progress: model created`. */
export function changeLine(entry: HistoryEntryBody, name: string | null = null): string {
  const { at, subject, from, to, detail, by, reason, repeats } = entry;
  // The detail of an entry that changes no status says what has happened.
  const words = from === to ? (detail ?? to) : `${to}${detail === null || detail === to ? '' : `: ${detail}`}`;
  const who = by === null ? '' : ` by ${by}`;
  const why = reason === null ? '' : ` (${reason})`;
  const times = repeats > 1 ? ` ×${repeats}` : '';
  const what = printable(`${words}${who}${why}${times}`);
  return [`${at.slice(0, 10)} ${at.slice(11, 19)}Z`, ...(name === null ? [] : [name]), subject.padEnd(10), what].join('  ');
}

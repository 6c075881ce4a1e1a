import type { Part } from './options.ts';

export interface Measurement {
  part: Part;
  /** The tables and the text of the part, as Markdown. */
  text: string;
  /** `2026-11-26`. */
  date: string;
  /** The commit that was measured, and whether files differed from it. */
  commit: string;
  command: string;
  machine: string;
}

const beginOf = (part: Part): string => `<!-- figures of ${part}: begin, written by \`npm run bench -- ${part} --write\` -->`;
const endOf = (part: Part): string => `<!-- figures of ${part}: end -->`;

/**
 * Replaces the section of one part in the text of the report. Every other section and the text between them stay as they are.
 *
 * @throws {Error} where the text has no markers for the part.
 */
export function replaceFigures(document: string, { part, text, date, commit, command, machine }: Measurement): string {
  const from = document.indexOf(beginOf(part));
  const to = document.indexOf(endOf(part));
  if (from === -1 || to < from) throw new Error(`the report has no place for ${part}: ${beginOf(part)} … ${endOf(part)}`);
  const [title = '', ...rest] = text.split('\n\n');
  const measured = `Measured on ${date} at commit ${commit} with \`${command}\`: ${machine}.`;
  const section = [beginOf(part), title, measured, ...rest].join('\n\n');
  return `${document.slice(0, from)}${section}\n\n${document.slice(to)}`;
}
